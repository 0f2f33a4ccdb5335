"""
What moves: itinerant mechanics and shared tools. They can begin where they arrive in time, and leave in time.

Of each, its jobs before and after are known with their places. A job at q from b to e forbids, at a place p, every
start s whose own time, widened by the way between q and p, would touch it: s + since - way < e and s + until + way > b.
That is a range of ticks to clear. A mechanic's hours are those at the customers': the way from and to home is not
counted. A tool stands where it was last used, at first at its home, and can leave from now on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from booking.availability.able import Facts, ToolFacts, minutes_taken
from booking.availability.needs import Need
from collective.places.distance import Located
from collective.places.point import Point
from collective.places.travel import travel_minutes
from collective.timetable.movers import Busy
from collective.timetable.ticks import TICK

A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Spot = tuple[float | None, float | None]  # latitude, longitude; none = where the mover is at home
AT_HOME: Spot = (None, None)


class Line(NamedTuple):
    """Ticks in a row over several days, from a moment on."""

    base: datetime
    ticks: int

    @staticmethod
    def over(first: date, last: date) -> Line:
        """Give a line that holds these local days, wherever they are local."""
        base = datetime(first.year, first.month, first.day, tzinfo=UTC) - A_DAY
        return Line(base, ((last - first).days + 3) * A_DAY // TICK)

    def between(self, after: datetime, before: datetime) -> int:
        """Set the ticks that begin strictly between two moments."""
        first = max((after - self.base) // TICK + 1, 0)
        last = min(-((self.base - before) // TICK), self.ticks)  # the first tick at or after `before`
        return (1 << last) - (1 << first) if first < last else 0


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


def reachable(mover: Mover, need: Need, place: Located, *, at: datetime, line: Line) -> int:
    """Set the ticks of the line at which work at the place may start, were it done by or with this mover."""
    first, last = minutes_taken(mover.facts, need)
    since, until = first * A_MINUTE, last * A_MINUTE
    way_from = _ways(mover, place)
    barred = 0
    for busy in mover.busy:
        way = way_from((busy.lat, busy.lon))
        barred |= line.between(busy.period.starts_at - way - until, busy.period.ends_at + way - since)
    if mover.home is not None:
        barred |= line.between(LONG_AGO, _leaves_at(mover, way_from, at=at) - since)
    return ((1 << line.ticks) - 1) & ~barred


def _ways(mover: Mover, place: Located) -> Callable[[Spot], timedelta]:
    """Give what says how long the mover takes from a spot to the place: measured once, for most jobs share a few."""
    known: dict[Spot, timedelta] = {}

    def way_from(spot: Spot) -> timedelta:
        if spot not in known:
            lat, lon = spot
            known[spot] = mover.way(mover.home if lat is None or lon is None else Point(lat, lon), place)
        return known[spot]

    return way_from


def _leaves_at(mover: Mover, way_from: Callable[[Spot], timedelta], *, at: datetime) -> datetime:
    """Give when it can be at the place from where it stands now; what starts after its next job has that before it."""
    stands_at = AT_HOME
    for busy in mover.busy:
        if busy.period.ends_at > at:
            return min(at + way_from(stands_at), busy.period.ends_at)
        stands_at = busy.lat, busy.lon
    return at + way_from(stands_at)
