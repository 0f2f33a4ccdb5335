"""Weekly opening hours as people and OpenStreetMap write them: "Tu-Fr 09:00-12:30,14:00-18:00; PH off"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from opening_hours import OpeningHours, validate

from backend.lib.errors import BadInput

LONGEST_TEXT = 400
MONDAY = datetime.combine(date(2024, 1, 1), time.min)  # any Monday, by the wall clock: the text names no zone
WEEKS = 53
# Public holidays other than closed, and school holidays: no ordinary week shows what they do.
HOLIDAYS_DIFFER = re.compile(r"\bSH\b|\bPH\b(?!\s*(,[^;]*)?\s*(off|closed))", re.IGNORECASE)


class HoursUnreadable(BadInput):
    code = "hours_unreadable"
    message = _('These opening hours cannot be read. Write them like "Tu-Fr 09:00-12:30,14:00-18:00; Sa 09:15-17:00".')


class HoursNotWeekly(BadInput):
    code = "hours_not_weekly"
    message = _(
        "These opening hours change from week to week or on holidays. "
        "Give the hours of one ordinary week, and exceptions apart."
    )


@dataclass(frozen=True, order=True, slots=True)
class WeeklyRange:
    """Minutes of the wall clock on one weekday (0 = Monday); `until` is at most 24 x 60."""

    weekday: int
    since: int
    until: int


def read_weekly_hours(text: str) -> list[WeeklyRange]:
    """
    Read an OpenStreetMap text that says the same for every week; a range over midnight is cut there.

    :raises HoursUnreadable: when it is not such a text.
    :raises HoursNotWeekly: when weeks differ (months, dates, week numbers) or public holidays are to be open.
    """
    if len(text) > LONGEST_TEXT or not text.strip() or not validate(text):
        raise HoursUnreadable
    if HOLIDAYS_DIFFER.search(text):
        raise HoursNotWeekly
    hours = OpeningHours(text)
    weeks = {_week(hours, MONDAY + timedelta(weeks=week)) for week in range(WEEKS)}
    if len(weeks) > 1:
        raise HoursNotWeekly
    return list(weeks.pop())


def _week(hours: OpeningHours, monday: datetime) -> tuple[WeeklyRange, ...]:
    ranges: list[WeeklyRange] = []
    for starts_at, ends_at, state, _comment in hours.intervals(monday, monday + timedelta(weeks=1)):
        if str(state) != "open":
            continue
        since = int((starts_at - monday).total_seconds()) // 60
        until = int((ends_at - monday).total_seconds()) // 60
        while since < until:
            weekday, minute = divmod(since, 24 * 60)
            cut = min(until, (weekday + 1) * 24 * 60)
            ranges.append(WeeklyRange(weekday, minute, cut - weekday * 24 * 60))
            since = cut
    return tuple(sorted(ranges))


def describe_week(ranges: Iterable[WeeklyRange]) -> list[str]:
    """Give a line for each run of days with the same hours, in the reader's language; closed days are left out."""
    by_day: dict[int, list[str]] = {}
    for weekly in sorted(ranges):
        by_day.setdefault(weekly.weekday, []).append(f"{_clock(weekly.since)} – {_clock(weekly.until)}")
    lines = []
    for hours, run in groupby(range(7), key=lambda day: by_day.get(day)):
        days = list(run)
        if hours:
            lines.append(f"{_days(days)} {', '.join(hours)}")
    return lines


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS_ABBR[days[0]], WEEKDAYS_ABBR[days[-1]]
    return str(first) if len(days) == 1 else f"{first} – {last}"


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    if minute:
        return gettext("%(hour)d:%(minute)02d") % {"hour": hour, "minute": minute}
    return gettext("%(hour)d:00") % {"hour": hour}
