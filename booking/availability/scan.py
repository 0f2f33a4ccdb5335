"""
Where and when work can start, over many workshops: free days are read a stretch at a time, the nearest days first.

A stretch is as long as makes about as many rows whatever the number of workshops, each next one longer; reading ends
as soon as enough was found. What is found stays bitmaps until somebody looks: most of it is never shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from booking.availability.board import Board
from booking.availability.needs import Work
from booking.availability.rows import Held, Rows
from collective.places.point import Point
from collective.timetable.ticks import TICK, at_bits, begin_and_ticks, lowest_bit
from collective.workshops.models import Workshop

__all__ = ["Allowed", "Held", "Scan", "Slot", "Window", "scan", "slots_of"]

DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)
ROWS_AT_ONCE = 200  # about; twice as many where something has to come from elsewhere, which is free more seldom
ROWS_A_DAY = 10  # about, of a workshop
A_WEEK = 7  # days: few workshops have no slot for longer
GROWS = 4  # each stretch is that much longer than the one before
OFFSETS = [tick * TICK for tick in range(301)]


class Slot(NamedTuple):
    """A start at which the work can be done, and its end; in UTC, without the workshop's buffers."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """
    When a slot may start: on local days, and on them on weekdays (0 = Monday; none = all) and at local hours; also
    after a moment and before another.
    """

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    from_hour: int | None = None
    to_hour: int | None = None
    after: datetime | None = None
    before: datetime | None = None


class Scan:
    """
    Starts found so far, by workshop, and how far each was read.

    `days` has, of each workshop, the days on which work can start, in order: when each begins, and a bit a tick.
    `count` is how many starts that makes. Wanted are `want` starts (all, when None) on at least `want_days` days.
    """

    def __init__(
        self,
        *,
        works: Mapping[int, Work],
        window: Window,
        at: datetime,
        want: int | None,
        want_days: int = 0,
        own: Held | None = None,
        where: Point | None = None,
    ) -> None:
        self.works = works
        self.window = window
        self.at = at
        self.want = want
        self.want_days = want_days
        places = {pk: place_of(work.workshop, where) for pk, work in works.items()}
        self.board = Board(works=works, places=places, at=at)
        self.days: dict[int, list[tuple[datetime, int]]] = {pk: [] for pk in works}
        self.count: dict[int, int] = dict.fromkeys(works, 0)
        self.next_day: dict[int, date] = dict.fromkeys(works, window.first)
        self._rows = Rows(self.board, own=own)
        self._length = 0
        self._borrows = any(work.tool_kinds or work.workshop.is_itinerant for work in works.values())
        self._allowed = _allowed_at(works, window, at)

    def unread(self, among: Iterable[int]) -> set[int]:
        """Give those that have not enough yet, of whom more can be read."""
        return {pk for pk in among if self.next_day[pk] <= self.window.last and not self._has_enough(pk)}

    def _has_enough(self, pk: int) -> bool:
        return self.want is not None and self.count[pk] >= self.want and len(self.days[pk]) >= self.want_days

    def known_until(self, pk: int) -> datetime:
        """Give the moment before which all of a workshop's slots are found."""
        return self.board.day(pk, self.next_day[pk])[0]

    def read_on(self, workshops: Collection[int]) -> None:
        """Read the next stretch of these workshops' days."""
        first = min(self.next_day[pk] for pk in workshops)
        last = min(first + (self._next_length(len(workshops)) - 1) * DAY, self.window.last)
        self._rows.put(workshops, (first, last))
        for pk, day, starts in self.board.starts():
            if day >= self.next_day[pk] and pk in workshops:
                self._keep(pk, day, starts)
        for pk in workshops:
            self.next_day[pk] = max(last + DAY, self.next_day[pk])

    def free_days(self) -> set[date]:
        """Read the whole window at once; give the days on which anything begins, anywhere."""
        self._rows.put(self.works.keys(), (self.window.first, self.window.last))
        return {day for pk, day, starts in self.board.starts() if starts & self._allowed[pk].on(day)}

    def _next_length(self, workshops: int) -> int:
        rows = ROWS_AT_ONCE * (2 if self._borrows else 1)
        self._length = max(min(rows // (ROWS_A_DAY * workshops), A_WEEK), self._length * GROWS, 1)
        return (self.window.last - self.window.first).days + 1 if self.want is None else self._length

    def _keep(self, pk: int, day: date, starts: int) -> None:
        if starts := starts & self._allowed[pk].on(day):
            self.days[pk].append((self.board.day(pk, day)[0], starts))
            self.count[pk] += starts.bit_count()

    def first(self, pk: int) -> datetime | None:
        """Give the workshop's first start."""
        for t0, starts in self.days[pk]:
            return t0 + OFFSETS[lowest_bit(starts)]
        return None

    def slots(self, pk: int) -> list[Slot]:
        """Give the workshop's first slots, as many as are wanted, in order; all of a day, where days are wanted."""
        length = timedelta(minutes=self.works[pk].minutes)
        slots: list[Slot] = []
        for place, (t0, starts) in enumerate(self.days[pk]):
            if self.want is not None and len(slots) >= self.want and place >= self.want_days:
                break
            ends = t0 + length
            slots += [Slot(t0 + offset, ends + offset) for offset in at_bits(starts, OFFSETS)]
        return slots if self.want_days else slots[: self.want]

    def load(self, pk: int, starts_at: datetime) -> float:
        """Give how loaded the mechanic is who would begin then, from 0 to 1, on that day."""
        day = starts_at.astimezone(self.works[pk].workshop.zone).date()
        t0, _ticks = self.board.day(pk, day)
        return self.board.load(pk, day, (starts_at - t0) // TICK)


def _allowed_at(works: Mapping[int, Work], window: Window, at: datetime) -> dict[int, Allowed]:
    """Give what is let through at each workshop; those of the same rules share it."""
    known: dict[tuple[str, int, int], Allowed] = {}
    allowed = {}
    for pk, work in works.items():
        workshop = work.workshop
        rules = (workshop.timezone, workshop.notice_minutes, workshop.horizon_days)
        if rules not in known:
            known[rules] = Allowed(workshop, window, at)
        allowed[pk] = known[rules]
    return allowed


def place_of(workshop: Workshop, where: Point | None) -> Workshop | Point:
    """Give where the work is done: at the customer's for a workshop that comes to people, else at its own door."""
    return where if where is not None and workshop.is_itinerant else workshop


def scan(
    *,
    works: Mapping[int, Work],
    window: Window,
    at: datetime,
    want: int | None,
    own: Held | None = None,
    where: Point | None = None,
) -> dict[int, list[Slot]]:
    """
    Give each workshop's first `want` free slots in the window (all, when None), in order.

    `where` is the point to which an itinerant mechanic is to come; without it, it is the workshop's own.
    """
    if not works:
        return {}
    reading = Scan(works=works, window=window, at=at, want=want, own=own, where=where)
    while unread := reading.unread(works):
        reading.read_on(unread)
    return {pk: reading.slots(pk) for pk in works}


def slots_of(
    *,
    work: Work,
    first: date,
    last: date,
    at: datetime,
    own: Held | None = None,
    limit: int | None = None,
    where: Point | None = None,
) -> list[Slot]:
    """Give one workshop's free slots for this work from first to last, in order."""
    works = {work.workshop.pk: work}
    found = scan(works=works, window=Window(first, last), at=at, want=limit, own=own, where=where)
    return found[work.workshop.pk]


class Allowed:
    """The starts that a workshop's notice and horizon, and all that the window asks, let through."""

    def __init__(self, workshop: Workshop, window: Window, at: datetime) -> None:
        self._timezone = workshop.timezone
        self._window = window
        self._today = at.astimezone(workshop.zone).date()
        self._horizon = self._today + workshop.horizon_days * DAY
        self._since = max(at + workshop.notice, window.after + A_MOMENT if window.after else at)
        self._known: dict[date, int] = {}

    def on(self, day: date) -> int:
        """Set the ticks of the day that are let through (-1: all)."""
        allowed = self._known.get(day)
        if allowed is None:
            allowed = self._known[day] = self._find(day)
        return allowed

    def _find(self, day: date) -> int:
        window = self._window
        if not self._today <= day <= self._horizon or (window.weekdays and day.weekday() not in window.weekdays):
            return 0
        t0, _ticks = begin_and_ticks(day, self._timezone)
        allowed = _from(self._since, t0)
        if window.from_hour:
            allowed &= _from(self._hour(day, window.from_hour), t0)
        if window.to_hour is not None and window.to_hour < 24:
            allowed &= ~_from(self._hour(day, window.to_hour), t0)
        if window.before is not None:
            allowed &= ~_from(window.before, t0)
        return allowed

    def _hour(self, day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(self._timezone)).astimezone(UTC)


def _from(moment: datetime, t0: datetime) -> int:
    """Set the ticks of a day that begins at `t0` from a moment on."""
    return -1 << max(-((t0 - moment) // TICK), 0)
