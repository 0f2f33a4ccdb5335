"""A month at a glance: on which days anything can be booked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from booking.availability.asked import PastDate
from booking.availability.days import days_for, days_with_room
from booking.availability.needs import Work
from booking.availability.question import Question, look_around
from booking.availability.scan import DAY, Scan

FIRST_GROUP, GROWS = 10, 4  # workshops looked at together: the nearest first, then four times as many


@dataclass(frozen=True, slots=True)
class DayFree:
    """A day of the month, and whether a slot begins on it or a bike can be left, anywhere near."""

    day: date
    is_free: bool


def month_overview(*, month: date, **asked: Any) -> list[DayFree]:
    """
    Tell for each day of the month (given by any of its days) whether the question's work can be booked on it.

    What is near is looked at a group at a time, until every day is known to be free or nobody is left to look at.

    :raises BadInput: when something asked makes no sense.
    """
    begins = month.replace(day=1)
    last = (begins + timedelta(days=31)).replace(day=1) - DAY
    today = timezone.localdate(asked["at"], timezone.get_default_timezone())
    if last < today:
        raise PastDate
    question = Question(**asked | {"first": max(begins, today), "last": last})
    question.check()
    free: set[date] = set()
    whole = {question.first + n * DAY for n in range((last - question.first).days + 1)}
    around = look_around(question)
    nearest = sorted(around.works.items(), key=lambda one: around.km[one[0]])
    for works in _groups(iter(nearest)):
        free |= _free_days(works, question)
        if free >= whole:
            break
    return [DayFree(day, day in free) for day in (begins + n * DAY for n in range(last.day))]


def _groups(nearest: Iterator[tuple[int, Work]]) -> Iterator[dict[int, Work]]:
    size = FIRST_GROUP
    while group := dict(islice(nearest, size)):
        yield group
        size *= GROWS


def _free_days(works: Mapping[int, Work], question: Question) -> set[date]:
    reading = Scan(
        works=works, window=question.window, at=question.at, want=None, own=question.own, where=question.point
    )
    free = reading.free_days()
    today = question.first
    for days in days_with_room(works=works, window=question.window, at=question.at, own=question.own).values():
        free |= {day for day in days if day > today}
    if today not in free:  # bikes may come no longer
        only_today = replace(question.window, last=today)
        left = days_for(works=works, window=only_today, at=question.at, own=question.own)
        free |= {one.day for days in left.values() for one in days}
    return free
