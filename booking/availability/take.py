"""Take a slot: exactly what search offers, never twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.availability.alternatives import alternatives
from booking.availability.needs import ROOMY, Work
from booking.availability.scan import Window, allowed_starts, is_able
from collective.timetable.free_days import ResourceDay, lock_free_days, read_days, recompute, resources_of
from collective.timetable.hours import opening_periods
from collective.timetable.models import Occupancy, Resource
from collective.timetable.occupy import forget_expired, local_days
from collective.timetable.periods import Period
from collective.timetable.retry import again_when_busy
from collective.timetable.ticks import TICK, starts_of_runs
from collective.workshops.models import Bench, Mechanic

__all__ = ["NotASlot", "Seat", "SlotTaken", "SlotTooSoon", "alternatives", "take_slot"]


class SlotTaken(RuleBroken):
    code = "slot_taken"
    message = _("Somebody has just taken this slot. Choose another one.")


class SlotTooSoon(SlotTaken):
    code = "slot_too_soon"
    message = _("It is too late to book this slot: the workshop asks for more notice. Choose another one.")


class NotASlot(BadInput):
    code = "not_a_slot"
    message = _("The workshop does not offer this time. Choose one of its slots.")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who does the work, where and when; `ends_at` without the workshop's buffer."""

    mechanic: Mechanic
    bench: Bench
    starts_at: datetime
    ends_at: datetime


@again_when_busy
def take_slot(
    *,
    work: Work,
    starts_at: datetime,
    reason: str,
    reference: str,
    expires_at: datetime | None,
    at: datetime,
    instead_of: str | None = None,
    asked_at: datetime | None = None,
) -> Seat:
    """
    Take a mechanic and a bench for the whole work from `starts_at`, in the caller's transaction or in one of its own.

    The free days of every resource that could do the work are locked, sorted by id, and computed anew from hours and
    occupancies before judging: a stale row offers wrongly at most. `instead_of` is a reference whose occupancies are
    given up in the same transaction; they come back if this is refused. `asked_at` is when the person chose the slot,
    if not now: the workshop's notice counts from then (a payment that comes late for a hold that was in time).

    :raises SlotTaken: when it was a slot and no longer is (SlotTooSoon: its notice has begun).
    :raises NotASlot: when the workshop never offered it: outside hours, off its steps, past, beyond its horizon.
    """
    with transaction.atomic():
        day = starts_at.astimezone(work.workshop.zone).date()
        able = [resource for resource in resources_of([work.workshop]) if is_able(resource, work)]
        given_up = _give_up(instead_of, able, day, at=at)
        period = Period(starts_at, starts_at + timedelta(minutes=work.minutes + work.workshop.buffer_minutes))
        forget_expired(resources=able, period=period, at=at)
        opening = opening_periods(owners=[work.workshop, *able], first=day, last=day)
        reads = read_days(resources=able, first=day, last=day, at=at, opening=opening)
        seat = _choose(work, reads, starts_at, day, at=at, asked_at=asked_at or at)
        _insert(seat, period, reason, reference, expires_at)
        recompute(resources=seat, days=[day], at=at, opening=opening)
        for resource, days in given_up.items():
            recompute(resources=[resource], days=days, at=at)
    mechanic, bench = seat[0].mechanic, seat[1].bench
    assert mechanic
    assert bench
    return Seat(mechanic, bench, starts_at, starts_at + timedelta(minutes=work.minutes))


def _give_up(reference: str | None, able: list[Resource], day: date, *, at: datetime) -> dict[Resource, set[date]]:
    """Lock the free days of who could do the work, and of what is given up for it, which goes; give the latter."""
    given_up: dict[Resource, set[date]] = {}
    if reference:
        for occupancy in Occupancy.objects.filter(reference=reference).select_related("resource__workshop"):
            days = local_days(Period(occupancy.starts_at, occupancy.ends_at), occupancy.resource)
            given_up.setdefault(occupancy.resource, set()).update(days)
    lock_free_days(resources=list({*able, *given_up}), days={day}.union(*given_up.values()), at=at)
    if given_up:
        Occupancy.objects.filter(reference=reference).delete()
    return given_up


def _choose(
    work: Work, reads: list[ResourceDay], starts_at: datetime, day: date, *, at: datetime, asked_at: datetime
) -> list[Resource]:
    """
    Choose a free mechanic and a free bench, among the days read of those who could do the work.

    :raises SlotTaken: when there is no longer one of each.
    :raises NotASlot: when there never was.
    """
    is_open_to_all = work.workshop.accepted_at is not None and work.workshop.closed_at is None
    if not reads or not is_open_to_all:
        raise NotASlot
    tick, beside = divmod(starts_at - reads[0].whole.starts_at, TICK)
    if beside or not reads[0].steps >> tick & 1:
        raise NotASlot
    _judge_moment(work, starts_at, day, tick, at=at, asked_at=asked_at)
    seat = []
    for kind in (Resource.Kind.MECHANIC, Resource.Kind.BENCH):
        group = [read for read in reads if read.resource.kind == kind]
        free = [read for read in group if starts_of_runs(read.free, work.run) >> tick & 1]
        if not free:
            raise SlotTaken if _were_open(reads, work, tick) else NotASlot
        seat.append(min(free, key=_turn(free, day)).resource)
    return seat


def _judge_moment(work: Work, starts_at: datetime, day: date, tick: int, *, at: datetime, asked_at: datetime) -> None:
    in_time = bool(allowed_starts(work, day, Window(day, day), asked_at) >> tick & 1)
    if in_time and starts_at >= at:
        return
    raise SlotTooSoon if in_time or at <= starts_at < at + work.workshop.notice else NotASlot


def _were_open(reads: list[ResourceDay], work: Work, tick: int) -> bool:
    """Tell whether it would be a slot if nothing were taken."""
    kinds = {read.resource.kind for read in reads if starts_of_runs(read.opening, work.run) >> tick & 1}
    return len(kinds) == len(Resource.Kind)


def _turn(among: list[ResourceDay], day: date) -> Callable[[ResourceDay], tuple[bool, int, int]]:
    """
    Order those who could: plain stands before the cargo stand and lift that some bikes cannot do without, then
    the least loaded that day, then in turn, beginning one further each day.
    """
    places = {pk: place for place, pk in enumerate(sorted(read.resource.pk for read in among))}

    def turn(read: ResourceDay) -> tuple[bool, int, int]:
        special = read.resource.bench is not None and read.resource.bench.kind in ROOMY
        in_turn = (places[read.resource.pk] + day.toordinal()) % len(among)
        return special, read.taken.bit_count(), in_turn

    return turn


def _insert(seat: list[Resource], period: Period, reason: str, reference: str, expires_at: datetime | None) -> None:
    rows = [
        Occupancy(
            resource=resource,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            reason=reason,
            reference=reference,
            expires_at=expires_at,
        )
        for resource in seat
    ]
    try:
        with transaction.atomic():
            Occupancy.objects.bulk_create(rows)
    except IntegrityError as error:  # the database's guard: somebody wrote without locking
        raise SlotTaken from error
