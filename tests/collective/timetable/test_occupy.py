"""Occupancies: taken, renamed, given back; free days follow."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from collective.timetable.free_days import read_days
from collective.timetable.models import FreeDay, Occupancy
from collective.timetable.occupy import occupy, release, release_expired, rename
from collective.timetable.periods import Period
from tests.factories import open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOON = AT + timedelta(minutes=10)


@pytest.fixture
def resources():
    return list(open_workshop(at=AT).resources.select_related("workshop__calendar").order_by("pk"))


def take(resources, starts_at=NINE, length=HOUR, reference="hold:1", expires_at=SOON, at=AT):
    return occupy(
        resources=resources,
        period=Period(starts_at, starts_at + length),
        reason=Occupancy.Reason.HOLD,
        reference=reference,
        expires_at=expires_at,
        at=at,
    )


def is_true_to_life(resources, at=AT) -> bool:
    """Stored free days of the week are what hours and occupancies say."""
    first, last = NINE.date(), NINE.date() + timedelta(days=6)
    due = read_days(resources=resources, first=first, last=last, at=at)
    stored = {(row.resource_id, row.day): row for row in FreeDay.objects.filter(day__range=(first, last))}
    return all(bytes(stored[row.resource.pk, row.day].bits) == row.as_row().bits for row in due)


def test_what_is_taken_is_no_longer_free(resources):
    before = list(FreeDay.objects.filter(day=NINE.date()).order_by("id").values_list("longest", flat=True))
    assert len(take(resources)) == 2
    after = list(FreeDay.objects.filter(day=NINE.date()).order_by("id").values_list("longest", flat=True))
    assert (before, after) == ([48, 48], [48, 48])  # the afternoon is the longest run still
    take(resources, starts_at=NINE + 6 * HOUR, reference="hold:2")
    assert set(FreeDay.objects.filter(day=NINE.date()).values_list("longest", flat=True)) == {30}
    assert is_true_to_life(resources)


def test_a_period_over_midnight_takes_from_both_days(resources):
    take(resources, starts_at=NINE + 8 * HOUR, length=24 * HOUR)
    assert is_true_to_life(resources)


def test_one_resource_is_never_taken_twice(resources):
    take(resources)
    with pytest.raises(IntegrityError), transaction.atomic():
        take(resources[:1], starts_at=NINE + HOUR / 2, reference="hold:2")
    take(resources, starts_at=NINE + HOUR, reference="hold:3")  # one ends as the other starts
    assert is_true_to_life(resources)


def test_what_expired_makes_room(resources):
    take(resources)
    take(resources, reference="hold:2", at=SOON, expires_at=None)
    assert set(Occupancy.objects.values_list("reference", flat=True)) == {"hold:2"}


def test_what_is_given_back_is_free_again(resources):
    take(resources)
    assert release(reference="hold:1", at=AT) == 2
    assert release(reference="hold:1", at=AT) == 0
    assert is_true_to_life(resources)


def test_a_hold_becomes_an_appointment_even_after_its_time_if_nobody_came(resources):
    take(resources)
    later = SOON + HOUR
    FreeDay.objects.update(bits=b"\xff" * 36)  # as if somebody had computed them without the expired hold

    kept = rename(reference="hold:1", to="appointment:1", reason="appointment", expires_at=None, at=later)

    assert kept == 2
    assert set(Occupancy.objects.values_list("reference", "expires_at")) == {("appointment:1", None)}
    day = read_days(resources=resources, first=NINE.date(), last=NINE.date(), at=later)
    stored = FreeDay.objects.filter(day=NINE.date()).order_by("resource")
    assert [bytes(row.bits) for row in stored] == [row.as_row().bits for row in day]


def test_renaming_what_is_gone_says_so(resources):
    assert rename(reference="hold:9", to="appointment:1", reason="appointment", expires_at=None, at=AT) == 0


def test_forgotten_holds_are_swept_and_live_ones_kept(resources):
    take(resources)
    take(resources, starts_at=NINE + HOUR, reference="hold:2", expires_at=SOON + HOUR)
    assert release_expired(at=SOON) == 1
    assert release_expired(at=SOON) == 0
    assert set(Occupancy.objects.values_list("reference", flat=True)) == {"hold:2"}
    assert is_true_to_life(resources, at=SOON)


def test_a_day_without_a_row_gets_one(resources):
    FreeDay.objects.all().delete()
    take(resources)
    assert FreeDay.objects.count() == 2
    row = FreeDay.objects.first()
    assert row.ticks == 288
    assert row.longest == 48
