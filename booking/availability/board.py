"""
The board on which search and taking judge alike: free days are put on it, it tells where work can start.

A start is free when, for some plan, every need has a resource that is free for its run of ticks: shift-and by the run
inside a resource, shift by where the run begins, OR among the resources that can meet a need, AND across the needs of
a plan, OR across plans.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from booking.availability.able import Facts, ToolFacts, can_meet, ticks_taken
from booking.availability.moving import Line, Mover, reachable
from booking.availability.needs import Need, Plan, Work
from collective.places.distance import Located
from collective.timetable.ticks import TICK, begin_and_ticks, from_bytes, starts_of_runs, ticks_of

# The starts at which a resource is free to meet a need, the resource, its ticks taken that day and those open:
# a bare tuple, because a search makes thousands.
Free = tuple[int, int, int, int]


class Row(NamedTuple):
    """A free day: what the board needs of it, in this order."""

    pk: int
    day: date
    bits: bytes | memoryview
    steps: bytes | memoryview
    longest: int
    open_ticks: int
    taken_ticks: int


class Part(NamedTuple):
    """What a resource can do for work: the place of the need in its shape, the free ticks it takes, since when."""

    need: int
    run: int
    since: int


@dataclass(slots=True)
class Shape:
    """The plans of work with their needs apart, each once; and what resources that are alike can do of them."""

    plans: tuple[Plan, ...]
    needs: list[Need] = field(init=False)
    places: list[tuple[int, ...]] = field(init=False)  # each plan as places in `needs`
    shortest: int = field(init=False)  # the fewest ticks that any need takes of a resource with free days
    parts: dict[tuple[object, ...], list[Part]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.needs = list(dict.fromkeys(need for plan in self.plans for need in plan))
        self.places = [tuple(self.needs.index(need) for need in plan) for plan in self.plans]
        self.shortest = min(ticks_of(need.until) - need.since // 5 for need in self.needs if need.tool_kind is None)

    def parts_of(self, facts: Facts) -> list[Part]:
        alike = (*facts[2:-1], *(facts.certifications or ()))
        found = self.parts.get(alike)
        if found is None:
            found = []
            for place, need in enumerate(self.needs):
                if can_meet(facts, need):
                    since, run = ticks_taken(facts, need)
                    found.append(Part(place, run, since))
            self.parts[alike] = found
        return found


def _shapes_of(works: Mapping[int, Work]) -> dict[int, Shape]:
    """Give the shape of each work; those of the same plans share one."""
    known: dict[int, Shape] = {}
    shapes = {}
    for pk, work in works.items():
        plans = work.plans
        if id(plans) not in known:
            known[id(plans)] = Shape(plans)
        shapes[pk] = known[id(plans)]
    return shapes


def load_of(free: Free) -> float:
    """Give how loaded a resource is on the day that it is free, from 0 to 1."""
    _starts, _pk, taken_ticks, open_ticks = free
    return taken_ticks / open_ticks if open_ticks else 1.0


Cell = list[list[Free]]  # of a workshop on a day: for each need, who is free for it
Place = tuple[int, date]  # a workshop and a day


class Board:
    """
    Where work can start at workshops, by day, from what is put on it.

    `works` and `places` (where the work is done) are by workshop; `at` is the moment from which tools can move.
    """

    def __init__(self, *, works: Mapping[int, Work], places: Mapping[int, Located], at: datetime) -> None:
        self.works = works
        self.places = places
        self.at = at
        self._movers: dict[int, Mover] = {}  # itinerant mechanics, by resource
        self._tools: dict[tuple[int, int], list[Mover]] = {}  # by collective and kind
        self._shapes = _shapes_of(works)
        self._known: dict[int, tuple[int, list[Part]]] = {}  # resource: its workshop, what it can do there
        self._met: dict[int, set[int]] = {pk: set() for pk in works}  # needs that somebody can meet
        self._cells: dict[Place, tuple[int, Cell]] = {}
        self._fresh: list[Place] = []
        self._line: Line | None = None
        self._reachable: dict[tuple[int, int, int], int] = {}

    def meet(self, facts: Facts, alike: Iterable[int] = ()) -> bool:
        """
        Get to know a resource, and others of whom the same is true, before their free days are put.

        Tell whether it can meet any need.
        """
        parts = self._shapes[facts.workshop_id].parts_of(facts)
        known = facts.workshop_id, parts
        for pk in (facts.pk, *alike):
            self._known[pk] = known
        self._met[facts.workshop_id].update(part.need for part in parts)
        return bool(parts)

    def shortest(self, workshops: Iterable[int]) -> int:
        """Give the fewest free ticks in a row that any work there has use for."""
        return min(self._shapes[pk].shortest for pk in workshops)

    def is_able(self, workshop: int) -> bool:
        """Tell whether for some plan somebody could meet each of its needs, were nothing taken."""
        shape = self._shapes[workshop]
        return any(all(self._is_met(workshop, place) for place in plan) for plan in shape.places)

    def _is_met(self, workshop: int, place: int) -> bool:
        kind = self._shapes[workshop].needs[place].tool_kind
        return place in self._met[workshop] if kind is None else bool(self._tools_at(workshop, kind))

    def _tools_at(self, workshop: int, kind: int) -> list[Mover]:
        return self._tools.get((self.works[workshop].workshop.collective_id, kind), [])

    def put_movers(self, movers: Iterable[Mover], days: tuple[date, date]) -> None:
        """Put what moves, with its jobs around these days (first and last), in place of what was put before."""
        self._movers, self._tools = {}, defaultdict(list)
        self._line = Line.over(*days)
        self._reachable.clear()
        for mover in movers:
            if isinstance(mover.facts, ToolFacts):
                self._tools[mover.facts.collective_id, mover.facts.tool_kind].append(mover)
            else:
                self._movers[mover.facts.pk] = mover

    def put(self, rows: Iterable[Row | tuple[Any, ...]]) -> None:
        """Put free days: each has a Row's fields. Those of resources that nobody met are left out."""
        cells, known = self._cells, self._known
        for pk, day, bits, steps, longest, opened, taken in rows:
            if pk not in known:
                continue
            workshop, parts = known[pk]
            free = from_bytes(bits)
            for need, run, since in parts:
                if longest < run or not (starts := starts_of_runs(free, run)):
                    continue
                if since:
                    starts = starts << -since if since < 0 else starts >> since
                cell = cells.get((workshop, day))
                if cell is None:
                    cell = cells[workshop, day] = (from_bytes(steps), [[] for _ in self._shapes[workshop].needs])
                    self._fresh.append((workshop, day))
                cell[1][need].append((starts, pk, taken, opened))

    def starts(self) -> Iterator[tuple[int, date, int]]:
        """Yield workshop, day and bitmap of the free starts, day by day, on what was put since the last time."""
        fresh, self._fresh = self._fresh, []
        for workshop, day in sorted(fresh, key=itemgetter(1, 0)):
            if starts := self.starts_on(workshop, day):
                yield workshop, day, starts

    def starts_on(self, workshop: int, day: date) -> int:
        """Give the free starts at a workshop on a day: a bit a tick."""
        steps, _cell = self._cells[workshop, day]
        found = 0
        for plan in self._shapes[workshop].places:
            common = steps
            for place in plan:
                anyone = 0
                for free in self._free_for(workshop, day, place):
                    anyone |= free[0]
                    if not common & ~anyone:  # no other could add any
                        break
                common &= anyone
                if not common:
                    break
            found |= common
        return found

    def seats(self, workshop: int, day: date, tick: int) -> list[tuple[Need, list[Free]]] | None:
        """Give, for the best plan that can start at this tick, each need with those free for it; None when none can."""
        if (workshop, day) not in self._cells:
            return None
        shape = self._shapes[workshop]
        for plan in shape.places:
            seats = [
                (shape.needs[place], [free for free in self._free_for(workshop, day, place) if free[0] >> tick & 1])
                for place in plan
            ]
            if all(free for _need, free in seats):
                return seats
        return None

    def load(self, workshop: int, day: date, tick: int) -> float:
        """Give how loaded the mechanic is that day, from 0 to 1, who would begin the work at this tick."""
        needs = self._shapes[workshop].needs
        _steps, cell = self._cells[workshop, day]
        begin = (free for need, free in zip(needs, cell, strict=True) if need.skill_level and need.since <= 0)
        return min((load_of(one) for free in begin for one in free if one[0] >> tick & 1), default=1.0)

    def _free_for(self, workshop: int, day: date, place: int) -> Iterable[Free]:
        need = self._shapes[workshop].needs[place]
        if need.tool_kind is not None:
            tools = self._tools_at(workshop, need.tool_kind)
            return ((self._reached(tool, workshop, day, place), tool.facts.pk, 0, 1) for tool in tools)
        free = self._cells[workshop, day][1][place]
        if not self._movers:
            return free
        return [
            (one[0] & self._reached(mover, workshop, day, place), *one[1:]) if mover else one
            for one in free
            for mover in (self._movers.get(one[1]),)
        ]

    def _reached(self, mover: Mover, workshop: int, day: date, place: int) -> int:
        """Set the ticks of the day at which the mover can be at the workshop's place of work, and leave in time."""
        assert self._line is not None
        key = (mover.facts.pk, workshop, place)
        if key not in self._reachable:
            need = self._shapes[workshop].needs[place]
            self._reachable[key] = reachable(mover, need, self.places[workshop], at=self.at, line=self._line)
        t0, ticks = self.day(workshop, day)
        return self._reachable[key] >> (t0 - self._line.base) // TICK & ((1 << ticks) - 1)

    def day(self, workshop: int, day: date) -> tuple[datetime, int]:
        """Give when a local day of the workshop begins, and its ticks."""
        return begin_and_ticks(day, self.works[workshop].workshop.timezone)
