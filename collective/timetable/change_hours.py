"""
Change when a workshop or a resource is there, and what can be booked with it, in one transaction.

What is booked stays booked: `booking/appointments/change_knowingly.py` says first what would fall outside. `by` is who
changes; none is the house itself (a command, the demonstration), which may. Each change is written down.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.members.models import User
from collective.timetable.apply_hours import Imported, apply_hours
from collective.timetable.free_days import last_kept, rebuild_timetable
from collective.timetable.hours import (
    Owner,
    add_exception,
    remove_exception,
    remove_season,
    seasons,
    set_weekly_hours,
    weekly_ranges,
)
from collective.timetable.hours_plan import HoursRead
from collective.timetable.hours_rules import (
    SeasonInThePast,
    check_exception,
    check_season,
    what_forbids_changing_hours,
    what_forbids_excepting,
    workshop_of,
)
from collective.timetable.models import HoursChange, Resource
from collective.timetable.periods import Period
from collective.timetable.public_holidays import public_holidays
from collective.timetable.retry import again_when_busy
from collective.timetable.wall_clock import moments_of
from collective.timetable.weekly import read_week, write_week
from collective.workshops.models import Workshop

ALWAYS, NEVER = "24/7", "off"
Kind = HoursChange.Kind


class NoHolidayThen(BadInput):
    code = "no_holiday_then"
    message = _("This day is no public holiday.")


class NothingToOpen(RuleBroken):
    code = "nothing_to_open"
    message = _("The ordinary week is closed on that weekday. Say from when to when you open.")


@again_when_busy
def change_weekly_hours(
    *, owner: Owner, hours: str, from_on: date, at: datetime, until: date | None = None, by: User | None = None
) -> None:
    """
    Let these weekly hours (an OpenStreetMap text) hold from a local day on, or until another, both included.

    With `until`, what was said for the day after holds again from then, and weeks that were to begin in between are
    taken back. For a resource, "24/7" is whenever its workshop is open.

    :raises HoursUnreadable: when the text cannot be read.
    :raises HoursNotWeekly: when its weeks differ.
    :raises WeekRefused: when its ranges overlap, end before they begin, go past midnight or are too many.
    :raises BadInput: when a day is over, too far, or they are the wrong way round.
    :raises TooManySeasons: when too many changes are to come already.
    """
    read = read_week(hours)
    text = hours.strip() if hours.strip() == ALWAYS else write_week(read)
    with transaction.atomic():
        workshop = _locked(owner, what_forbids_changing_hours(owner=owner, by=by) if by else None)
        check_season(owner=owner, from_on=from_on, until=until, at=at)
        if until:
            _let_return(owner, from_on, until)
        set_weekly_hours(owner=owner, hours=text, from_on=from_on)
        said = {"text": text, "from_on": from_on.isoformat(), "until": until.isoformat() if until else None}
        _write_down(owner, Kind.WEEK, by=by, at=at, **said)
        _rebuild(workshop, from_on, last_kept(workshop, at=at), at=at)


def _let_return(owner: Owner, from_on: date, until: date) -> None:
    back_on, said = until + timedelta(days=1), seasons(owner)
    if back_on not in {season.from_on for season in said}:
        before = [season.text for season in said if season.from_on < back_on]
        nothing_said = NEVER if isinstance(owner, Workshop) else ALWAYS
        set_weekly_hours(owner=owner, hours=before[-1] if before else nothing_said, from_on=back_on)
    for season in said:
        if from_on < season.from_on <= until:
            remove_season(owner=owner, from_on=season.from_on)


@again_when_busy
def take_back_season(*, owner: Owner, from_on: date, at: datetime, by: User | None = None) -> bool:
    """
    Let the week before hold on through one that was to begin; False when none begins that day.

    :raises SeasonInThePast: when it has begun: its hours are changed instead.
    """
    with transaction.atomic():
        workshop = _locked(owner, what_forbids_changing_hours(owner=owner, by=by) if by else None)
        if from_on <= at.astimezone(workshop.zone).date():
            raise SeasonInThePast
        removed = remove_season(owner=owner, from_on=from_on)
        if removed:
            _write_down(owner, Kind.SEASON_REMOVED, by=by, at=at, from_on=from_on.isoformat())
            _rebuild(workshop, from_on, last_kept(workshop, at=at), at=at)
    return removed


@again_when_busy
def make_exception(
    *,
    owner: Owner,
    starts_at: datetime,
    ends_at: datetime,
    is_open: bool,
    label: str,
    at: datetime,
    by: User | None = None,
) -> int:
    """
    Open or close between two moments: a closure, an absence, a holiday worked. What is booked stays booked.

    Returns the exception's id, for `take_back_exception`.

    :raises BadInput: when it ends before it begins, lasts too long, is over or too far (`check_exception`).
    :raises TooManyExceptions: when too many are to come already.
    """
    with transaction.atomic():
        _locked(owner, what_forbids_excepting(owner=owner, by=by) if by else None)
        check_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label=label, at=at)
        made = add_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label=label)
        period = Period(starts_at, ends_at)
        _write_down(owner, Kind.EXCEPTION, by=by, at=at, **_said(period, is_open, label))
        _rebuild_around(owner, period, at=at)
    return made


@again_when_busy
def take_back_exception(*, owner: Owner, exception: int, at: datetime, by: User | None = None) -> bool:
    """Take an exception back; False when the owner has none by that id."""
    with transaction.atomic():
        _locked(owner, what_forbids_excepting(owner=owner, by=by) if by else None)
        removed = remove_exception(owner=owner, exception=exception)
        if removed:
            said = _said(removed.period, removed.is_open, removed.label)
            _write_down(owner, Kind.EXCEPTION_REMOVED, by=by, at=at, **said)
            _rebuild_around(owner, removed.period, at=at)
    return removed is not None


@again_when_busy
def open_on_holiday(*, workshop: Workshop, day: date, at: datetime, by: User | None = None) -> list[int]:
    """
    Open on a public holiday as on any such weekday; give the exceptions that say so.

    :raises NoHolidayThen: when the day is none.
    :raises NothingToOpen: when the ordinary week is closed on that weekday.
    """
    with transaction.atomic():
        _locked(workshop, what_forbids_changing_hours(owner=workshop, by=by) if by else None)
        name = public_holidays(first=day, last=day, postcode=workshop.postcode).get(day)
        if name is None:
            raise NoHolidayThen
        ranges = [weekly for weekly in weekly_ranges(owner=workshop, on=day) if weekly.weekday == day.weekday()]
        if not ranges:
            raise NothingToOpen
        known: dict[str, Any] = {"owner": workshop, "is_open": True, "label": name, "at": at, "by": by}
        moments = [moments_of(day, weekly.since, weekly.until, workshop.zone) for weekly in ranges]
        return [make_exception(starts_at=starts_at, ends_at=ends_at, **known) for starts_at, ends_at in moments]


@again_when_busy
def set_closed_on_holidays(*, workshop: Workshop, closed: bool, at: datetime, by: User | None = None) -> bool:
    """Let public holidays be closed, or days as any other; False when they were so already."""
    with transaction.atomic():
        fresh = _locked(workshop, what_forbids_changing_hours(owner=workshop, by=by) if by else None)
        if fresh.closed_on_holidays == closed:
            return False
        fresh.closed_on_holidays = closed
        fresh.save(update_fields=["closed_on_holidays"])
        _write_down(fresh, Kind.HOLIDAYS, by=by, at=at, closed=closed)
        _rebuild(fresh, at.astimezone(fresh.zone).date(), last_kept(fresh, at=at), at=at)
    return True


@again_when_busy
def import_hours(*, owner: Owner, read: HoursRead, at: datetime, by: User | None = None) -> Imported:
    """
    Make hours what a text or a calendar file says (`osm_text.read_osm`, `read_ics.read_ics`), all of it or nothing.

    :raises BadInput: when its first day is over, it changes too often, or a week cannot be (`apply_hours`).
    """
    with transaction.atomic():
        workshop = _locked(owner, what_forbids_changing_hours(owner=owner, by=by) if by else None)
        check_season(owner=owner, from_on=read.first, until=None, at=at)
        fresh = (
            Resource.objects.select_related("workshop").get(pk=owner.pk) if isinstance(owner, Resource) else workshop
        )
        done = apply_hours(owner=fresh, read=read)
        said = {"from_on": read.first.isoformat(), "weeks": len(done.weeks), "exceptions": len(done.exceptions)}
        _write_down(owner, Kind.IMPORTED, by=by, at=at, **said)
        _rebuild(workshop, read.first, last_kept(workshop, at=at), at=at)
    return done


def _locked(owner: Owner, forbidden: RuleBroken | None) -> Workshop:
    """Let changes of one workshop's hours follow one another; bookings go on, they lock free days."""
    if forbidden:
        raise forbidden
    return Workshop.objects.select_for_update(of=("self",), no_key=True).get(pk=workshop_of(owner).pk)


def _write_down(owner: Owner, kind: str, *, by: User | None, at: datetime, **details: Any) -> None:
    resource = owner if isinstance(owner, Resource) else None
    HoursChange.objects.create(
        workshop=workshop_of(owner), resource=resource, happened_at=at, kind=kind, by=by, details=details
    )


def _said(period: Period, is_open: bool, label: str) -> dict[str, Any]:
    starts_at, ends_at = period.starts_at.isoformat(), period.ends_at.isoformat()
    return {"starts_at": starts_at, "ends_at": ends_at, "is_open": is_open, "label": label}


def _rebuild_around(owner: Owner, period: Period, *, at: datetime) -> None:
    workshop = workshop_of(owner)
    first, last = (moment.astimezone(workshop.zone).date() for moment in (period.starts_at, period.ends_at))
    _rebuild(workshop, first, min(last, last_kept(workshop, at=at)), at=at)


def _rebuild(workshop: Workshop, first: date, last: date, *, at: datetime) -> None:
    today = at.astimezone(workshop.zone).date()
    rebuild_timetable(workshops=[workshop], first=max(first, today), last=last, at=at)
