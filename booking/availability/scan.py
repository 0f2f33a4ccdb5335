"""
Where every resource that work needs is free for its whole length: one index scan, then shifts and ands of bitmaps.

A start is free when a mechanic with the skill has a run of free ticks there AND a bench of the right kind has one:
OR inside each group, AND across the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from booking.availability.needs import Work
from collective.timetable.free_days import read_days
from collective.timetable.models import FreeDay, Occupancy, Resource
from collective.timetable.occupy import local_days
from collective.timetable.periods import Period
from collective.timetable.ticks import TICK, each_bit, from_bytes, local_midnight, starts_of_runs

DAY = timedelta(days=1)
FIRST_STRETCH, NEXT_STRETCH = 2, 7  # days read at once
Row = tuple[int, int, date, bytes | memoryview, bytes | memoryview]  # workshop, resource, day, bits, steps


class Held(Protocol):
    """A hold: whoever has it still sees its slot."""

    @property
    def reference(self) -> str: ...


@dataclass(frozen=True, order=True, slots=True)
class Slot:
    """A start at which the work can be done, and its end; in UTC, without the workshop's buffer."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The local days, and on them the weekdays (0 = Monday; none = all) and local hours in which a slot may start."""

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    from_hour: int | None = None
    to_hour: int | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """The resources at one workshop that can do the work: any one of each."""

    mechanics: frozenset[int]
    benches: frozenset[int]

    @property
    def can(self) -> bool:
        return bool(self.mechanics and self.benches)


def is_able(resource: Resource, work: Work) -> bool:
    """Tell whether this mechanic has the skill, or this bench is of the kind, that the work needs."""
    if resource.kind == Resource.Kind.MECHANIC:
        return resource.mechanic is not None and resource.mechanic.skill_level >= work.skill_level
    return resource.bench is not None and resource.bench.kind in work.bench_kinds


def groups_for(works: Mapping[int, Work]) -> dict[int, Groups]:
    """Give the able resources of each workshop: one query."""
    in_use = Resource.objects.filter(workshop__in=works.keys(), retired_at__isnull=True)
    able: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for resource in in_use.select_related("mechanic", "bench"):
        if is_able(resource, works[resource.workshop_id]):
            able[resource.workshop_id][resource.kind].add(resource.pk)
    return {
        pk: Groups(frozenset(able[pk][Resource.Kind.MECHANIC]), frozenset(able[pk][Resource.Kind.BENCH]))
        for pk in works
    }


def scan(
    *,
    works: Mapping[int, Work],
    groups: Mapping[int, Groups],
    window: Window,
    at: datetime,
    want: int | None,
    own: Held | None = None,
) -> dict[int, list[Slot]]:
    """
    Give each workshop's first `want` free slots in the window (all, when None), in order.

    Reads the first days first, then a week at a time, and only of workshops that have not enough yet.
    """
    found: dict[int, list[Slot]] = {pk: [] for pk in works}
    waiting = {pk for pk in works if groups[pk].can}
    own_rows = _rows_without(own, at=at) if own else {}
    for first, last in _stretches(window, want):
        if not waiting:
            break
        for pk, day, starts in _free_starts(waiting, works, groups, (first, last), own_rows):
            if want is None or len(found[pk]) < want:
                found[pk] += _slots(works[pk], day, starts, window, at)
        if want is not None:
            waiting = {pk for pk in waiting if len(found[pk]) < want}
    return {pk: slots[:want] for pk, slots in found.items()}


def _stretches(window: Window, want: int | None) -> Iterator[tuple[date, date]]:
    first, length = window.first, FIRST_STRETCH
    if want is None:
        length = (window.last - first).days + 1
    while first <= window.last:
        last = min(first + (length - 1) * DAY, window.last)
        yield first, last
        first, length = last + DAY, NEXT_STRETCH


def _free_starts(
    waiting: set[int],
    works: Mapping[int, Work],
    groups: Mapping[int, Groups],
    days: tuple[date, date],
    own_rows: Mapping[tuple[int, date], Row],
) -> Iterator[tuple[int, date, int]]:
    """Yield workshop, day and bitmap of free starts, day by day; the two groups' bitmaps meet here."""
    mechanics: dict[tuple[date, int], int] = defaultdict(int)
    benches: dict[tuple[date, int], int] = defaultdict(int)
    for workshop, resource, day, bits, steps in _read(waiting, works, days, own_rows):
        group = groups[workshop]
        if resource in group.mechanics:
            side = mechanics
        elif resource in group.benches:
            side = benches
        else:
            continue
        side[day, workshop] |= starts_of_runs(from_bytes(bits), works[workshop].run) & from_bytes(steps)
    for day, workshop in sorted(mechanics.keys() & benches.keys()):
        if both := mechanics[day, workshop] & benches[day, workshop]:
            yield workshop, day, both


def _read(
    waiting: set[int], works: Mapping[int, Work], days: tuple[date, date], own_rows: Mapping[tuple[int, date], Row]
) -> Iterator[Row]:
    shortest = min(works[pk].run for pk in waiting)
    rows = FreeDay.objects.filter(workshop__in=waiting, day__range=days, longest__gte=shortest)
    for row in rows.values_list("workshop_id", "resource_id", "day", "bits", "steps"):
        if (row[1], row[2]) not in own_rows:
            yield row
    for row in own_rows.values():
        if row[0] in waiting and days[0] <= row[2] <= days[1]:
            yield row


def _rows_without(own: Held, *, at: datetime) -> dict[tuple[int, date], Row]:
    """Compute, as if the own hold were not, the free days it takes from."""
    held = list(Occupancy.objects.filter(reference=own.reference).select_related("resource__workshop"))
    rows: dict[tuple[int, date], Row] = {}
    for occupancy in held:
        days = local_days(Period(occupancy.starts_at, occupancy.ends_at), occupancy.resource)
        fresh = read_days(resources=[occupancy.resource], first=days[0], last=days[-1], at=at, ignoring=own.reference)
        for row in (read.as_row() for read in fresh):
            rows[row.resource_id, row.day] = (row.workshop_id, row.resource_id, row.day, row.bits, row.steps)
    return rows


def _slots(work: Work, day: date, starts: int, window: Window, at: datetime) -> Iterable[Slot]:
    starts &= allowed_starts(work, day, window, at)
    t0 = local_midnight(day, work.workshop.zone)
    length = timedelta(minutes=work.minutes)
    return [Slot(t0 + tick * TICK, t0 + tick * TICK + length) for tick in each_bit(starts)]


def allowed_starts(work: Work, day: date, window: Window, at: datetime) -> int:
    """Set the ticks of the day that notice, horizon, weekday and hours let through (-1: all)."""
    workshop = work.workshop
    today = at.astimezone(workshop.zone).date()
    if not today <= day <= today + timedelta(days=workshop.horizon_days):
        return 0
    if window.weekdays and day.weekday() not in window.weekdays:
        return 0
    t0 = local_midnight(day, workshop.zone)
    too_soon = max(-((t0 - at - workshop.notice) // TICK), 0)
    allowed = -1 << too_soon
    if window.from_hour:
        allowed &= -1 << (_hour(day, window.from_hour, work) - t0) // TICK
    if window.to_hour is not None and window.to_hour < 24:
        allowed &= (1 << (_hour(day, window.to_hour, work) - t0) // TICK) - 1
    return allowed


def _hour(day: date, hour: int, work: Work) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=work.workshop.zone).astimezone(UTC)


def slots_of(
    *, work: Work, first: date, last: date, at: datetime, own: Held | None = None, limit: int | None = None
) -> list[Slot]:
    """Give one workshop's free slots for this work from first to last, in order."""
    works = {work.workshop.pk: work}
    window = Window(first, last)
    return scan(works=works, groups=groups_for(works), window=window, at=at, want=limit, own=own)[work.workshop.pk]
