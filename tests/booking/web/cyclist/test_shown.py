from datetime import UTC, datetime, timedelta

import pytest

from booking.availability.scan import Slot
from booking.web.cyclist.shown import by_day, local_day, spread
from collective.workshops.models import Workshop

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def quarters(count):
    starts = [EIGHT + timedelta(minutes=15 * place) for place in range(count)]
    return [Slot(start, start + timedelta(minutes=15)) for start in starts]


@pytest.mark.parametrize(("count", "kept"), [(0, []), (2, [0, 1]), (3, [0, 1, 2]), (4, [0, 2, 3]), (41, [0, 20, 40])])
def test_a_day_shows_its_first_slot_and_others_far_apart(count, kept):
    slots = quarters(count)
    assert spread(slots) == [slots[place] for place in kept]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Havana", "Indian/Reunion", "UTC"])
@pytest.mark.parametrize("first", [datetime(2026, 10, 24, 0, 0, tzinfo=UTC), datetime(2026, 3, 7, 0, 0, tzinfo=UTC)])
def test_days_end_at_the_midnight_of_the_workshop_even_when_clocks_change(zone, first):
    workshop = Workshop(timezone=zone)
    starts = [first + timedelta(minutes=15 * place) for place in range(24 * 4 * 23)]  # Havana has no midnight in March
    days = by_day([Slot(start, start + timedelta(minutes=15)) for start in starts], workshop)
    assert [slot.starts_at for day in days for slot in day.slots] == starts
    assert [{local_day(slot.starts_at, workshop) for slot in day.slots} for day in days] == [
        {local_day(day.starts_at, workshop)} for day in days
    ]
    assert len({local_day(day.starts_at, workshop) for day in days}) == len(days)
