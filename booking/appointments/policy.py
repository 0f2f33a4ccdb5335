"""What the customer may still change, and until when: the workshop's policy, and never less than the law."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from collective.workshops.models import Workshop

WITHDRAWAL_DAYS = 14
SATURDAY = 5


def withdraw_until(*, booked_at: datetime, zone: ZoneInfo) -> datetime:
    """
    Return the moment at which the right to withdraw from a contract made at a distance ends.

    Fourteen days from the day the contract for a service was made (C. conso L221-18). The day itself does not count,
    the last one counts to its last hour, and one that falls on a Saturday, a Sunday or a public holiday moves to the
    next working day (L221-19 and regulation 1182/71, article 3).
    """
    last = booked_at.astimezone(zone).date() + timedelta(days=WITHDRAWAL_DAYS)
    while _is_off(last):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)


def free_until(
    *, workshop: Workshop, starts_at: datetime, booked_at: datetime, free_cancel_hours: int | None = None
) -> datetime:
    """
    Return until when cancelling costs nothing: the hours promised (by default what the workshop promises today) before
    the start, or the right to withdraw where that is longer.

    Work not begun cannot be charged to who withdraws in time (C. conso L221-25), so a cancellation before both the
    start and the end of that right is always free.
    """
    hours = workshop.free_cancel_hours if free_cancel_hours is None else free_cancel_hours
    law = min(starts_at, withdraw_until(booked_at=booked_at, zone=workshop.zone))
    return max(starts_at - timedelta(hours=hours), law)


def needs_early_start(*, workshop: Workshop, starts_at: datetime, booked_at: datetime) -> bool:
    """Tell whether the work would begin before the right to withdraw ends, which only an express request allows."""
    return starts_at < withdraw_until(booked_at=booked_at, zone=workshop.zone)


def _is_off(day: date) -> bool:
    return day.weekday() >= SATURDAY or day in _holidays_of(day.year)


@lru_cache(maxsize=16)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(country_holidays("FR", years=year))
