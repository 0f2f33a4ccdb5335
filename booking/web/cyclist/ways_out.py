"""Nothing is free: what opens when one wish is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


TIMES = {
    When.SATURDAY: gettext_lazy("On other days than Saturday"),
    When.EVENING: gettext_lazy("At other hours"),
    When.DAY: gettext_lazy("On another day"),
}


def _relaxations(asked: Asked) -> Iterator[Relaxation]:
    if asked.when in TIMES:
        yield TIMES[asked.when], replace(asked, when=When.SOON, day=None), {"quand": None, "jour": None}
    if asked.features:
        yield _("Whatever the workshop has"), replace(asked, features=()), {"atout": None}
    if asked.kinds:
        yield _("With any kind of workshop"), replace(asked, kinds=()), {"genre": None}
    for km in RADII:
        if asked.place and km > asked.radius_km:
            yield _("Within %(km)s km") % {"km": km}, replace(asked, radius_km=km), {"rayon": str(km)}


def _changed(query: QueryDict, changes: dict[str, str | None]) -> str:
    changed = query.copy()
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed.urlencode()
