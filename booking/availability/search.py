"""
Find free slots for one piece of work over many workshops.

A search takes three queries whatever the size: workshops near with their offers, who could do it there, free days.
One more each: for the jobs of what moves (itinerant mechanics, shared tools), for the commune of the point when a zone
is named by communes, for a further stretch of days when the first has not enough, for the next slots of workshops shown
without one. Three when a workshop shown sells drop-off days. Only when nothing is found more are made, to say why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from booking.availability.asked import MOST_DAYS
from booking.availability.days import DropOffDay, days_for, drop_off_days
from booking.availability.explain import explain
from booking.availability.needs import Work
from booking.availability.question import Around, Question, look_around
from booking.availability.rank import in_turn
from booking.availability.scan import DAY, Scan, Slot, Window, scan, slots_of
from booking.availability.why import Why
from collective.timetable.ticks import TICK, each_bit
from collective.workshops.models import Workshop

__all__ = ["First", "Found", "Slot", "WorkshopSlots", "drop_off_days", "find_first", "find_slots", "slots_of"]

A_MINUTE = timedelta(minutes=1)
Key = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WorkshopSlots:
    """
    A workshop with its first slots, and the days on which a bike can be left there.

    `next_at` is its first slot from the days asked on, perhaps after them.
    """

    workshop: Workshop
    work: Work
    distance_km: float
    slots: list[Slot]
    next_at: datetime | None
    days: list[DropOffDay] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: a page of workshops, how many can do the work, and why none has a slot, if none has."""

    workshops: list[WorkshopSlots] = field(default_factory=list)
    total: int = 0
    nothing_because: Why | None = None


@dataclass(frozen=True, slots=True)
class First:
    """One of the earliest slots anywhere."""

    workshop: Workshop
    work: Work
    distance_km: float
    slot: Slot


def find_slots(
    *,
    order: str = "earliest",
    per_workshop: int = 6,
    days: int = 0,
    limit: int = 20,
    offset: int = 0,
    **asked: Any,
) -> Found:
    """
    Find, near a point, the workshops that can do all of this work, each with its first slots: see `Question`.

    With `days`, all the slots of each one's first so many days with any, and of more until there are `per_workshop`.

    Workshops with a slot come first, then those full on these days; ordered by their first slot ("earliest"), by
    "distance" or by "price", among equals the least loaded first, then in turn.

    :raises BadInput: when something asked makes no sense; each subclass says what (`asked.py`, `needs.py`).
    """
    question = Question(**asked)
    question.check(order=order)
    around = look_around(question)
    if not around.works:
        return Found(nothing_because=explain(question, around))
    reading = Scan(
        works=around.works,
        window=question.window,
        at=question.at,
        want=per_workshop,
        want_days=days,
        own=question.own,
        where=question.point,
    )
    base = _base(order, around)
    page = _read_page(reading, base, question, offset + limit)[offset:]
    total = sum(map(reading.board.is_able, around.works))
    entries = _entries(page, reading, around, question)
    is_free = any(reading.count.values()) or any(entry.days for entry in entries)
    return Found(entries, total, None if is_free else explain(question, around))


def find_first(*, count: int = 20, **asked: Any) -> list[First]:
    """
    Find the earliest slots anywhere near a point, in order of time; of the same moment as `find_slots` ranks them.

    :raises BadInput: when something asked makes no sense.
    """
    question = Question(**asked)
    question.check()
    around = look_around(question)
    if not around.works:
        explain(question, around)
        return []
    reading = Scan(
        works=around.works,
        window=question.window,
        at=question.at,
        want=count,
        own=question.own,
        where=question.point,
    )
    while unread := reading.unread(around.works):
        earliest = _earliest(reading, count)
        if len(earliest) >= count and earliest[-1][1].starts_at < min(map(reading.known_until, unread)):
            break
        reading.read_on(unread)
    ranked = in_turn(
        _earliest(reading, count),
        key=lambda one: (one[1].starts_at, reading.load(one[0], one[1].starts_at)),
        workshop=lambda one: one[0],
        day=question.at.date(),
    )
    km = around.km
    return [First(around.works[pk].workshop, around.works[pk], km[pk], slot) for pk, slot in ranked[:count]]


def _earliest(reading: Scan, count: int) -> list[tuple[int, Slot]]:
    """Give the first `count` slots found so far, with their workshops; and all that begin together with the last."""
    line, base = _on_one_line(reading)
    anywhere = reduce(or_, line.values(), 0)
    found: list[tuple[int, Slot]] = []
    for tick in each_bit(anywhere):
        if len(found) >= count:
            break
        starts_at = base + tick * TICK
        for pk, starts in line.items():
            if starts >> tick & 1:
                found.append((pk, Slot(starts_at, starts_at + reading.works[pk].minutes * A_MINUTE)))
    return found


def _on_one_line(reading: Scan) -> tuple[dict[int, int], datetime]:
    """Give each workshop's starts as one bitmap, and the moment that its lowest bit stands for: the same for all."""
    base = min((days[0][0] for days in reading.days.values() if days), default=reading.at)
    line = {
        pk: reduce(or_, (starts << (t0 - base) // TICK for t0, starts in days))
        for pk, days in reading.days.items()
        if days
    }
    return line, base


def _base(order: str, around: Around) -> Callable[[int], Key]:
    """Give what comes before the first slot in the order asked."""
    km = around.km
    keys: dict[str, Callable[[int], Key]] = {
        "earliest": lambda pk: (),
        "distance": lambda pk: (round(km[pk], 1),),
        "price": lambda pk: (around.works[pk].total_cents,),
    }
    return keys[order]


def _read_page(reading: Scan, base: Callable[[int], Key], question: Question, count: int) -> list[int]:
    """Read until the first `count` workshops are certain, and their slots; give them in order, then the full ones."""
    while undecided := _undecided(reading, base, count):
        reading.read_on(undecided)
    able = [pk for pk in reading.works if reading.board.is_able(pk)]
    page = in_turn(
        able,
        key=lambda pk: _rank(reading, base, pk),
        workshop=lambda pk: pk,
        day=question.at.date(),
    )[:count]
    while unread := reading.unread([pk for pk in page if reading.count[pk]]):
        reading.read_on(unread)
    return page


def _undecided(reading: Scan, base: Callable[[int], Key], count: int) -> set[int]:
    """Give the workshops without a slot yet whose first one could still put them among the first `count`."""
    ranked = sorted((*base(pk), first.timestamp()) for pk in reading.works if (first := reading.first(pk)))
    bound = ranked[count - 1] if len(ranked) >= count else None
    return {
        pk
        for pk in reading.unread(pk for pk, count in reading.count.items() if not count)
        if bound is None or (*base(pk), reading.known_until(pk).timestamp()) <= bound
    }


def _rank(reading: Scan, base: Callable[[int], Key], pk: int) -> Key:
    if (first := reading.first(pk)) is None:
        return (1, *base(pk))
    return (0, *base(pk), first.timestamp(), reading.load(pk, first))


def _entries(page: list[int], reading: Scan, around: Around, question: Question) -> list[WorkshopSlots]:
    next_at = _next_after([pk for pk in page if not reading.count[pk]], reading, question)
    next_at |= {pk: first for pk in page if (first := reading.first(pk))}
    works = {pk: around.works[pk] for pk in page}
    days = days_for(works=works, window=question.window, at=question.at, own=question.own)
    km = around.km
    return [
        WorkshopSlots(work.workshop, work, km[pk], reading.slots(pk), next_at.get(pk), days[pk])
        for pk, work in works.items()
    ]


def _next_after(full: list[int], reading: Scan, question: Question) -> dict[int, datetime]:
    """Give the first slot after the days asked of workshops that are full on these."""
    if not full:
        return {}
    works = {pk: reading.works[pk] for pk in full}
    horizon = min(max(work.workshop.horizon_days for work in works.values()), MOST_DAYS)
    window = question.window
    after = Window(
        window.last + DAY,
        max(window.last, question.at.date()) + timedelta(days=horizon),
        window.weekdays,
        window.from_hour,
        window.to_hour,
    )
    later = scan(works=works, window=after, at=question.at, want=1, where=question.point)
    return {pk: found[0].starts_at for pk, found in later.items() if found}
