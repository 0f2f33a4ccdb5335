"""Search: what is shown, to whom, in which order, with how many queries."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.availability.search import find_slots
from tests.factories import LILLE, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Lille
TUESDAY = date(2026, 11, 24)


def look(**asked):
    plain = {
        "lat": LILLE[0],
        "lon": LILLE[1],
        "radius_km": 5,
        "interventions": ["PUNCTURE"],
        "bike_type": "city",
        "first": TUESDAY,
        "last": TUESDAY,
        "at": AT,
        "per_workshop": 100,
    }
    return find_slots(**plain | asked)


def clock(entry) -> list[str]:
    return [slot.starts_at.astimezone(entry.workshop.zone).strftime("%H:%M") for slot in entry.slots]


def test_a_day_of_slots_begins_at_each_opening_and_ends_by_each_closing():
    open_workshop(at=AT, hours="Tu 09:15-11:00,14:00-15:00", slot_step_minutes=30)

    found = look()

    assert clock(found.workshops[0]) == ["09:15", "09:45", "10:15", "14:00", "14:30"]
    assert (found.total, found.nothing_because) == (1, None)


def test_next_at_looks_past_the_days_asked():
    open_workshop(at=AT, hours="We 10:00-11:00")

    found = look()

    assert found.workshops[0].slots == []
    assert found.workshops[0].next_at == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert found.nothing_because == "all_taken"


@pytest.mark.parametrize("count", [1, 10, 50])
def test_the_number_of_queries_does_not_grow_with_the_workshops(count, django_assert_num_queries):
    for _ in range(count):
        open_workshop(at=AT, days=8)

    with django_assert_num_queries(5):  # catalogue, workshops, offers, resources, free days
        found = look(per_workshop=6, last=TUESDAY + timedelta(days=6))

    assert found.total == count
