"""Promise a shared tool to one workshop for a period, keep it out of use for upkeep, and take either back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.members.models import User
from collective.places.distance import Located
from collective.places.travel import travel_minutes
from collective.timetable.free_days import lock_free_days
from collective.timetable.models import Occupancy, Resource
from collective.timetable.movers import Busy, busy_of
from collective.timetable.occupy import occupy, release
from collective.timetable.periods import Period
from collective.timetable.retire import AlreadyRetired
from collective.timetable.retry import again_when_busy
from collective.tools.models import Loan, Tool
from collective.tools.rights import what_forbids_giving_back, what_forbids_keeping
from collective.tools.where import point_of
from collective.workshops.models import Workshop

LONGEST = timedelta(days=92)
FARTHEST = timedelta(days=366)
LOOK_AHEAD = timedelta(days=120)
LONGEST_NOTE = 120


class PeriodUnusable(BadInput):
    code = "period_unusable"
    message = _("A loan ends after it begins, within the coming year, and lasts 92 days at most.")


class NotAMember(BadInput):
    code = "not_a_member_workshop"
    message = _("This workshop is no member of the collective that owns the tool.")


class ToolTaken(RuleBroken):
    """`params` say until when it is taken, and from when it is free for as long as was asked."""

    code = "tool_taken"
    message = _("%(tool)s is taken then, until %(until)s. For as long, it is free from %(free)s.")


class LoanOver(RuleBroken):
    code = "loan_over"
    message = _("This is over already.")


def loan_period(starts_at: datetime, ends_at: datetime) -> Period:
    """:raises PeriodUnusable: when it does not end after it begins."""
    if ends_at <= starts_at:
        raise PeriodUnusable
    return Period(starts_at, ends_at)


@again_when_busy
def lend(*, tool: Tool, to: Workshop, period: Period, by: User, at: datetime, note: str = "") -> Loan:
    """
    Promise the tool to a member workshop: nobody is offered work that needs it elsewhere meanwhile.

    It must be able to come from where it is before and to reach where it is wanted after, handing over included.

    :raises NotTheKeeper: for whoever does not keep it.
    :raises PeriodUnusable, NotAMember, AlreadyRetired: for what cannot be.
    :raises ToolTaken: when somebody has it then, saying when it is free.
    """
    if to.collective_id != tool.collective_id or to.accepted_at is None or to.closed_at is not None:
        raise NotAMember
    return _promise(tool, to, period, by=by, at=at, note=note)


@again_when_busy
def keep_for_upkeep(*, tool: Tool, period: Period, by: User, at: datetime, note: str = "") -> Loan:
    """
    Keep the tool out of use: calibrated, mended, lost.

    :raises NotTheKeeper, PeriodUnusable, AlreadyRetired, ToolTaken: as `lend` does.
    """
    return _promise(tool, None, period, by=by, at=at, note=note)


@again_when_busy
def take_back(*, loan: Loan, by: User, at: datetime) -> Loan:
    """
    End a loan or an upkeep now, or call off one that has not begun. The tool stays where it was last used.

    :raises NotTheKeeper: for whoever neither keeps nor borrowed it.
    :raises LoanOver: when it is over.
    """
    if forbidden := what_forbids_giving_back(loan, by=by):
        raise forbidden
    with transaction.atomic():
        resource = _lock(loan.tool, at=at)
        loan = Loan.objects.select_related("tool__home", "workshop").get(pk=loan.pk)
        if forbidden := what_forbids_ending(loan, at=at):
            raise forbidden
        release(reference=loan.reference, at=at)
        if loan.starts_at < at:
            _occupy(loan, resource, Period(loan.starts_at, at), at=at)
        loan.ended_at = at
        loan.save(update_fields=["ended_at"])
    return loan


def what_forbids_ending(loan: Loan, *, at: datetime) -> LoanOver | None:
    return LoanOver() if loan.ended_at is not None or loan.ends_at <= at else None


def _promise(tool: Tool, to: Workshop | None, period: Period, *, by: User, at: datetime, note: str) -> Loan:
    if forbidden := what_forbids_keeping(tool, by=by):
        raise forbidden
    length = period.ends_at - period.starts_at
    if not timedelta() < length <= LONGEST or period.ends_at <= at or period.ends_at > at + FARTHEST:
        raise PeriodUnusable
    with transaction.atomic():
        resource = _lock(tool, at=at)
        if resource.retired_at:
            raise AlreadyRetired(name=tool.name)
        first = period.starts_at.date()
        busy = busy_of([resource], first, (period.ends_at + LOOK_AHEAD).date(), at)[resource.pk]
        if refusal := _what_is_in_the_way(tool, to, period, busy):
            raise refusal
        loan = Loan.objects.create(
            tool=tool,
            workshop=to,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            note=note.strip()[:LONGEST_NOTE],
            made_by=by,
            made_at=at,
        )
        _occupy(loan, resource, period, at=at)
    return loan


def _lock(tool: Tool, *, at: datetime) -> Resource:
    lock_free_days(resources=[tool.resource], days=(), at=at)
    return Resource.objects.select_related("workshop", "tool").get(tool=tool)


def _occupy(loan: Loan, resource: Resource, period: Period, *, at: datetime) -> None:
    reason = Occupancy.Reason.CLOSURE if loan.is_upkeep else Occupancy.Reason.LOAN
    occupy(
        resources=[resource],
        period=period,
        reason=reason,
        reference=loan.reference,
        expires_at=None,
        at=at,
        where=loan.workshop,
    )


def way(tool: Tool, a: Located | None, b: Located | None) -> timedelta:
    """The time from one place to another, handing over included; none where a place is not known."""
    if a is None or b is None or (a.lat, a.lon) == (b.lat, b.lon):
        return timedelta()
    ride = travel_minutes(a, b, speed_kmh=tool.speed_kmh, detour_percent=tool.detour_percent)
    return timedelta(minutes=tool.hand_over_minutes + ride)


def _what_is_in_the_way(tool: Tool, to: Workshop | None, asked: Period, busy: Sequence[Busy]) -> ToolTaken | None:
    """Go from one use to the next: each that leaves too little time before it pushes the start behind it."""
    length, start, until = asked.ends_at - asked.starts_at, asked.starts_at, None
    for one in busy:
        ride = way(tool, point_of(one.lat, one.lon), to)
        if start + length + ride <= one.period.starts_at:
            break
        if one.period.ends_at + ride > start:
            start, until = one.period.ends_at + ride, until or one.period.ends_at
    if until is None:
        return None
    zone = tool.home.zone
    said = {"until": _said(until.astimezone(zone)), "free": _said(_quarter(start).astimezone(zone))}
    return ToolTaken(tool=tool.name, **said)


def _quarter(moment: datetime) -> datetime:
    """The next quarter of an hour: nobody says "from 10:07 on"."""
    beyond = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not beyond else moment - beyond + timedelta(minutes=15)


def _said(local: datetime) -> str:
    return date_format(local, "j F Y, H:i")
