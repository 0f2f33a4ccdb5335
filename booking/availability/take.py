"""Take a slot: exactly what search offers, never twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.availability.alternatives import alternatives
from booking.availability.needs import ROOMY, Work
from booking.availability.scan import Window, allowed_starts, is_able
from collective.timetable.free_days import compute_free_days, lock_free_days, recompute, resources_of
from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.models import Occupancy, Resource
from collective.timetable.occupy import forget_expired, local_days
from collective.timetable.periods import Period
from collective.timetable.retry import again_when_busy
from collective.timetable.ticks import TICK, from_bytes, local_day, mark_open, starts_of_runs
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
        given_up = list(
            Occupancy.objects.filter(reference=instead_of).select_related("resource__workshop__calendar")
            if instead_of
            else ()
        )
        touched = {resource.pk: resource for resource in (*able, *(o.resource for o in given_up))}
        days = {day} | {d for o in given_up for d in local_days(Period(o.starts_at, o.ends_at), o.resource)}
        lock_free_days(resources=list(touched.values()), days=days, at=at)
        period = Period(starts_at, starts_at + timedelta(minutes=work.minutes + work.workshop.buffer_minutes))
        forget_expired(resources=able, period=period, at=at)
        if instead_of:
            Occupancy.objects.filter(reference=instead_of).delete()
        mechanic, bench = _choose(work, able, starts_at, day, at=at, asked_at=asked_at or at)
        _insert([mechanic, bench], period, reason, reference, expires_at)
        changed = {mechanic.pk: mechanic, bench.pk: bench} | {o.resource_id: o.resource for o in given_up}
        recompute(resources=list(changed.values()), days=days, at=at)
    assert mechanic.mechanic
    assert bench.bench
    return Seat(mechanic.mechanic, bench.bench, starts_at, starts_at + timedelta(minutes=work.minutes))


def _choose(
    work: Work, able: list[Resource], starts_at: datetime, day: date, *, at: datetime, asked_at: datetime
) -> tuple[Resource, Resource]:
    """
    Choose a free mechanic and a free bench.

    :raises SlotTaken: when there is no longer one of each.
    :raises NotASlot: when there never was.
    """
    is_open_to_all = work.workshop.accepted_at is not None and work.workshop.closed_at is None
    fresh = compute_free_days(resources=able, first=day, last=day, at=at) if able and is_open_to_all else []
    whole = local_day(day, work.workshop.zone)
    tick, beside = divmod(starts_at - whole.starts_at, TICK)
    if not fresh or beside or not from_bytes(fresh[0].steps) >> tick & 1:
        raise NotASlot
    _judge_moment(work, starts_at, day, tick, at=at, asked_at=asked_at)
    free = [row.resource for row in fresh if starts_of_runs(from_bytes(row.bits), work.run) >> tick & 1]
    mechanics = [resource for resource in free if resource.kind == Resource.Kind.MECHANIC]
    benches = [resource for resource in free if resource.kind == Resource.Kind.BENCH]
    if not (mechanics and benches):
        raise SlotTaken if _was_open(work, able, day, tick) else NotASlot
    loads = _loads(free, whole)
    return min(mechanics, key=_turn(mechanics, loads, day)), min(benches, key=_turn(benches, loads, day))


def _judge_moment(work: Work, starts_at: datetime, day: date, tick: int, *, at: datetime, asked_at: datetime) -> None:
    in_time = bool(allowed_starts(work, day, Window(day, day), asked_at) >> tick & 1)
    if in_time and starts_at >= at:
        return
    raise SlotTooSoon if in_time or at <= starts_at < at + work.workshop.notice else NotASlot


def _was_open(work: Work, able: list[Resource], day: date, tick: int) -> bool:
    """Tell whether it would be a slot if nothing were taken."""
    whole = local_day(day, work.workshop.zone)
    opening = opening_periods(owners=able, first=day, last=day)
    kinds = {
        resource.kind
        for resource in able
        if starts_of_runs(mark_open(opening[owner_key(resource)][day], whole), work.run) >> tick & 1
    }
    return len(kinds) == len(Resource.Kind)


def _loads(resources: list[Resource], whole: Period) -> dict[int, timedelta]:
    """Give how long each resource is taken that day."""
    loads: dict[int, timedelta] = defaultdict(timedelta)
    taken = Occupancy.objects.filter(resource__in=resources, starts_at__lt=whole.ends_at, ends_at__gt=whole.starts_at)
    for resource_id, starts_at, ends_at in taken.values_list("resource_id", "starts_at", "ends_at"):
        loads[resource_id] += ends_at - starts_at
    return loads


def _turn(
    among: list[Resource], loads: dict[int, timedelta], day: date
) -> Callable[[Resource], tuple[bool, timedelta, int]]:
    """
    Order those who could: plain stands before the cargo stand and lift that some bikes cannot do without, then
    the least loaded that day, then in turn, beginning one further each day.
    """
    places = {resource.pk: place for place, resource in enumerate(sorted(among, key=lambda resource: resource.pk))}

    def turn(resource: Resource) -> tuple[bool, timedelta, int]:
        special = resource.bench is not None and resource.bench.kind in ROOMY
        return special, loads[resource.pk], (places[resource.pk] + day.toordinal()) % len(among)

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
