"""Stretches of time, and what is left of them: plain arithmetic, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """From `starts_at` up to but not including `ends_at`; both aware."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError(f"a period ends after it starts, not {self.starts_at} - {self.ends_at}")

    def overlaps(self, other: Period) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def within(self, other: Period) -> Period | None:
        """Give the part of this period that lies in the other one."""
        starts_at, ends_at = max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at)
        return Period(starts_at, ends_at) if starts_at < ends_at else None


def unite(periods: Iterable[Period]) -> list[Period]:
    """Give the same time as periods in order that neither overlap nor touch."""
    united: list[Period] = []
    for period in sorted(periods):
        if united and period.starts_at <= united[-1].ends_at:
            united[-1] = Period(united[-1].starts_at, max(united[-1].ends_at, period.ends_at))
        else:
            united.append(period)
    return united


def subtract(periods: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """Give what is left of the periods once the taken ones are gone."""
    left = unite(periods)
    for hole in unite(taken):
        pieces = []
        for period in left:
            if not period.overlaps(hole):
                pieces.append(period)
                continue
            if period.starts_at < hole.starts_at:
                pieces.append(Period(period.starts_at, hole.starts_at))
            if hole.ends_at < period.ends_at:
                pieces.append(Period(hole.ends_at, period.ends_at))
        left = pieces
    return left


def intersect(some: Iterable[Period], others: Iterable[Period]) -> list[Period]:
    """Give the time that lies in both."""
    ones, twos = unite(some), unite(others)
    common = []
    i = j = 0
    while i < len(ones) and j < len(twos):
        if both := ones[i].within(twos[j]):
            common.append(both)
        if ones[i].ends_at <= twos[j].ends_at:
            i += 1
        else:
            j += 1
    return common
