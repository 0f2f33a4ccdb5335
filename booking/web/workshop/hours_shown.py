"""What the pages of hours show: read once and drawn to scale, so that templates neither ask nor reckon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise

from booking.web.workshop.shown import midnight
from collective.members.models import User
from collective.timetable.change_hours import ALWAYS
from collective.timetable.hours import (
    HoursException,
    Owner,
    exceptions,
    opening_periods,
    owner_key,
    seasons,
    weekly_ranges,
)
from collective.timetable.hours_rules import FARTHEST, what_forbids_excepting, workshop_of
from collective.timetable.models import HoursChange, Resource
from collective.timetable.periods import Period
from collective.timetable.public_holidays import public_holidays
from collective.timetable.ticks import local_midnight
from collective.timetable.weekly import WeeklyRange, describe_clock, describe_week, read_weekly_hours
from collective.workshops.models import Workshop

USUAL = (6 * 60, 22 * 60)  # what a drawn day shows, when every range lies in it
WHOLE = (0, 24 * 60)
LOOKS_AHEAD = 14  # days, for the next opening
CHANGES_SHOWN = 12


# --- A week, drawn ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """A range on the drawing: minutes from its left edge."""

    x: int
    width: int


@dataclass(frozen=True)
class DrawnDay:
    index: int
    name: str | Promise
    bars: tuple[Bar, ...]
    words: tuple[str, ...]  # "9 h – 12 h 30"; none = closed
    is_today: bool


@dataclass(frozen=True)
class Week:
    """An ordinary week to scale: `span` minutes wide, with the hours `marks` written under it, evenly."""

    days: tuple[DrawnDay, ...]
    span: int
    grid: tuple[int, ...]
    marks: tuple[str, ...]


def draw_week(ranges: Iterable[WeeklyRange], *, today: int = -1) -> Week:
    """Draw these ranges; `today` is the weekday to mark, if any."""
    ranges = sorted(ranges)
    begins, ends = USUAL if all(USUAL[0] <= one.since and one.until <= USUAL[1] for one in ranges) else WHOLE
    quarter = (ends - begins) // 4
    days = (
        DrawnDay(
            index=index,
            name=name,
            bars=tuple(Bar(one.since - begins, one.until - one.since) for one in ranges if one.weekday == index),
            words=tuple(say_range(one) for one in ranges if one.weekday == index),
            is_today=index == today,
        )
        for index, name in WEEKDAYS.items()
    )
    marks = tuple(describe_clock(begins + n * quarter) for n in range(5))
    return Week(tuple(days), ends - begins, tuple(n * quarter for n in (1, 2, 3)), marks)


def say_range(one: WeeklyRange) -> str:
    return f"{describe_clock(one.since)} – {describe_clock(one.until)}"


# --- Now --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Now:
    """Open until when, or closed until when; `turns_at` None = nothing changes for a fortnight."""

    is_open: bool
    turns_at: datetime | None
    today: tuple[Period, ...]


def state_now(workshop: Workshop, *, at: datetime) -> Now:
    today = at.astimezone(workshop.zone).date()
    days = opening_periods(owners=[workshop], first=today, last=today + timedelta(days=LOOKS_AHEAD))
    by_day = days[owner_key(workshop)]
    ahead = [period for _day, periods in sorted(by_day.items()) for period in periods if period.ends_at > at]
    current = next((period for period in ahead if period.starts_at <= at), None)
    if current:
        return Now(True, current.ends_at, tuple(by_day[today]))
    return Now(False, ahead[0].starts_at if ahead else None, tuple(by_day[today]))


# --- Exceptions, seasons, holidays ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A period as people say it: `first` and `last` are moments of its local days; another year is told."""

    period: Period
    first: datetime
    last: datetime
    is_one_day: bool
    is_whole_days: bool
    has_year: bool


def say_span(period: Period, workshop: Workshop, *, at: datetime) -> Span:
    zone = workshop.zone
    first = period.starts_at.astimezone(zone).date()
    last = (period.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    whole = Period(local_midnight(first, zone), local_midnight(last + timedelta(days=1), zone)) == period
    year = at.astimezone(zone).year
    return Span(
        period, noon(first, workshop), noon(last, workshop), first == last, whole, {first.year, last.year} != {year}
    )


def noon(day: date, workshop: Workshop) -> datetime:
    return datetime.combine(day, time(12), workshop.zone)


@dataclass(frozen=True)
class ExceptionShown:
    exception: HoursException
    span: Span


@dataclass(frozen=True)
class SeasonShown:
    """A week to come, in words; `begins` is a moment of its first day, `as_workshop` = no hours of one's own."""

    from_on: date
    begins: datetime
    lines: tuple[str, ...]
    has_year: bool
    as_workshop: bool


def exceptions_to_come(owner: Owner, *, at: datetime) -> list[ExceptionShown]:
    workshop, today = workshop_of(owner), local_today(owner, at)
    said = exceptions(owner, first=today, last=today + FARTHEST)
    return [ExceptionShown(one, say_span(one.period, workshop, at=at)) for one in said if one.period.ends_at > at]


def seasons_to_come(owner: Owner, *, at: datetime) -> list[SeasonShown]:
    workshop, today = workshop_of(owner), local_today(owner, at)
    return [
        SeasonShown(
            from_on=season.from_on,
            begins=midnight(season.from_on, workshop),
            lines=tuple(describe_week(read_weekly_hours(season.text))),
            has_year=season.from_on.year != today.year,
            as_workshop=season.text == ALWAYS and isinstance(owner, Resource),
        )
        for season in seasons(owner)
        if season.from_on > today
    ]


@dataclass(frozen=True)
class Holiday:
    day: date
    begins: datetime
    name: str
    opening: tuple[Period, ...]
    is_ordinary: bool  # the ordinary week is open on such a weekday
    has_year: bool


def holidays_ahead(workshop: Workshop, *, at: datetime) -> list[Holiday]:
    """Give the public holidays within the horizon, with what is open on them."""
    today = local_today(workshop, at)
    named = public_holidays(first=today, last=today + timedelta(days=workshop.horizon_days), postcode=workshop.postcode)
    if not named:
        return []
    days = opening_periods(owners=[workshop], first=min(named), last=max(named))[owner_key(workshop)]
    return [
        Holiday(
            day=day,
            begins=midnight(day, workshop),
            name=name,
            opening=tuple(days[day]),
            is_ordinary=any(one.weekday == day.weekday() for one in weekly_ranges(owner=workshop, on=day)),
            has_year=day.year != today.year,
        )
        for day, name in named.items()
    ]


def local_today(owner: Owner, at: datetime) -> date:
    return at.astimezone(workshop_of(owner).zone).date()


# --- Those who work there ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MechanicShown:
    """One mechanic: a week of their own or none, and when they are away; `may_except` = the reader may say so."""

    resource: Resource
    week: Week | None
    lines: tuple[str, ...]
    seasons: Sequence[SeasonShown]
    exceptions: Sequence[ExceptionShown]
    may_except: bool


def mechanics_shown(workshop: Workshop, *, by: User, at: datetime) -> list[MechanicShown]:
    """Give the mechanics in use, by name. Three queries each, for those who have a calendar."""
    found = workshop.resources.filter(kind=Resource.Kind.MECHANIC, retired_at__isnull=True)
    return [
        mechanic_shown(resource, by=by, at=at)
        for resource in found.select_related("workshop", "mechanic__workshop", "calendar").order_by(
            "mechanic__name", "pk"
        )
    ]


def mechanic_shown(resource: Resource, *, by: User, at: datetime) -> MechanicShown:
    today = local_today(resource, at)
    text = week_in_force(resource, on=today)
    ranges = [] if text == ALWAYS else read_weekly_hours(text)
    return MechanicShown(
        resource=resource,
        week=None if text == ALWAYS else draw_week(ranges, today=today.weekday()),
        lines=tuple(describe_week(ranges)),
        seasons=seasons_to_come(resource, at=at),
        exceptions=exceptions_to_come(resource, at=at),
        may_except=what_forbids_excepting(owner=resource, by=by) is None,
    )


def week_in_force(owner: Owner, *, on: date) -> str:
    """Give the text of the ordinary week that holds on a day; before any was said, closed or as the workshop."""
    said = [season.text for season in seasons(owner) if season.from_on <= on]
    return said[-1] if said else ALWAYS if isinstance(owner, Resource) else "off"


# --- Who changed what -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChangeShown:
    """A change of hours for the page to put into words."""

    change: HoursChange
    span: Span | None
    from_on: datetime | None
    until: datetime | None
    lines: tuple[str, ...]

    @property
    def details(self) -> dict[str, Any]:
        return dict(self.change.details)


def changes_shown(workshop: Workshop, *, at: datetime) -> list[ChangeShown]:
    """Give the latest changes of hours, the newest first. One query."""
    changes = workshop.hours_changes.select_related("by", "resource__mechanic")[:CHANGES_SHOWN]
    return [_change_shown(change, workshop, at=at) for change in changes]


def _change_shown(change: HoursChange, workshop: Workshop, *, at: datetime) -> ChangeShown:
    said = change.details
    span = None
    if "starts_at" in said:
        period = Period(datetime.fromisoformat(said["starts_at"]), datetime.fromisoformat(said["ends_at"]))
        span = say_span(period, workshop, at=at)
    days = [midnight(date.fromisoformat(day), workshop) if day else None for day in map(said.get, ("from_on", "until"))]
    text = said.get("text", "")
    lines = describe_week(read_weekly_hours(text)) if text and text != ALWAYS else []
    return ChangeShown(change, span, days[0], days[1], tuple(lines))
