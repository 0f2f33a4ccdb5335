"""
Drop-off days: a workshop sells the minutes of a day to bikes that are left there, instead of exact times.

What is left of its days stands in the free days of one resource of the workshop, its stock. What was sold is claims:
minutes of a day, of mechanics with a skill, and a storage place from the arrival to the return.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.timetable.derive import read_stock
from collective.timetable.free_days import lock_free_days, recompute
from collective.timetable.models import Claim, Resource
from collective.timetable.occupy import DayFull, days_of_stay
from collective.timetable.periods import Period
from collective.timetable.promises import Promise, read_promises
from collective.timetable.rebuild_ahead import rebuild_ahead
from collective.timetable.retry import again_when_busy
from collective.timetable.ticks import ticks_of
from collective.workshops.models import DropOffTerms, Workshop

__all__ = ["BadTerms", "DayFull", "NotADropOffDay", "arrival", "claim", "promised_return", "sell_days", "stock"]

MINUTES_A_DAY = 24 * 60
LONGEST_STAY = 30  # opening days


class NotADropOffDay(BadInput):
    code = "not_a_drop_off_day"
    message = _("The workshop takes no bikes in on that day. Choose another one.")


class BadTerms(BadInput):
    code = "bad_drop_off_terms"
    message = _(
        "Bikes arrive before the end of their arrival time, and are ready after it when they go back the same day; "
        "a share is at most all, and a bike stays 30 opening days at most."
    )


def stock(workshop: Workshop) -> Resource | None:
    """Give the resource whose free days say what is left of the days that the workshop sells, if it ever sold any."""
    found = Resource.objects.filter(workshop=workshop, kind=Resource.Kind.DROP_OFF)
    return found.select_related("workshop__drop_off").first()


@again_when_busy
def sell_days(
    *,
    workshop: Workshop,
    share_bp: int,
    arrives_from: int,
    arrives_until: int,
    return_days: int,
    returns_from: int,
    storage_places: int,
    at: datetime,
    is_on: bool = True,
) -> DropOffTerms:
    """
    Sell the workshop's days on these terms (see DropOffTerms), or no longer (`is_on` False). What is sold stays sold.

    Clock times are minutes since midnight.

    :raises BadTerms: when they make no sense together.
    """
    if (
        not 0 <= arrives_from < arrives_until <= MINUTES_A_DAY
        or not 0 <= returns_from <= MINUTES_A_DAY
        or not 0 <= return_days <= LONGEST_STAY
        or (return_days == 0 and returns_from < arrives_until)
        or not 0 <= share_bp <= 10000
        or storage_places < 0
    ):
        raise BadTerms
    with transaction.atomic():
        terms, _made = DropOffTerms.objects.update_or_create(
            workshop=workshop,
            defaults={
                "is_on": is_on,
                "share_bp": share_bp,
                "arrives_from": arrives_from,
                "arrives_until": arrives_until,
                "return_days": return_days,
                "returns_from": returns_from,
                "storage_places": storage_places,
            },
        )
        Resource.objects.get_or_create(workshop=workshop, kind=Resource.Kind.DROP_OFF)
        rebuild_ahead(workshop, at=at)
    return terms


@again_when_busy
def claim(
    *,
    workshop: Workshop,
    day: date,
    minutes: int,
    skill_level: int,
    reason: str,
    reference: str,
    expires_at: datetime | None,
    at: datetime,
) -> Claim:
    """
    Sell these minutes of a local day to a bike, in the caller's transaction or in one of its own.

    The free days from the arrival to the return are locked, of all the workshop's mechanics and its stock, and computed
    anew before judging.

    :raises DayFull: when the mechanics able to do it have too little time left, or no storage place is free.
    :raises NotADropOffDay: when the workshop takes no bikes in then: closed, past, beyond its horizon.
    """
    with transaction.atomic():
        sold = stock(workshop)
        promise = _promise(sold, day, at=at)
        if sold is None or promise is None:
            raise NotADropOffDay
        days = days_of_stay(sold.workshop, day, promise.leaves_on, at=at)
        lock_free_days(resources=[sold], days=days, at=at)
        (left,) = read_stock(resources=[sold], first=day, last=day, at=at)
        if left.promise != promise or left.rooms[skill_level - 1] < ticks_of(minutes):
            raise DayFull
        made = Claim.objects.create(
            resource=sold,
            day=day,
            leaves_on=promise.leaves_on,
            minutes=minutes,
            skill_level=skill_level,
            reason=reason,
            reference=reference,
            expires_at=expires_at,
        )
        recompute(resources=[sold], days=days, at=at)
    return made


def _promise(sold: Resource | None, day: date, *, at: datetime) -> Promise | None:
    """Give what is promised for the day while bikes may still be brought, within the horizon."""
    if sold is None:
        return None
    workshop = sold.workshop
    is_open_to_all = workshop.accepted_at is not None and workshop.closed_at is None
    last = at.astimezone(workshop.zone).date() + timedelta(days=workshop.horizon_days)
    if not is_open_to_all or day > last:
        return None
    promise = read_promises(workshops=[workshop], first=day, last=day).get((workshop.pk, day))
    return promise if promise and at < promise.arrival.ends_at else None


def arrival(workshop: Workshop, day: date) -> Period:
    """
    Give the hours, in UTC, in which bikes are taken in on a local day.

    :raises NotADropOffDay: when none are.
    """
    return _promised(workshop, day).arrival


def promised_return(workshop: Workshop, day: date) -> tuple[date, datetime]:
    """
    Give the local day on which a bike left on `day` goes back, and from when it is ready.

    :raises NotADropOffDay: when none is taken in on `day`.
    """
    promise = _promised(workshop, day)
    return promise.leaves_on, promise.ready_at


def _promised(workshop: Workshop, day: date) -> Promise:
    promise = read_promises(workshops=[workshop], first=day, last=day).get((workshop.pk, day))
    if promise is None:
        raise NotADropOffDay
    return promise
