"""
Repetition rules of calendars (RFC 5545, RRULE), those that hours can keep, asked day by day.

A general engine walks from the first occurrence, sometimes for ever ("the 30th of February"); here a rule only answers
whether a day is one of its days, so that the work is bounded by the days that are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"})
A_DAY = timedelta(days=1)
LONGEST_RULE = 300
_BYDAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"-?\d{1,4}", re.ASCII)
_UNTIL = re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII)


class RuleUnreadable(BadInput):
    code = "rule_unreadable"
    message = _("“%(rule)s” is no repetition that can be read.")


class RuleNotKept(BadInput):
    code = "rule_not_kept"
    message = _("“%(part)s” cannot be kept here. Repeat by days, weeks or months, or give the dates.")


class RuleTooOften(BadInput):
    code = "rule_too_often"
    message = _("“%(rule)s” repeats within a day. Hours repeat by days or weeks.")


@dataclass(frozen=True, slots=True)
class RepeatRule:
    """`until` is a naive moment of UTC, or of the event's own wall clock when `until_is_wall`."""

    start: date
    frequency: str
    interval: int
    times: int | None
    until: datetime | None
    until_is_wall: bool
    weekdays: tuple[tuple[int | None, int], ...]  # which one of the month, and the weekday
    months: frozenset[int]
    month_days: tuple[int, ...]
    week_starts: int

    @property
    def is_endless(self) -> bool:
        return self.times is None and self.until is None

    @property
    def is_every_week(self) -> bool:
        return self.frequency in ("DAILY", "WEEKLY") and self.interval == 1 and not self.months and not self.month_days

    def is_over(self, wall: datetime, zone: ZoneInfo) -> bool:
        if self.until is None:
            return False
        return wall.replace(tzinfo=zone) > self.until.replace(tzinfo=zone if self.until_is_wall else ZoneInfo("UTC"))

    def falls_on(self, day: date) -> bool:
        """Tell whether one of its days is this one, its end apart."""
        if self.months and day.month not in self.months:
            return False
        return self._in_step(day) and self._by_day(day) and self._by_month_day(day)

    def _in_step(self, day: date) -> bool:
        if self.frequency == "DAILY":
            steps = (day - self.start).days
        elif self.frequency == "WEEKLY":
            steps = (self._week(day) - self._week(self.start)).days // 7
        elif self.frequency == "MONTHLY":
            steps = (day.year - self.start.year) * 12 + day.month - self.start.month
        else:
            steps = day.year - self.start.year
        return steps >= 0 and steps % self.interval == 0

    def _week(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.week_starts) % 7)

    def _by_day(self, day: date) -> bool:
        if self.weekdays:
            return any(weekday == day.weekday() and _is_nth(day, nth) for nth, weekday in self.weekdays)
        return self.frequency != "WEEKLY" or day.weekday() == self.start.weekday()

    def _by_month_day(self, day: date) -> bool:
        if self.month_days:
            from_end = day.day - _length_of_month(day) - 1
            return day.day in self.month_days or from_end in self.month_days
        if self.weekdays or self.frequency in ("DAILY", "WEEKLY"):
            return True
        is_month = self.frequency == "MONTHLY" or bool(self.months) or day.month == self.start.month
        return is_month and day.day == self.start.day


def read_rule(text: str, *, start: date) -> RepeatRule:
    """
    Read a rule of an event that begins on this day.

    :raises RuleTooOften: when it repeats by hours, minutes or seconds.
    :raises RuleNotKept: for a part that hours cannot keep.
    :raises RuleUnreadable: when it is no such rule.
    """
    if len(text) > LONGEST_RULE:
        raise RuleUnreadable(rule=text[:60])
    parts = dict(part.split("=", 1) for part in text.upper().strip("; ").split(";") if "=" in part)
    frequency = parts.get("FREQ", "")
    if frequency in TOO_OFTEN:
        raise RuleTooOften(rule=text[:60])
    if strange := sorted(set(parts) - PARTS):
        raise RuleNotKept(part=strange[0][:40])
    interval, times = _number(parts, "INTERVAL", text), _number(parts, "COUNT", text)
    if frequency not in FREQUENCIES or (times and "UNTIL" in parts):
        raise RuleUnreadable(rule=text[:60])
    until, until_is_wall = _until(parts.get("UNTIL"), text)
    return RepeatRule(
        start=start,
        frequency=frequency,
        interval=interval or 1,
        times=times,
        until=until,
        until_is_wall=until_is_wall,
        weekdays=_weekdays(parts.get("BYDAY"), frequency, "BYMONTH" in parts, text),
        months=frozenset(_numbers(parts.get("BYMONTH"), 12, text)),
        month_days=_numbers(parts.get("BYMONTHDAY"), 31, text),
        week_starts=WEEKDAYS.index(parts["WKST"]) if parts.get("WKST") in WEEKDAYS else 0,
    )


def days_of(rule: RepeatRule, *, first: date, last: date) -> Iterator[date]:
    """Yield its days from first to last; those before are looked at too when it counts them."""
    day, found = (rule.start if rule.times else max(rule.start, first)), 0
    while day <= last and found != rule.times:
        if rule.falls_on(day):
            found += 1
            if day >= first:
                yield day
        day += A_DAY


def _number(parts: dict[str, str], name: str, text: str) -> int | None:
    if name not in parts:
        return None
    if not parts[name].isascii() or not parts[name].isdigit() or not 1 <= int(parts[name][:9]) <= 10_000:
        raise RuleUnreadable(rule=text[:60])
    return int(parts[name])


def _numbers(value: str | None, most: int, text: str) -> tuple[int, ...]:
    if value is None:
        return ()
    written = value.split(",")
    if not all(_NUMBER.fullmatch(one) and 1 <= abs(int(one)) <= most for one in written):
        raise RuleUnreadable(rule=text[:60])
    return tuple(map(int, written))


def _weekdays(value: str | None, frequency: str, has_months: bool, text: str) -> tuple[tuple[int | None, int], ...]:
    if value is None:
        return ()
    found = [_BYDAY.fullmatch(one.strip()) for one in value.split(",")]
    if not all(found):
        raise RuleUnreadable(rule=text[:60])
    days = tuple((int(one[1]) if one[1] else None, WEEKDAYS.index(one[2])) for one in found if one)
    # "The first Monday" is of a month: of a year it would be counted otherwise, of a week it means nothing.
    if any(nth for nth, _weekday in days) and frequency != "MONTHLY" and not (frequency == "YEARLY" and has_months):
        raise RuleNotKept(part=f"BYDAY={value[:30]}")
    return days


def _until(value: str | None, text: str) -> tuple[datetime | None, bool]:
    if value is None:
        return None, False
    if not _UNTIL.fullmatch(value):
        raise RuleUnreadable(rule=text[:60])
    try:
        if "T" not in value:  # the whole of that day
            return datetime.strptime(f"{value}T235959", "%Y%m%dT%H%M%S"), True  # noqa: DTZ007 - its zone is told apart
        moment = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone is told apart
    except ValueError as broken:
        raise RuleUnreadable(rule=text[:60]) from broken
    return moment, not value.endswith("Z")


def _is_nth(day: date, nth: int | None) -> bool:
    if nth is None:
        return True
    from_start, from_end = (day.day - 1) // 7 + 1, (_length_of_month(day) - day.day) // 7 + 1
    return nth in (from_start, -from_end)


def _length_of_month(day: date) -> int:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - day.replace(day=1).toordinal()
