"""Days on which a bicycle can be left, as the pages offer them."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.availability.days import DropOffDay, drop_off_days
from booking.availability.needs import Work

DAYS_BEFORE, DAYS_AFTER = 3, 14
NEAREST = 2


def nearest_days(work: Work, moment: datetime, *, at: datetime) -> list[DropOffDay]:
    """Return the days nearest to a moment on which the bicycle can be left at this workshop for this work, in order."""
    wished, today = (one.astimezone(work.workshop.zone).date() for one in (moment, at))
    first, last = max(wished - timedelta(days=DAYS_BEFORE), today), wished + timedelta(days=DAYS_AFTER)
    found = drop_off_days(work=work, first=first, last=last, at=at)
    return sorted(sorted(found, key=lambda one: abs(one.day - wished))[:NEAREST], key=lambda one: one.day)
