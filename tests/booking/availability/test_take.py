"""Taking a slot: what is shown can be taken, once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from booking.availability.take import NotASlot, SlotTaken, take_slot
from collective.timetable.models import Occupancy
from tests.factories import open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def work_of(workshop, bike_type="city"):
    return work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type=bike_type)


def take(work, starts_at, reference="hold:1", **options):
    plain = {"reason": Occupancy.Reason.HOLD, "expires_at": AT + timedelta(minutes=10), "at": AT}
    return take_slot(work=work, starts_at=starts_at, reference=reference, **plain | options)


def test_every_slot_shown_can_be_taken_until_none_is_left():
    work = work_of(open_workshop(at=AT, mechanics=(4, 3), benches=("stand", "lift"), hours="Tu 09:00-12:30"))

    seats = 0
    while slots := slots_of(work=work, first=TUESDAY, last=TUESDAY, at=AT):
        take(work, slots[0].starts_at, reference=f"hold:{seats}")
        seats += 1

    assert seats == 14  # two mechanics, seven half hours
    assert Occupancy.objects.count() == 28


def test_a_slot_taken_is_refused():
    work = work_of(open_workshop(at=AT))
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    take(work, nine)

    with pytest.raises(SlotTaken):
        take(work, nine + timedelta(minutes=15), reference="hold:2")


@pytest.mark.parametrize(
    "starts_at",
    [
        datetime(2026, 11, 24, 8, 5, tzinfo=UTC),  # off the steps
        datetime(2026, 11, 24, 11, 15, tzinfo=UTC),  # ends after 12:30
        datetime(2026, 11, 24, 7, 0, tzinfo=UTC),  # before opening
        datetime(2026, 11, 20, 9, 0, tzinfo=UTC),  # past
        datetime(2027, 3, 2, 9, 0, tzinfo=UTC),  # beyond the horizon
    ],
)
def test_what_was_never_a_slot_is_refused(starts_at):
    work = work_of(open_workshop(at=AT))

    with pytest.raises(NotASlot):
        take(work, starts_at)
