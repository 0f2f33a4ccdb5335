"""
What moves: itinerant mechanics and shared tools. They can begin where they arrive in time, and leave in time.

Of each, its jobs before and after are known with their places. A job at q from b to e forbids, at a place p, every
start s whose own time, widened by the way between q and p, would touch it: s + since - way < e and s + until + way > b.
That is a range of ticks to clear. A mechanic's hours are those at the customers': the way from and to home is not
counted. A tool stands where it was last used, at first at its home, and can leave from now on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from booking.availability.able import Facts, ToolFacts, minutes_taken
from booking.availability.needs import Need
from collective.places.distance import Located
from collective.places.point import Point
from collective.places.travel import travel_minutes
from collective.timetable.movers import Busy
from collective.timetable.ticks import TICK

A_MINUTE = timedelta(minutes=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Barred = tuple[datetime, datetime]  # no start strictly between the two


@dataclass(frozen=True, slots=True)
class Mover:
    """Something that moves, with what it has to do, in order of time."""

    facts: Facts | ToolFacts
    busy: Sequence[Busy]

    @property
    def home(self) -> Point | None:
        """Where it is when nobody said otherwise; None for a mechanic, whose way from home nobody counts."""
        return Point(self.facts.home_lat, self.facts.home_lon) if isinstance(self.facts, ToolFacts) else None

    def way(self, a: Located | None, b: Located) -> timedelta:
        """Give how long it takes to get from `a` to `b`, handing over included; nothing from nowhere in particular."""
        if a is None or (a.lat, a.lon) == (b.lat, b.lon):
            return timedelta(0)
        assert self.facts.speed_kmh is not None
        assert self.facts.detour_percent is not None
        minutes = travel_minutes(a, b, speed_kmh=self.facts.speed_kmh, detour_percent=self.facts.detour_percent)
        if isinstance(self.facts, ToolFacts):
            minutes += self.facts.hand_over_minutes
        return minutes * A_MINUTE


def barred_starts(mover: Mover, need: Need, place: Located, *, at: datetime) -> list[Barred]:
    """Give the stretches in which work at the place may not start, were it done by or with this mover."""
    since, until = (minutes * A_MINUTE for minutes in minutes_taken(mover.facts, need))
    barred = []
    for busy in mover.busy:
        way = mover.way(_place_of(busy, mover), place)
        barred.append((busy.period.starts_at - way - until, busy.period.ends_at + way - since))
    if mover.home is not None:
        barred.append((LONG_AGO, _leaves_at(mover, place, at=at) - since))
    return barred


def _leaves_at(mover: Mover, place: Located, *, at: datetime) -> datetime:
    """Give when it can be at the place from where it stands now; what starts after its next job has that before it."""
    stands_at: Located | None = mover.home
    for busy in mover.busy:
        if busy.period.ends_at > at:
            return min(at + mover.way(stands_at, place), busy.period.ends_at)
        stands_at = _place_of(busy, mover)
    return at + mover.way(stands_at, place)


def _place_of(busy: Busy, mover: Mover) -> Located | None:
    return mover.home if busy.lat is None or busy.lon is None else Point(busy.lat, busy.lon)


def clear_barred(barred: Sequence[Barred], *, t0: datetime, ticks: int) -> int:
    """Set the ticks of a day of so many, which begins at `t0`, at which nothing bars a start."""
    allowed = (1 << ticks) - 1
    whole = ticks * TICK
    for after, before in barred:
        if before <= t0 or after >= t0 + whole:
            continue
        first = max((after - t0) // TICK + 1, 0)
        last = min(-((t0 - before) // TICK), ticks)  # the first tick at or after `before`
        if first < last:
            allowed &= ~((1 << last) - (1 << first))
    return allowed
