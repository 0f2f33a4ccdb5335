"""Find free slots for one piece of work over many workshops."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from booking.availability.asked import MOST_DAYS, check_place, check_window
from booking.availability.near import Point, Wishes, fitting, workshops_near
from booking.availability.needs import Work, check_interventions, works_for
from booking.availability.scan import Groups, Held, Slot, Window, groups_for, scan, slots_of
from collective.workshops.models import Workshop

__all__ = ["Found", "Slot", "WorkshopSlots", "find_slots", "rotation", "slots_of"]

# Why a search found no workshop: stable words for pages and programs.
NO_WORKSHOP_NEAR = "no_workshop_near"
NONE_FITS = "none_fits_the_filters"
NOT_OFFERED = "not_offered_near"
NOBODY_ABLE = "nobody_able"
ALL_TAKEN = "all_taken"


@dataclass(frozen=True, slots=True)
class WorkshopSlots:
    """A workshop with its first slots; `next_at` is its first one from the days asked on, perhaps after them."""

    workshop: Workshop
    work: Work
    distance_km: float
    slots: list[Slot]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: a page of workshops, how many there are, and why none has a slot, if none has."""

    workshops: list[WorkshopSlots] = field(default_factory=list)
    total: int = 0
    nothing_because: str | None = None


def find_slots(
    *,
    lat: float,
    lon: float,
    radius_km: float,
    interventions: Sequence[str],
    bike_type: str,
    first: date,
    last: date,
    at: datetime,
    kinds: Sequence[str] = (),
    ebike_certified: bool = False,
    cargo: bool = False,
    step_free: bool = False,
    solidarity: bool = False,
    weekdays: Sequence[int] = (),
    from_hour: int | None = None,
    to_hour: int | None = None,
    order: str = "earliest",
    own: Held | None = None,
    per_workshop: int = 6,
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """
    Find, near a point, the workshops that can do all of this work, each with its first slots.

    Days are local to each workshop. The number of queries does not grow with the number of workshops.
    Workshops with a slot come first; among equals the order turns every day (`rotation`).

    :raises BadInput: when something asked makes no sense; each subclass says what (`asked.py`, `needs.py`).
    """
    window = Window(first, last, frozenset(weekdays), from_hour, to_hour)
    check_place(lat=lat, lon=lon, radius_km=radius_km, kinds=kinds, order=order)
    check_window(window, at=at)
    check_interventions(interventions)
    near = workshops_near(Point(lat, lon), radius_km=radius_km)
    fit = fitting(near, Wishes(frozenset(kinds), ebike_certified, cargo, step_free, solidarity))
    if not fit:
        return Found(nothing_because=NONE_FITS if near else NO_WORKSHOP_NEAR)
    works = works_for(interventions=interventions, bike_type=bike_type, workshops=[one for one, _km in fit])
    groups = groups_for(works)
    able = {pk: work for pk, work in works.items() if groups[pk].can}
    if not able:
        return Found(nothing_because=NOBODY_ABLE if works else NOT_OFFERED)
    slots = scan(works=able, groups=groups, window=window, at=at, want=per_workshop, own=own)
    entries = sorted(_entries(fit, able, slots, _next_after(able, groups, slots, window, at)), key=_rank(order, at))
    return Found(entries[offset : offset + limit], len(entries), None if any(slots.values()) else ALL_TAKEN)


def _entries(
    fit: Sequence[tuple[Workshop, float]],
    works: Mapping[int, Work],
    slots: Mapping[int, list[Slot]],
    later: Mapping[int, datetime],
) -> list[WorkshopSlots]:
    return [
        WorkshopSlots(workshop, works[workshop.pk], km, slots[workshop.pk], later.get(workshop.pk))
        for workshop, km in fit
        if workshop.pk in works
    ]


def _next_after(
    works: Mapping[int, Work],
    groups: Mapping[int, Groups],
    slots: Mapping[int, list[Slot]],
    window: Window,
    at: datetime,
) -> dict[int, datetime]:
    """Give each workshop's next slot; of those that have none in the window, the first one after it."""
    without = {pk: work for pk, work in works.items() if not slots[pk]}
    horizon = max((work.workshop.horizon_days for work in without.values()), default=0)
    after = Window(
        window.last + timedelta(days=1),
        max(window.last, at.date()) + timedelta(days=min(horizon, MOST_DAYS)),
        window.weekdays,
        window.from_hour,
        window.to_hour,
    )
    later = scan(works=without, groups=groups, window=after, at=at, want=1) if without else {}
    return {pk: found[0].starts_at for pk, found in (dict(slots) | later).items() if found}


def rotation(workshop: Workshop, day: date) -> int:
    """
    Give the workshop's place among equals on a day: a digest of both, so that each is first as often as any other.

    (Not a CRC: it is linear, so that another day would leave some always behind others.)
    """
    return int.from_bytes(sha256(f"{day.isoformat()} {workshop.pk}".encode()).digest()[:8], "big")


def _rank(order: str, at: datetime) -> Callable[[WorkshopSlots], Any]:
    def rank(entry: WorkshopSlots) -> Any:
        soonest = entry.next_at.timestamp() if entry.next_at else float("inf")
        equal = {
            "earliest": (soonest,),
            "distance": (round(entry.distance_km, 1), soonest),
            "price": (entry.work.total_cents, soonest),
        }[order]
        return (not entry.slots, *equal, rotation(entry.workshop, at.date()))

    return rank
