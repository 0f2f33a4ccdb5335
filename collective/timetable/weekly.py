"""Weekly opening hours as people and OpenStreetMap write them: "Tu-Fr 09:00-12:30,14:00-18:00; PH off"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from opening_hours import OpeningHours, validate

from backend.lib.errors import BadInput

LONGEST_TEXT = 600  # seven days, six ranges each
MOST_RANGES = 6  # a day
A_DAY = 24 * 60
OSM_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
CLOCK_RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
CLOCK_RANGES = re.compile(rf"{CLOCK_RANGE.pattern}(?:\s*,\s*{CLOCK_RANGE.pattern})*")
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


class WeekRefused(BadInput):
    """One day of an ordinary week cannot be as it was said: `weekday` is 0 to 6, or None when several may be meant."""

    def __init__(self, *, weekday: int | None, since: int = 0, until: int = 0) -> None:
        day = "" if weekday is None else gettext("%(weekday)s: ") % {"weekday": str(WEEKDAYS[weekday]).capitalize()}
        super().__init__(day=day, weekday=weekday, since=describe_clock(since), until=describe_clock(until))


class HoursEmpty(WeekRefused):
    code = "hours_empty"
    message = _("%(day)s%(since)s – %(until)s has no length. Give a later end, or take this range away.")


class HoursInverted(WeekRefused):
    code = "hours_inverted"
    message = _(
        "%(day)s%(since)s – %(until)s ends before it begins. A night is written as two ranges, cut at midnight."
    )


class HoursPastMidnight(WeekRefused):
    code = "hours_past_midnight"
    message = _("%(day)s%(since)s – %(until)s goes past midnight. Write the rest on the next day.")


class HoursOverlap(WeekRefused):
    code = "hours_overlap"
    message = _("%(day)s%(since)s – %(until)s overlaps the range before it. Make one range of the two, or leave a gap.")


class TooManyRanges(WeekRefused):
    code = "too_many_ranges"
    message = _("%(day)stoo many ranges. A day has six at most.")


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


def faults_of_week(ranges: Iterable[WeeklyRange]) -> Iterator[WeekRefused]:
    """Yield what is wrong with these ranges, day by day: the one judge of an ordinary week, for form, text and file."""
    for weekday, of_day in groupby(sorted(ranges), key=lambda weekly: weekly.weekday):
        yield from _faults_of_day(weekday, list(of_day))


def check_week(ranges: Iterable[WeeklyRange]) -> None:
    """
    Refuse ranges that overlap, end before they begin, have no length, go past midnight, or are too many.

    :raises WeekRefused: for the first that is wrong; the codes are in its subclasses.
    """
    for fault in faults_of_week(ranges):
        raise fault


def _faults_of_day(weekday: int | None, ranges: list[WeeklyRange]) -> Iterator[WeekRefused]:
    if len(ranges) > MOST_RANGES:
        yield TooManyRanges(weekday=weekday)
    for one in ranges:
        if refusal := _fault_of_range(one):
            yield refusal(weekday=weekday, since=one.since, until=one.until)
    for before, after in pairwise(ranges):
        if after.since < before.until and not (_fault_of_range(before) or _fault_of_range(after)):
            yield HoursOverlap(weekday=weekday, since=after.since, until=after.until)


def _fault_of_range(one: WeeklyRange) -> type[WeekRefused] | None:
    if one.since == one.until:
        return HoursEmpty
    if one.until < one.since:
        return HoursInverted
    return HoursPastMidnight if one.until > A_DAY else None


def read_week(text: str) -> list[WeeklyRange]:
    """
    Read a text that somebody writes to say their hours, and judge it as the form is judged.

    OpenStreetMap lets a night run over midnight and ranges overlap in silence; who writes that here more likely
    mistyped, so it is refused.

    :raises HoursUnreadable: when it is not such a text.
    :raises HoursNotWeekly: when weeks differ.
    :raises WeekRefused: when its ranges cannot be.
    """
    ranges = read_weekly_hours(text)
    check_written(text)
    check_week(ranges)
    return ranges


def check_written(text: str) -> None:
    """
    Judge the ranges of each day as they are written.

    :raises WeekRefused: for the first that cannot be.
    """
    for written in CLOCK_RANGES.finditer(text):
        for fault in _faults_of_day(None, sorted(_written_ranges(written.group()))):
            raise fault


def _written_ranges(text: str) -> Iterator[WeeklyRange]:
    """Yield the ranges of a day; an end at 00:00 is the midnight that ends it, as a clock field has it."""
    for clocks in CLOCK_RANGE.finditer(text):
        since, since_minute, until, until_minute = (int(number) for number in clocks.groups())
        begins, ends = since * 60 + since_minute, until * 60 + until_minute
        yield WeeklyRange(0, begins, ends or (A_DAY if begins else 0))


def write_week(ranges: Iterable[WeeklyRange]) -> str:
    """Write an ordinary week as OpenStreetMap does: "Tu-Fr 09:00-12:30,14:00-18:00"; a week closed is "off"."""
    by_day: dict[int, list[str]] = {}
    for weekly in sorted(ranges):
        by_day.setdefault(weekly.weekday, []).append(f"{_osm_clock(weekly.since)}-{_osm_clock(weekly.until)}")
    rules = []
    for hours, run in groupby(range(7), key=lambda day: by_day.get(day)):
        days = [OSM_DAYS[day] for day in run]
        if hours:
            rules.append(f"{'-'.join(dict.fromkeys((days[0], days[-1])))} {','.join(hours)}")
    return "; ".join(rules) or "off"


def write_clocks(clocks: Iterable[tuple[int, int]]) -> str:
    """Write one day's ranges: "09:00-12:30,14:00-18:00"; a day closed is "off"."""
    return ",".join(f"{_osm_clock(since)}-{_osm_clock(until)}" for since, until in clocks) or "off"


def _osm_clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def describe_week(ranges: Iterable[WeeklyRange]) -> list[str]:
    """Give a line for each run of days with the same hours, in the reader's language; closed days are left out."""
    by_day: dict[int, list[str]] = {}
    for weekly in sorted(ranges):
        by_day.setdefault(weekly.weekday, []).append(f"{describe_clock(weekly.since)} – {describe_clock(weekly.until)}")
    lines = []
    for hours, run in groupby(range(7), key=lambda day: by_day.get(day)):
        days = list(run)
        if hours:
            lines.append(f"{_days(days)} {', '.join(hours)}")
    return lines


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS_ABBR[days[0]], WEEKDAYS_ABBR[days[-1]]
    return str(first) if len(days) == 1 else f"{first} – {last}"


def describe_clock(minutes: int) -> str:
    """Say minutes of the wall clock as people do: "9 h 30"."""
    hour, minute = divmod(minutes, 60)
    if minute:
        return gettext("%(hour)d:%(minute)02d") % {"hour": hour, "minute": minute}
    return gettext("%(hour)d:00") % {"hour": hour}
