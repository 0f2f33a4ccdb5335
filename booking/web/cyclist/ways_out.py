"""Nothing is free: what opens when one wish is dropped, farther away, or later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.availability.search import Found, find_slots
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


def ways_out(asked: Asked, found: Found, query: QueryDict, *, at: datetime) -> list[WayOut]:
    """Later, or one wish dropped at a time, the easiest to give up first; at most three that open something."""
    ways = _later(asked, found, query, at=at)
    for title, wish, changes in _relaxations(asked):
        others = find_slots(**wish.search(today=timezone.localdate(at)), at=at, per_workshop=1)
        openings = [one for one in others.workshops if one.slots]
        if not openings:
            continue
        first = min(openings, key=lambda one: one.slots[0].starts_at)
        moment, workshop = first.slots[0].starts_at, first.workshop
        ways.append(WayOut(title, others.total, moment, workshop.timezone, workshop.name, changed(query, changes)))
        if len(ways) == MOST_WAYS:
            break
    return ways


def _later(asked: Asked, found: Found, query: QueryDict, *, at: datetime) -> list[WayOut]:
    """The same wishes after the days searched, where some workshop has a slot then."""
    after = [(one.next_at, one.workshop) for one in found.workshops if one.next_at]
    if not after or asked.when == When.DAY:
        return []
    moment, workshop = min(after, key=lambda one: one[0])
    day = moment.astimezone(workshop.zone).date().isoformat()
    quand = None if asked.when == When.CHEAP else asked.when
    query = changed(query, {"apres": day, "quand": quand})
    return [WayOut(_("Later"), len(after), moment, workshop.timezone, workshop.name, query)]


TIMES = {
    When.SATURDAY: gettext_lazy("On other days than Saturday"),
    When.EVENING: gettext_lazy("At other hours"),
    When.CHEAP: gettext_lazy("After the next 48 hours"),
    When.DAY: gettext_lazy("On another day"),
}


def _relaxations(asked: Asked) -> Iterator[Relaxation]:
    if asked.when in TIMES:
        yield TIMES[asked.when], replace(asked, when=When.SOON, day=None), {"quand": None, "jour": None}
    if asked.certification:
        yield _("With any mechanic for e-bikes"), replace(asked, certification=""), {"marque": None}
    if asked.features:
        yield _("Whatever the workshop has"), replace(asked, features=()), {"atout": None}
    if asked.kinds:
        yield _("With any kind of workshop"), replace(asked, kinds=()), {"genre": None}
    for km in RADII:
        if asked.place and km > asked.radius_km:
            yield _("Within %(km)s km") % {"km": km}, replace(asked, radius_km=km), {"rayon": str(km)}


def changed(query: QueryDict, changes: dict[str, str | None]) -> str:
    """Return the address of the same search with some fields set, or dropped where None."""
    other = query.copy()
    for name, value in changes.items():
        if value is None:
            other.pop(name, None)
        else:
            other[name] = value
    return other.urlencode()
