"""Who waits hears of days that gain time, and of no others."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from backend.lib import outbox
from backend.lib.outbox_models import OutboxRow
from collective.timetable.change_hours import change_weekly_hours, make_exception, take_back_exception
from collective.timetable.free_days import extend_horizon
from collective.timetable.freed import KIND, announce_freed
from collective.timetable.models import Resource
from collective.timetable.occupy import occupy, release, release_expired, rename
from collective.timetable.periods import Period
from tests.factories import ToolTimeFactory, WorkshopFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TUESDAY = "2026-11-24"


@pytest.fixture
def heard_of(monkeypatch):
    """Somebody handles what is announced."""
    monkeypatch.setitem(outbox._handlers, KIND, lambda payload, *, at: None)


@pytest.fixture
def workshop(heard_of):
    workshop = open_workshop(at=AT)
    OutboxRow.objects.all().delete()
    return workshop


def take(workshop, reference="hold:1", starts_at=NINE, expires_at=AT + HOUR):
    occupy(
        resources=list(workshop.resources.select_related("workshop")),
        period=Period(starts_at, starts_at + HOUR),
        reason="hold",
        reference=reference,
        expires_at=expires_at,
        at=AT,
    )


def heard() -> list[tuple[str, str]]:
    rows = OutboxRow.objects.filter(kind=KIND).order_by("pk")
    said = [(row.payload["first"], row.payload["last"]) for row in rows]
    rows.delete()
    return said


def test_what_is_given_back_is_announced_and_what_is_taken_is_not(workshop):
    take(workshop)
    assert heard() == []
    rename(reference="hold:1", to="appointment:1", reason="appointment", expires_at=None, at=AT)
    assert heard() == []
    release(reference="appointment:1", at=AT)
    assert heard() == [(TUESDAY, TUESDAY)]
    assert release(reference="appointment:1", at=AT) == 0
    assert heard() == []


def test_what_expired_is_announced_once(workshop):
    take(workshop)
    assert release_expired(at=AT + HOUR) == 1
    assert release_expired(at=AT + HOUR) == 0
    assert heard() == [(TUESDAY, TUESDAY)]


def test_hours_are_announced_when_they_grow(workshop):
    change_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=date(2026, 11, 24), at=AT)
    assert heard() == []
    change_weekly_hours(owner=workshop, hours="Tu 09:00-13:00", from_on=date(2026, 12, 1), at=AT)
    assert heard() == [("2026-12-01", "2027-01-19")]
    closed = make_exception(owner=workshop, starts_at=NINE, ends_at=NINE + HOUR, is_open=False, label="", at=AT)
    assert heard() == []
    take_back_exception(owner=workshop, exception=closed, at=AT)
    assert heard() == [(TUESDAY, TUESDAY)]


def test_the_horizons_new_days_are_announced(workshop):
    extend_horizon(at=AT + timedelta(days=2))
    assert heard() == [("2027-01-25", "2027-01-26")]
    extend_horizon(at=AT + timedelta(days=2))
    assert heard() == []


def test_a_tool_that_is_back_is_announced_wherever_it_may_go(workshop):
    elsewhere = WorkshopFactory(collective=workshop.collective)
    tool = ToolTimeFactory(tool__home=workshop)
    occupy(
        resources=[tool], period=Period(NINE, NINE + HOUR), reason="hold", reference="hold:2", expires_at=None, at=AT
    )
    release(reference="hold:2", at=AT)
    rows = OutboxRow.objects.filter(kind=KIND)
    assert {row.payload["workshop"] for row in rows} == {workshop.pk, elsewhere.pk}
    assert Resource.objects.get(kind="tool").free_days.count() == 0


def test_nothing_is_written_for_nobody_nor_of_the_past(heard_of, monkeypatch):
    workshop = open_workshop(at=AT)
    OutboxRow.objects.all().delete()
    with transaction.atomic():
        announce_freed(workshop_id=workshop.pk, first=date(2026, 11, 1), last=date(2026, 11, 2), at=AT)
    assert heard() == []
    monkeypatch.delitem(outbox._handlers, KIND)
    take(workshop)
    release(reference="hold:1", at=AT)
    assert heard() == []
