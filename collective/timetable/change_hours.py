"""Change when a workshop or a resource is there, and what can be booked with it, in one transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from collective.timetable.free_days import rebuild_timetable
from collective.timetable.hours import Owner, add_exception, remove_exception, set_weekly_hours
from collective.timetable.periods import Period
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Workshop


@again_when_busy
def change_weekly_hours(*, owner: Owner, hours: str, from_on: date, at: datetime) -> None:
    """
    Let these weekly hours hold from a local day on (`hours.set_weekly_hours`); what is booked stays booked.

    :raises HoursUnreadable: when the text cannot be read.
    :raises HoursNotWeekly: when its weeks differ.
    """
    with transaction.atomic():
        set_weekly_hours(owner=owner, hours=hours, from_on=from_on)
        workshop = _workshop(owner)
        _rebuild(workshop, from_on, _horizon(workshop, at), at=at)


@again_when_busy
def make_exception(
    *, owner: Owner, starts_at: datetime, ends_at: datetime, is_open: bool, label: str, at: datetime
) -> int:
    """
    Open or close between two moments: a closure, an absence, a holiday worked. What is booked stays booked.

    Returns the exception's id, for `take_back_exception`.

    :raises ExceptionUnreadable: when it does not end after it starts, or lasts more than a year.
    """
    with transaction.atomic():
        made = add_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label=label)
        _rebuild_around(owner, Period(starts_at, ends_at), at=at)
    return made


@again_when_busy
def take_back_exception(*, owner: Owner, exception: int, at: datetime) -> bool:
    """Take an exception back; False when the owner has none by that id."""
    with transaction.atomic():
        period = remove_exception(owner=owner, exception=exception)
        if period:
            _rebuild_around(owner, period, at=at)
    return period is not None


def _workshop(owner: Owner) -> Workshop:
    return owner if isinstance(owner, Workshop) else owner.workshop


def _horizon(workshop: Workshop, at: datetime) -> date:
    return at.astimezone(workshop.zone).date() + timedelta(days=workshop.horizon_days)


def _rebuild_around(owner: Owner, period: Period, *, at: datetime) -> None:
    workshop = _workshop(owner)
    first, last = (moment.astimezone(workshop.zone).date() for moment in (period.starts_at, period.ends_at))
    _rebuild(workshop, first, min(last, _horizon(workshop, at)), at=at)


def _rebuild(workshop: Workshop, first: date, last: date, *, at: datetime) -> None:
    today = at.astimezone(workshop.zone).date()
    rebuild_timetable(workshops=[workshop], first=max(first, today), last=last, at=at)
