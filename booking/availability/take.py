"""Take a slot: exactly what search offers, never twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.availability.able import Facts, ToolFacts, can_meet, facts_of, tool_facts_of
from booking.availability.alternatives import alternatives
from booking.availability.choose import NotASlot, Scene, SlotTaken, SlotTooSoon, Taking, choose, travellers
from booking.availability.give_up import lock_with_given_up
from booking.availability.needs import Work
from booking.availability.scan import place_of
from collective.places.point import Point
from collective.timetable.free_days import read_days, recompute, resources_of
from collective.timetable.hours import opening_periods
from collective.timetable.models import Occupancy, Resource
from collective.timetable.movers import Busy, busy_of
from collective.timetable.occupy import forget_expired
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Bench, Mechanic
from collective.workshops.zones import serves

__all__ = ["NotASlot", "NotServed", "Seat", "SlotTaken", "SlotTooSoon", "alternatives", "take_slot"]

Kind = Resource.Kind
Known = TypeVar("Known", Facts, ToolFacts)


class NotServed(BadInput):
    code = "not_served"
    message = _("The workshop does not come to this place. Choose another workshop.")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who does the work, where and when, without the buffers; a second mechanic takes over at `second_from`."""

    mechanic: Mechanic
    bench: Bench
    starts_at: datetime
    ends_at: datetime
    second_mechanic: Mechanic | None = None
    second_from: datetime | None = None


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
    where: Point | None = None,
) -> Seat:
    """
    Take all that the work needs from `starts_at`, in the caller's transaction or in one of its own.

    The free days of every resource that could do the work are locked, sorted by id, then the tools; all is computed
    anew from hours and occupancies before judging: a stale row offers wrongly at most. `instead_of` is a reference
    whose occupancies are given up in the same transaction; they come back if this is refused. `asked_at` is when the
    person chose the slot, if not now: the workshop's notice counts from then (a payment that comes late for a hold
    that was in time). `where` is the point to which an itinerant mechanic comes.

    :raises SlotTaken: when it was a slot and no longer is (SlotTooSoon: its notice has begun).
    :raises NotASlot: when the workshop never offered it: outside hours, off its steps, past, beyond its horizon.
    :raises NotServed: when an itinerant workshop does not come there.
    """
    if where is not None and work.workshop.is_itinerant and not serves(work.workshop, where):
        raise NotServed
    with transaction.atomic():
        day = starts_at.astimezone(work.workshop.zone).date()
        able, tools = _able(work), _tools(work)
        given_up = lock_with_given_up(resources=[*able, *tools], days=[day], reference=instead_of, at=at)
        gone = _retired([*able, *tools])
        able, tools = _but(able, gone), _but(tools, gone)
        opening = opening_periods(owners=[work.workshop, *able], first=day, last=day)
        scene = Scene(
            work=work,
            day=day,
            where=where,
            able=able,
            tools=tools,
            reads=read_days(resources=[*able], first=day, last=day, at=at, opening=opening),
            busy=_busy(work, able, tools, day, at=at),
            at=at,
        )
        takings = choose(scene, starts_at, asked_at=asked_at or at)
        _insert(takings, scene, reason, reference, expires_at)
        touched = {taking.resource for taking in takings}.union(given_up)
        recompute(resources=[*touched], days={day}.union(*given_up.values()), at=at)
    return _seat(takings, work, starts_at)


def _able(work: Work) -> dict[Resource, Facts]:
    """Give the mechanics and benches that can meet a need of the work, by id, with their facts."""
    known = {resource: facts_of(resource) for resource in resources_of([work.workshop])}
    needs = {need for plan in work.plans for need in plan}
    return {resource: facts for resource, facts in known.items() if any(can_meet(facts, need) for need in needs)}


def _tools(work: Work) -> dict[Resource, ToolFacts]:
    """Give the collective's tools of the kinds that the work borrows, by id, with their facts."""
    if not work.tool_kinds:
        return {}
    of_collective = Resource.objects.filter(tool__collective=work.workshop.collective_id, retired_at__isnull=True)
    tools = of_collective.filter(tool__kind__in=work.tool_kinds).select_related("workshop", "tool__home")
    return {resource: tool_facts_of(resource) for resource in tools.order_by("pk")}


def _retired(resources: Iterable[Resource]) -> set[int]:
    """Give those retired while we waited for their locks: who retires holds the same locks."""
    ids = [resource.pk for resource in resources]
    return set(Resource.objects.filter(pk__in=ids, retired_at__isnull=False).values_list("pk", flat=True))


def _but(group: dict[Resource, Known], gone: set[int]) -> dict[Resource, Known]:
    return {resource: facts for resource, facts in group.items() if resource.pk not in gone}


def _busy(
    work: Work, able: dict[Resource, Facts], tools: dict[Resource, ToolFacts], day: date, *, at: datetime
) -> dict[int, list[Busy]]:
    moving = {facts.pk for facts in travellers(work, able, tools)}
    return busy_of([one for one in (*able, *tools) if one.pk in moving], day, day, at=at) if moving else {}


def _insert(takings: Iterable[Taking], scene: Scene, reason: str, reference: str, expires_at: datetime | None) -> None:
    """Write what is taken, with the place where it is; what expired in its way goes."""
    place = place_of(scene.work.workshop, scene.where)
    moving = {facts.pk for facts in travellers(scene.work, scene.able, scene.tools)}
    rows = []
    for taking in takings:
        forget_expired(resources=[taking.resource], period=taking.period, at=scene.at)
        moves = taking.resource.pk in moving
        rows.append(
            Occupancy(
                resource=taking.resource,
                starts_at=taking.period.starts_at,
                ends_at=taking.period.ends_at,
                reason=reason,
                reference=reference,
                expires_at=expires_at,
                lat=place.lat if moves else None,
                lon=place.lon if moves else None,
            )
        )
    try:
        with transaction.atomic():
            Occupancy.objects.bulk_create(rows)
    except IntegrityError as error:  # the database's guard: somebody wrote without locking
        raise SlotTaken from error


def _seat(takings: list[Taking], work: Work, starts_at: datetime) -> Seat:
    mechanics = [taking for taking in takings if taking.resource.kind == Kind.MECHANIC]
    (bench,) = [taking.resource.bench for taking in takings if taking.resource.kind == Kind.BENCH]
    first, second = mechanics[0], mechanics[1] if len(mechanics) > 1 else None
    assert first.resource.mechanic
    assert bench
    return Seat(
        mechanic=first.resource.mechanic,
        bench=bench,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=work.minutes),
        second_mechanic=second.resource.mechanic if second else None,
        second_from=second.period.starts_at if second else None,
    )
