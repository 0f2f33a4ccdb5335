"""Make hours what a text or a file says: its seasons, and an exception for each stretch that is otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.timetable.hours import (
    Owner,
    add_exception,
    exceptions,
    opening_periods,
    owner_key,
    remove_season,
    seasons,
    set_weekly_hours,
)
from collective.timetable.hours_plan import Closure, HoursRead, Plan, PlannedWeek, closed_runs, plan_of
from collective.timetable.hours_rules import MOST_EXCEPTIONS, MOST_SEASONS, workshop_of
from collective.timetable.models import Resource
from collective.timetable.periods import Period, subtract
from collective.timetable.public_holidays import public_holidays
from collective.timetable.ticks import local_midnight
from collective.timetable.weekly import A_DAY, check_week, write_week
from collective.workshops.models import Workshop

ALWAYS = "24/7"  # of a resource: whenever its workshop is open
ALWAYS_OPEN = (((0, A_DAY),),) * 7
A_CLOSURE = timedelta(days=360)  # a longer one is cut: no exception lasts more than a year


class TooManySeasonsRead(BadInput):
    code = "too_many_seasons"
    message = _("These hours change %(count)d times in two years: %(most)d at most.")


class TooManyExceptionsRead(BadInput):
    code = "too_many_exceptions"
    message = _("With these there would be %(count)d exceptions to come: %(most)d at most.")


@dataclass(frozen=True, slots=True)
class Said:
    """An exception that is made."""

    period: Period
    is_open: bool
    label: str


@dataclass(slots=True)
class Imported:
    """What an import made: weeks that hold from their days, exceptions; how holidays are now, when it said so."""

    first: date
    last: date
    weeks: tuple[PlannedWeek, ...] = ()
    exceptions: list[Said] = field(default_factory=list)
    closed_on_holidays: bool | None = None
    notes: tuple[str, ...] = ()


def apply_hours(*, owner: Owner, read: HoursRead) -> Imported:
    """
    Write what was read, in the caller's transaction; days that only our own exceptions make otherwise stay so.

    The weeks of the text replace those that were to come. On a day that the text treats apart it holds whole; on the
    others exceptions that are here already go on. What holds already is not written again.

    :raises BadInput: when these are too many seasons or exceptions, or a week cannot be.
    """
    done = Imported(read.first, read.last, notes=read.notes)
    if read.days is None:
        made: Iterable[Said] = (Said(one.period, False, one.label) for one in _new(owner, read.closures))
    else:
        plan = _plan(owner, read, done)
        _set_weeks(owner, plan)
        done.weeks = plan.weeks
        made = _differences(owner, plan, read)
    done.exceptions = sorted(made, key=lambda one: one.period)
    _check_count(owner, read, done)
    for one in done.exceptions:
        add_exception(
            owner=owner,
            starts_at=one.period.starts_at,
            ends_at=one.period.ends_at,
            is_open=one.is_open,
            label=one.label,
        )
    return done


def _plan(owner: Owner, read: HoursRead, done: Imported) -> Plan:
    """Find the seasons and, when the text speaks of public holidays, let the workshop follow."""
    workshop = workshop_of(owner)
    assert read.days is not None
    holidays = public_holidays(first=read.first, last=read.last, postcode=workshop.postcode)
    closed = read.closed_on_holidays
    plan = plan_of(read.days, zone=workshop.zone, seasons=read.seasons)
    if read.exact and not read.exact & plan.otherwise.keys():
        closed = False  # each holiday has the hours of its weekday
    if closed is not None and isinstance(owner, Workshop):
        done.closed_on_holidays = closed
        if owner.closed_on_holidays != closed:
            owner.closed_on_holidays = closed
            owner.save(update_fields=["closed_on_holidays"])
    if workshop.closed_on_holidays:
        unsaid = [day for day in holidays if not read.days[day]]
        plan = plan_of(read.days, zone=workshop.zone, seasons=read.seasons, unsaid=unsaid)
    return plan


def _set_weeks(owner: Owner, plan: Plan) -> None:
    if len(plan.weeks) > MOST_SEASONS:
        raise TooManySeasonsRead(count=len(plan.weeks), most=MOST_SEASONS)
    for planned in plan.weeks:
        check_week(planned.ranges)
    for season in reversed(seasons(owner)):
        if season.from_on > plan.first:
            remove_season(owner=owner, from_on=season.from_on)
    for planned in plan.weeks:
        always = planned.week == ALWAYS_OPEN and isinstance(owner, Resource)
        text = ALWAYS if always else write_week(planned.ranges)
        set_weekly_hours(owner=owner, hours=text, from_on=planned.from_on)


def _differences(owner: Owner, plan: Plan, read: HoursRead) -> Iterator[Said]:
    """Yield what must be excepted so that each day apart is as the text says."""
    zone = workshop_of(owner).zone
    runs = [[first + timedelta(days=n) for n in range((last - first).days + 1)] for first, last in closed_runs(plan)]
    in_runs = {day for run in runs for day in run}
    apart = sorted((plan.otherwise.keys() | read.exact) - in_runs)
    touched = [*in_runs, *apart]
    if not touched:
        return
    now = opening_periods(owners=[owner], first=min(touched), last=max(touched))[owner_key(owner)]
    for run in runs:
        if any(now[day] for day in run):
            label = next((read.labels[day] for day in run if day in read.labels), "")
            whole = Period(local_midnight(run[0], zone), local_midnight(run[-1] + timedelta(days=1), zone))
            yield from (Said(part, False, label) for part in _cut(whole))
    assert read.days is not None
    for day in apart:
        label = read.labels.get(day, "")
        yield from (Said(part, False, label) for part in subtract(now[day], read.days[day]))
        yield from (Said(part, True, label) for part in subtract(read.days[day], now[day]))


def _cut(period: Period) -> Iterator[Period]:
    starts_at = period.starts_at
    while starts_at < period.ends_at:
        ends_at = min(starts_at + A_CLOSURE, period.ends_at)
        yield Period(starts_at, ends_at)
        starts_at = ends_at


def _new(owner: Owner, closures: Iterable[Closure]) -> Iterator[Closure]:
    """Leave out those that are known: the same file may come twice."""
    closures = list(closures)
    if not closures:
        return
    zone = workshop_of(owner).zone
    first = min(one.period.starts_at for one in closures).astimezone(zone).date()
    last = max(one.period.ends_at for one in closures).astimezone(zone).date()
    known = {one.period for one in exceptions(owner, first=first, last=last) if not one.is_open}
    yield from (one for one in closures if one.period not in known)


def _check_count(owner: Owner, read: HoursRead, done: Imported) -> None:
    count = len(exceptions(owner, first=read.first, last=read.last)) + len(done.exceptions)
    if done.exceptions and count > MOST_EXCEPTIONS:
        raise TooManyExceptionsRead(count=count, most=MOST_EXCEPTIONS)
