"""What slots offered to people who wait should have of the timetable: see collective/timetable/sources.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from booking.appointments.sources import time_of
from booking.waiting.models import SlotOffer
from collective.timetable.sources import Due, Source


def offers(at: datetime) -> Iterator[Due]:
    """Slots kept for somebody until the deadline to answer."""
    waiting = SlotOffer.objects.open_().filter(expires_at__gt=at)
    return (Due(one.reference, time=time_of(one)) for one in waiting.iterator())


SOURCES: dict[str, Source] = {"offer:": offers}
