"""
Days as bitmaps of five-minute ticks: bit i stands for the five minutes from local midnight + 5 i.

A bitmap is an int; a run of n free ticks that starts at i is n set bits from i on. Five minutes divide every offset
that a time zone has or had since 1972, so no tick ever straddles a change of clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import compress
from typing import TypeVar
from zoneinfo import ZoneInfo

from collective.timetable.periods import Period

TICK = timedelta(minutes=5)
AS_NUMBERS = bytes.maketrans(b"01", bytes(range(2)))  # digits that are true and false
T = TypeVar("T")


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the moment a local day begins, in UTC; where clocks skip midnight, the moment they skip it."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def local_day(day: date, zone: ZoneInfo) -> Period:
    """Give the whole local day, of 23, 24 or 25 hours, in UTC."""
    return Period(local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone))


def by_local_day(periods: Iterable[Period], first: date, last: date, zone: ZoneInfo) -> dict[date, list[Period]]:
    """Cut periods at local midnights: give those of each local day from first to last."""
    days: dict[date, list[Period]] = {first + timedelta(days=n): [] for n in range((last - first).days + 1)}
    for period in periods:
        day = max(period.starts_at.astimezone(zone).date(), first)
        while day <= last and (midnight := local_midnight(day, zone)) < period.ends_at:
            part = period.within(Period(midnight, local_midnight(day + timedelta(days=1), zone)))
            if part:
                days[day].append(part)
            day += timedelta(days=1)
    return days


@lru_cache(maxsize=4096)
def begin_and_ticks(day: date, timezone: str) -> tuple[datetime, int]:
    """Give when a local day begins, in UTC, and its ticks; the same few days are asked for again and again."""
    whole = local_day(day, ZoneInfo(timezone))
    return whole.starts_at, (whole.ends_at - whole.starts_at) // TICK


def ticks_of(minutes: int) -> int:
    """Give the ticks that hold these minutes: a tick begun is a tick taken."""
    return -(-minutes // 5)


def mark_open(periods: Iterable[Period], day: Period) -> int:
    """Set the ticks of the day that lie wholly in one of the periods."""
    bits = 0
    for period in periods:
        first = -((day.starts_at - period.starts_at) // TICK)
        last = (period.ends_at - day.starts_at) // TICK
        bits |= _span(first, last, day)
    return bits


def mark_taken(periods: Iterable[Period], day: Period) -> int:
    """Set the ticks of the day that any of the periods touches."""
    bits = 0
    for period in periods:
        first = (period.starts_at - day.starts_at) // TICK
        last = -((day.starts_at - period.ends_at) // TICK)
        bits |= _span(first, last, day)
    return bits


def _span(first: int, last: int, day: Period) -> int:
    first, last = max(first, 0), min(last, (day.ends_at - day.starts_at) // TICK)
    return (1 << last) - (1 << first) if first < last else 0


def mark_steps(opening: Iterable[Period], day: Period, step_minutes: int) -> int:
    """Set the ticks at which a slot may start: the opening of each period, then every step (rounded up to a tick)."""
    step = ticks_of(step_minutes)
    bits = 0
    for period in opening:
        first = max(-((day.starts_at - period.starts_at) // TICK), 0)
        last = min((period.ends_at - day.starts_at) // TICK, (day.ends_at - day.starts_at) // TICK)
        for tick in range(first, last, step):
            bits |= 1 << tick
    return bits


def starts_of_runs(bits: int, length: int) -> int:
    """
    Keep the bits at which at least `length` set bits follow one another, by shifting and anding: log2(length) steps.
    """
    for shift in _shifts_of_run(length):
        bits &= bits >> shift
    return bits


@lru_cache(maxsize=512)
def _shifts_of_run(length: int) -> tuple[int, ...]:
    """Give the shifts that find runs of this length: each doubles what is known to be free, the last does the rest."""
    shifts = []
    known = 1
    while known < length:
        shifts.append(min(known, length - known))
        known += shifts[-1]
    return tuple(shifts)


def longest_run(bits: int) -> int:
    """Count the ticks of the longest run of set bits."""
    length = 0
    while bits:
        bits &= bits >> 1
        length += 1
    return length


def lowest_bit(bits: int) -> int:
    """Give the position of the lowest set bit (-1: there is none)."""
    return (bits & -bits).bit_length() - 1


def each_bit(bits: int) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def at_bits(bits: int, values: Iterable[T]) -> Iterator[T]:
    """Yield, of values that stand for the bits from the lowest on, those whose bit is set: faster than `each_bit`."""
    return compress(values, bin(bits)[:1:-1].encode().translate(AS_NUMBERS))


def to_bytes(bits: int, ticks: int) -> bytes:
    return bits.to_bytes(-(-ticks // 8), "little")


def from_bytes(raw: bytes | memoryview) -> int:
    return int.from_bytes(raw, "little")
