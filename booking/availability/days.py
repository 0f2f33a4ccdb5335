"""
Drop-off days: the days on which a bike can be left for the work, and taking one.

What a day still sells stands in the free days of the workshop's stock. Work that asks for a certification or for a
shared tool is sold at exact times only: a day's minutes are anybody's of the skill, and a tool comes at an hour.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from booking.availability.give_up import lock_with_given_up, touched_by
from booking.availability.needs import Work
from booking.availability.rows import Held
from booking.availability.scan import Window
from collective.timetable.derive import judged_together, read_stock
from collective.timetable.drop_off import NotADropOffDay, arrival, claim, promised_return, stock
from collective.timetable.free_days import recompute
from collective.timetable.models import FreeDay, Resource
from collective.timetable.occupy import days_of_stay
from collective.timetable.promises import read_promises, terms_of
from collective.timetable.retry import again_when_busy
from collective.timetable.rooms import unpack
from collective.timetable.ticks import ticks_of

__all__ = ["DaySeat", "DropOffDay", "days_with_room", "drop_off_days", "is_sold_by_day", "take_day"]

Kind = Resource.Kind


@dataclass(frozen=True, order=True, slots=True)
class DropOffDay:
    """A local day on which a bike can be left, between two moments, and when it is ready."""

    day: date
    arrives_at: datetime
    arrives_until: datetime
    ready_at: datetime


@dataclass(frozen=True, slots=True)
class DaySeat:
    """A day taken: when the bike comes, the minutes of work claimed, and when it is ready."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    ready_at: datetime


def is_sold_by_day(work: Work) -> bool:
    """Tell whether the workshop sells drop-off days, and this work at them."""
    is_plain = not work.asked_certification and not work.tool_kinds and not work.workshop.is_itinerant
    return is_plain and terms_of(work.workshop) is not None


def drop_off_days(*, work: Work, first: date, last: date, at: datetime, own: Held | None = None) -> list[DropOffDay]:
    """Give the days from first to last on which a bike can be left for this work, in order."""
    return days_for(works={work.workshop.pk: work}, window=Window(first, last), at=at, own=own)[work.workshop.pk]


def days_for(
    *, works: Mapping[int, Work], window: Window, at: datetime, own: Held | None = None
) -> dict[int, list[DropOffDay]]:
    """
    Give each workshop's drop-off days within the window's days and weekdays: three queries when any sells some.

    Hours of the window count for exact times only, but what has to start before a moment has to be brought by then.
    """
    found: dict[int, list[DropOffDay]] = {pk: [] for pk in works}
    free = days_with_room(works=works, window=window, at=at, own=own)
    if not any(free.values()):
        return found
    workshops = [works[pk].workshop for pk in free]
    promises = read_promises(workshops=workshops, first=window.first, last=window.last)
    for pk, days in free.items():
        for day in sorted(days):
            promise = promises.get((pk, day))
            if promise and at < promise.arrival.ends_at and _is_wished(promise.arrival.starts_at, window):
                period = promise.arrival
                found[pk].append(DropOffDay(day, period.starts_at, period.ends_at, promise.ready_at))
    return found


def _is_wished(starts_at: datetime, window: Window) -> bool:
    return (window.after is None or starts_at > window.after) and (window.before is None or starts_at < window.before)


def days_with_room(
    *, works: Mapping[int, Work], window: Window, at: datetime, own: Held | None = None
) -> dict[int, set[date]]:
    """Give the days on which the minutes and a storage place are left, by workshop that sells days: one query."""
    selling = {pk: work for pk, work in works.items() if is_sold_by_day(work)}
    free: dict[int, set[date]] = defaultdict(set)
    if not selling:
        return free
    stored = FreeDay.objects.filter(
        workshop__in=selling.keys(),
        day__range=(window.first, window.last),
        longest__gte=min(ticks_of(work.minutes) for work in selling.values()),
        resource__kind=Kind.DROP_OFF,
    )
    for pk, day, bits in stored.values_list("workshop_id", "day", "bits"):
        if _has_room(unpack(bits), selling[pk]) and _is_in(day, selling[pk], window, at=at):
            free[pk].add(day)
    for pk, days in _without(own, selling, window, at=at).items():
        free[pk] |= days
    return free


def _has_room(rooms: tuple[int, ...], work: Work) -> bool:
    return rooms[work.skill_level - 1] >= ticks_of(work.minutes)


def _is_in(day: date, work: Work, window: Window, *, at: datetime) -> bool:
    today = at.astimezone(work.workshop.zone).date()
    in_time = today <= day <= today + timedelta(days=work.workshop.horizon_days)
    return in_time and (not window.weekdays or day.weekday() in window.weekdays)


def _without(own: Held | None, selling: Mapping[int, Work], window: Window, *, at: datetime) -> dict[int, set[date]]:
    """Give the days that are free as if one's own hold were not, of those that depend on it."""
    touched = touched_by(own.reference, at=at) if own else {}
    days = {day for of_one in touched.values() for day in of_one if window.first <= day <= window.last}
    stocks = [one for one in judged_together(touched) if one.kind == Kind.DROP_OFF and one.workshop_id in selling]
    if own is None or not stocks or not days:
        return {}
    free: dict[int, set[date]] = defaultdict(set)
    for left in read_stock(resources=stocks, first=min(days), last=max(days), at=at, ignoring=own.reference):
        work = selling[left.resource.workshop_id]
        if _has_room(left.rooms, work) and _is_in(left.day, work, window, at=at):
            free[work.workshop.pk].add(left.day)
    return free


@again_when_busy
def take_day(
    *,
    work: Work,
    day: date,
    reason: str,
    reference: str,
    expires_at: datetime | None,
    at: datetime,
    instead_of: str | None = None,
) -> DaySeat:
    """
    Claim the work's minutes of a day, and a storage place, in the caller's transaction or in one of its own.

    `instead_of` is a reference whose periods and days are given up in the same transaction; they come back if this is
    refused.

    :raises DayFull: when too little time is left that day, or no storage place.
    :raises NotADropOffDay: when the workshop takes no bikes in then, or not for this work.
    """
    workshop = work.workshop
    if not is_sold_by_day(work):
        raise NotADropOffDay
    with transaction.atomic():
        sold = stock(workshop)
        leaves_on, ready_at = promised_return(workshop, day)
        stay = days_of_stay(workshop, day, leaves_on, at=at)
        given_up, _stored = lock_with_given_up(resources=[sold] if sold else [], days=stay, reference=instead_of, at=at)
        recompute(resources=[*given_up], days=set().union(*given_up.values()), at=at)
        claim(
            workshop=workshop,
            day=day,
            minutes=work.minutes,
            skill_level=work.skill_level,
            reason=reason,
            reference=reference,
            expires_at=expires_at,
            at=at,
        )
    period = arrival(workshop, day)
    return DaySeat(period.starts_at, period.ends_at, work.minutes, ready_at)
