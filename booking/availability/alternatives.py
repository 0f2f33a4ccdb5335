"""What to offer when a slot is gone: others near it, in time and in place."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.availability.near import Point, workshops_near
from booking.availability.needs import Work, works_of
from booking.availability.scan import Slot, Window, scan
from collective.workshops.models import Workshop

NEAR_KM = 15
DAYS_BEFORE, DAYS_AFTER = 3, 14
A_KM = timedelta(minutes=30)  # what a kilometre more weighs against a slot nearer in time


def alternatives(
    *, work: Work, starts_at: datetime, at: datetime, lat: float, lon: float, count: int = 3
) -> list[tuple[Workshop, Slot]]:
    """
    Give the `count` slots for the same work nearest to the one wished, nearest first.

    Near in time, at the same workshop or another within 15 km; each kilometre counts as half an hour. When others have
    one, the last place is kept for them: whoever cannot come another day may be able to go elsewhere.
    """
    where = Point(lat, lon)
    codes = [offer.intervention.code for offer in work.offers]
    near = workshops_near(where, radius_km=NEAR_KM, interventions=codes)
    km = {workshop.pk: km for workshop, km in near.serving} | {work.workshop.pk: 0.0}
    works = works_of(near.offers, interventions=codes, bike_type=work.bike_type, certification=work.certification)
    works[work.workshop.pk] = work
    day = starts_at.astimezone(work.workshop.zone).date()
    window = Window(day - timedelta(days=DAYS_BEFORE), day + timedelta(days=DAYS_AFTER))
    slots = scan(works=works, window=window, at=at, want=None, where=where)

    def distance(choice: tuple[int, Slot]) -> timedelta:
        pk, slot = choice
        return abs(slot.starts_at - starts_at) + km[pk] * A_KM

    here = [(work.workshop.pk, slot) for slot in slots.pop(work.workshop.pk) if slot.starts_at != starts_at]
    there = [min(((pk, slot) for slot in found), key=distance) for pk, found in slots.items() if found]
    best = sorted(here, key=distance)[: count - 1 if there else count]
    best += sorted(there, key=distance)[: count - len(best)]
    return [(works[pk].workshop, slot) for pk, slot in sorted(best, key=distance)]
