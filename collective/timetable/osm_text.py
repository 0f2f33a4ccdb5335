"""
Hours with seasons and exceptions as OpenStreetMap writes them (opening_hours, specification 0.7.3), both ways.

"Tu-Sa 09:00-18:00; 2027 Jul 01-2027 Aug 31 Mo-Sa 08:00-19:00; PH off; 2026 Dec 24-2027 Jan 02 off". What is read is
compared by its days; what our hours cannot keep is refused by name, since a text that is half kept misleads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from opening_hours import OpeningHours, ParserError, validate  # type: ignore[attr-defined]  # its stub forgets one

from backend.lib.errors import BadInput
from collective.timetable.hours_plan import (
    Clocks,
    HoursRead,
    Plan,
    PlannedWeek,
    clocks_of,
    closed_runs,
    periods_of,
)
from collective.timetable.public_holidays import is_public_holiday
from collective.timetable.weekly import A_DAY, HoursUnreadable, check_written, write_clocks, write_week

LONGEST = 16_000  # letters
MOST_RULES = 500
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class HoursTooLong(BadInput):
    code = "hours_too_long"
    message = gettext_lazy("This text is too long: %(letters)s letters and %(rules)s rules at most.")


class HoursNotKept(BadInput):
    """`params["part"]` is what cannot be kept."""

    code = "hours_not_kept"
    message = gettext_lazy("“%(part)s” cannot be kept here: %(why)s")


class RuleNeverEnds(HoursNotKept):
    code = "rule_never_ends"


_ENDLESS = gettext_lazy("it never ends and is no ordinary week. Give the dates.")
_NOT_KEPT: tuple[tuple[re.Pattern[str], type[HoursNotKept], str | Promise], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), refusal, why)
    for pattern, refusal, why in (
        (r'"[^"]*"?', HoursNotKept, gettext_lazy("it is a remark. Take it away, or put it on the workshop’s page.")),
        (r"\|\|[^;]*", HoursNotKept, gettext_lazy("it says what holds when nothing else does. Say the hours alone.")),
        (r"\bunknown\b", HoursNotKept, gettext_lazy("hours are open or closed. Give them, or take this away.")),
        (r"\b(sunrise|sunset|dawn|dusk)\b", HoursNotKept, gettext_lazy("it follows the sun. Give times of the clock.")),
        (r"\bSH\b", HoursNotKept, gettext_lazy("school holidays are not known here. Give their dates.")),
        (r"\bPH\s*[+-]\s*\d+\s*days?", HoursNotKept, gettext_lazy("it moves with a holiday. Give the dates.")),
        (r"\beaster\b", HoursNotKept, gettext_lazy("it moves with a holiday. Give the dates.")),
        (r"\d:\d\d\+", HoursNotKept, gettext_lazy("it has no end. Give the time at which you close.")),
        (r"\bweek\s*\d+[\d\s,/-]*", RuleNeverEnds, _ENDLESS),
        (r"\[[^\]]*\]?", RuleNeverEnds, _ENDLESS),
        (r"(?<!\b24)/\s*\d[\d:]*", RuleNeverEnds, gettext_lazy("it repeats by steps. Give each range or date.")),
    )
)
_WEEKDAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)(?:\s*-\s*(?:Mo|Tu|We|Th|Fr|Sa|Su))?"
_HOLIDAY_RULE = re.compile(rf"\s*(?P<days>{_WEEKDAY}(?:\s*,\s*{_WEEKDAY})*)\b\s*:?\s*(?P<rest>.*)", re.IGNORECASE)
_HOLIDAY = re.compile(r"\bPH\b", re.IGNORECASE)
_ADDED_HOLIDAYS = re.compile(r"(?<=\d)\s*,\s*(?=PH\b)", re.IGNORECASE)
_YEAR = re.compile(r"\b\d{4}\b")
_DATE = re.compile(rf"(?:\b(\d{{4}})\s+)?\b({'|'.join(MONTHS)})\b(?:\s+(\d{{1,2}})\b(?!\s*:))?", re.IGNORECASE)


@dataclass
class _Rules:
    """The rules with dates instead of PH; `holidays` is what is said of them: closed, open as any day, or times."""

    rules: list[str] = field(default_factory=list)
    closures: list[str] = field(default_factory=list)
    holidays: str = ""

    @property
    def text(self) -> str:
        """
        Holidays are closed whatever weekdays are said after them ("PH off; Mo-Fr 09:00-17:00" means so, though it says
        the contrary); what is said of one year comes after, and holds.
        """
        undated = [place for place, rule in enumerate(self.rules) if not _YEAR.search(rule)]
        place = undated[-1] + 1 if undated else 0
        return "; ".join([*self.rules[:place], *self.closures, *self.rules[place:]]) or "off"


def read_osm(text: str, *, zone: ZoneInfo, postcode: str, first: date, last: date) -> HoursRead:
    """
    Read what is open on each local day from first to last.

    Months and dates without a year come back each year; here they are kept until `last`, and a note says so.

    :raises HoursTooLong: before anything is parsed.
    :raises HoursNotKept: for what has no place in our hours, by name; RuleNeverEnds when it comes back for ever.
    :raises HoursUnreadable: when it is no such text.
    :raises WeekRefused: when ranges overlap, end before they begin or go past midnight.
    """
    _check_bounds(text)
    text = " ".join(text.split()).strip("; ")
    _check_kept(text)
    check_written(text)
    if not text or not validate(text):
        raise HoursUnreadable
    window = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    holidays = [day for day in window if is_public_holiday(day, postcode=postcode)]
    told = _with_dates_of_holidays(text, holidays)
    clocks = _clocks(told.text, first, last)
    return HoursRead(
        first=first,
        last=last,
        days={day: periods_of(day, ranges, zone) for day, ranges in zip(window, clocks, strict=True)},
        seasons=frozenset(_starts_in(text, first, last)),
        exact=frozenset(holidays if told.holidays == "times" else ()),
        closed_on_holidays={"closed": True, "open": False}.get(told.holidays),
        notes=tuple(_notes(text, last)),
    )


def write_osm(plan: Plan, *, closed_on_holidays: bool, zone: ZoneInfo) -> str:
    """Write the plan; the last season is the one without a date, since it holds on."""
    last = plan.weeks[-1]
    rules = [write_week(last.ranges)]
    for planned, following in pairwise(plan.weeks):
        rules += _season_rules(planned, last, until=following.from_on - timedelta(days=1))
    if closed_on_holidays:
        rules.append("PH off")
    closed = [(first, until, "off") for first, until in closed_runs(plan)]
    rules += [f"{_dates(first, until)} {hours}" for first, until, hours in sorted([*closed, *_open_days(plan, zone)])]
    return "; ".join(rules)


def _check_bounds(text: str) -> None:
    if len(text) > LONGEST or text.count(";") + text.count("||") >= MOST_RULES:
        raise HoursTooLong(letters=LONGEST, rules=MOST_RULES)


def _check_kept(text: str) -> None:
    for pattern, refusal, why in _NOT_KEPT:
        if found := pattern.search(text):
            raise refusal(part=found.group()[:60].strip(), why=str(why))


def _with_dates_of_holidays(text: str, holidays: list[date]) -> _Rules:
    """Put the dates of our own holidays where the text says PH: the package knows no region's."""
    told = _Rules()
    for rule in text.split(";"):
        before, *added = _ADDED_HOLIDAYS.split(rule.strip())
        for part in [before, *added]:
            if _HOLIDAY.search(part):
                _add_holiday_rule(part, ",".join(map(_date, holidays)), told)
            else:
                told.rules.append(part)
    return told


def _add_holiday_rule(rule: str, dates: str, told: _Rules) -> None:
    found = _HOLIDAY_RULE.fullmatch(rule)
    if not found or _HOLIDAY.search(found["rest"]):
        why = _("holidays are all closed, all open or have the same hours. Say it in a rule of its own.")
        raise HoursNotKept(part=rule.strip()[:60], why=why)
    names = [name.strip() for name in found["days"].split(",")]
    weekdays, rest = [name for name in names if not _HOLIDAY.fullmatch(name)], found["rest"].strip()
    if weekdays:
        told.rules.append(f"{','.join(weekdays)} {rest}")
    told.holidays = {"": "open", "open": "open", "off": "closed", "closed": "closed"}.get(rest.lower(), "times")
    if told.holidays != "open" and dates:
        (told.closures if told.holidays == "closed" else told.rules).append(f"{dates} {rest}")


def _clocks(rules: str, first: date, last: date) -> list[Clocks]:
    """Give each day's ranges, cut at midnight."""
    midnight, length = datetime.combine(first, time.min), (last - first).days + 1
    clocks: list[list[tuple[int, int]]] = [[] for _day in range(length)]
    try:
        hours = OpeningHours(rules)
    except (ParserError, ValueError) as broken:
        raise HoursUnreadable from broken
    for starts_at, ends_at, state, _comment in hours.intervals(midnight, midnight + timedelta(days=length)):
        if str(state) != "open":
            continue
        since, until = ((moment - midnight) // timedelta(minutes=1) for moment in (starts_at, ends_at))
        for day in range(since // A_DAY, -(-until // A_DAY)):
            clocks[day].append((max(since - day * A_DAY, 0), min(until - day * A_DAY, A_DAY)))
    return [tuple(day) for day in clocks]


def _starts_in(text: str, first: date, last: date) -> Iterator[date]:
    """Yield the days on which what is dated may begin, and the ones after it ends."""
    for year, month, day in _DATE.findall(text):
        number = MONTHS.index(month.capitalize()) + 1
        for one in [int(year)] if year else range(first.year, last.year + 1):
            try:
                begins = date(one, number, int(day or 1))
            except ValueError:  # the 29th of February
                continue
            yield begins
            yield begins + timedelta(days=1) if day else (begins + timedelta(days=31)).replace(day=1)


def _notes(text: str, last: date) -> Iterator[str]:
    dated = False  # the end of a range goes without the year that its beginning has
    for found in _DATE.finditer(text):
        if not found[1] and not (dated and text[: found.start()].rstrip().endswith("-")):
            day = date_format(last, "DATE_FORMAT")
            yield _("What comes back each year is kept until %(day)s. Give it again before then.") % {"day": day}
            return
        dated = bool(found[1])


def _season_rules(planned: PlannedWeek, last: PlannedWeek, *, until: date) -> list[str]:
    if planned.week == last.week:
        return []
    dates = _dates(planned.from_on, until)
    # A rule replaces the weekdays that it names: the others would keep the last season's hours.
    left_open = any(theirs and not ours for ours, theirs in zip(planned.week, last.week, strict=True))
    weekdays = [rule for rule in write_week(planned.ranges).split("; ") if rule != "off"]
    return [f"{dates} off"] * left_open + [f"{dates} {rule}" for rule in weekdays]


def _open_days(plan: Plan, zone: ZoneInfo) -> Iterator[tuple[date, date, str]]:
    """Yield the days apart that are open, those in a row with the same hours together."""
    written = {
        day: write_clocks(clocks)
        for day, periods in sorted(plan.otherwise.items())
        # An hour that clocks repeat is said by its first pass only.
        if periods and (clocks := _sayable(clocks_of(periods, zone))) != plan.week_on(day).on(day)
    }
    order = {day: place for place, day in enumerate(written)}
    for _same, run in groupby(written, key=lambda day: (day.toordinal() - order[day], written[day])):
        days = list(run)
        yield days[0], days[-1], written[days[0]]


def _sayable(clocks: Clocks) -> Clocks:
    return tuple((since, until) for since, until in clocks if since < until)


def _dates(first: date, last: date) -> str:
    return "-".join(dict.fromkeys(map(_date, (first, last))))


def _date(day: date) -> str:
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02d}"
