"""Nothing is free: what opens when one wish is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from booking.availability.search import find_slots
from booking.web.cyclist.asked import RADII, Asked, When

MOST_WAYS = 3
Relaxation = tuple[str | Promise, Asked, dict[str, str | None]]


@dataclass(frozen=True)
class WayOut:
    """One wish dropped: how many workshops then have a slot, the first of them, and the address that shows them."""

    title: str | Promise
    count: int
    first_at: datetime
    zone: str
    workshop: str
    query: str


def ways_out(asked: Asked, query: QueryDict, *, at: datetime) -> list[WayOut]:
    """Drop one wish at a time, the easiest to give up first, and keep at most three that open something."""
    ways: list[WayOut] = []
    for title, wish, changes in _relaxations(asked):
        found = find_slots(**wish.search(today=at.date()), at=at, per_workshop=1)
        openings = [one for one in found.workshops if one.slots]
        if not openings:
            continue
        first = min(openings, key=lambda one: one.slots[0].starts_at)
        moment, workshop = first.slots[0].starts_at, first.workshop
        ways.append(WayOut(title, found.total, moment, workshop.timezone, workshop.name, _changed(query, changes)))
        if len(ways) == MOST_WAYS:
            break
    return ways


def _relaxations(asked: Asked) -> Iterator[Relaxation]:
    any_time = {"quand": None, "jour": None}
    if asked.when == When.SATURDAY:
        yield _("On other days than Saturday"), replace(asked, when=When.SOON), any_time
    elif asked.when == When.EVENING:
        yield _("At other hours"), replace(asked, when=When.SOON), any_time
    elif asked.when == When.DAY:
        yield _("On another day"), replace(asked, when=When.SOON, day=None), any_time
    if asked.features:
        yield _("Whatever the workshop has"), replace(asked, features=()), {"atout": None}
    if asked.kinds:
        yield _("With any kind of workshop"), replace(asked, kinds=()), {"genre": None}
    if asked.place:
        for km in RADII:
            if km > asked.radius_km:
                yield _("Within %(km)s km") % {"km": km}, replace(asked, radius_km=km), {"rayon": str(km)}


def _changed(query: QueryDict, changes: dict[str, str | None]) -> str:
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed.urlencode()
