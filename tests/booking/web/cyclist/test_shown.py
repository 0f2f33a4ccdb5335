from datetime import UTC, datetime, timedelta

import pytest

from booking.availability.scan import Slot
from booking.web.cyclist.shown import spread

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def quarters(count):
    starts = [EIGHT + timedelta(minutes=15 * place) for place in range(count)]
    return [Slot(start, start + timedelta(minutes=15)) for start in starts]


@pytest.mark.parametrize(("count", "kept"), [(0, []), (2, [0, 1]), (3, [0, 1, 2]), (4, [0, 2, 3]), (41, [0, 20, 40])])
def test_a_day_shows_its_first_slot_and_others_far_apart(count, kept):
    slots = quarters(count)
    assert spread(slots) == [slots[place] for place in kept]
