"""Take a slot: exactly what search offers, never twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.availability.able import Facts, ToolFacts, can_meet, facts_of, tool_facts_of
from booking.availability.alternatives import alternatives
from booking.availability.choose import NotASlot, Scene, SlotTaken, SlotTooSoon, Taking, choose, travellers
from booking.availability.give_up import Touched, lock_with_given_up
from booking.availability.needs import Work
from booking.availability.scan import place_of
from collective.places.point import Point
from collective.timetable.derive import judged_together
from collective.timetable.free_days import read_days, recompute, rows_judged_together
from collective.timetable.freed import Place, Stored
from collective.timetable.hours import Opening, opening_periods
from collective.timetable.models import Occupancy, Resource
from collective.timetable.movers import Busy, busy_of
from collective.timetable.occupy import forget_expired
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Bench, Mechanic
from collective.workshops.zones import serves

__all__ = ["NotASlot", "NotServed", "Seat", "SlotTaken", "SlotTooSoon", "alternatives", "take_slot"]

Kind = Resource.Kind


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


@dataclass(frozen=True, slots=True)
class Locked:
    """
    What was locked, as it is now: who and what could do the work, and all that is judged with them (`known`); what
    `instead_of` took of whom; what the free days said.
    """

    able: dict[Resource, Facts]
    tools: dict[Resource, ToolFacts]
    known: Sequence[Resource]
    given_up: Touched
    stored: Mapping[Place, Stored]


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
        locked = _lock(work, day, instead_of, at=at)
        opening = _opening(locked.known, day)
        scene = _look(work, day, where, locked, opening, at=at)
        takings = choose(scene, starts_at, asked_at=asked_at or at)
        _insert(takings, scene, reason, reference, expires_at)
        recompute(
            resources=[*{taking.resource for taking in takings}.union(locked.given_up)],
            days={day}.union(*locked.given_up.values()),
            at=at,
            opening=None if locked.given_up else opening,
            known=locked.known,
            stored=locked.stored,
        )
    return _seat(takings, work, starts_at)


def _lock(work: Work, day: date, instead_of: str | None, *, at: datetime) -> Locked:
    """Lock all that could do the work, then read it again: who changes or retires it holds the same locks."""
    team, tools = rows_judged_together(work.workshop), _tools(work)
    wanted = [*_able(work, team), *tools]
    given_up, stored = lock_with_given_up(
        resources=wanted, days=[day], reference=instead_of, at=at, known=[*team, *tools]
    )
    known = judged_together([*wanted, *given_up])
    in_use = {resource for resource in known if resource.retired_at is None}.intersection(wanted)
    able = _able(work, [resource for resource in known if resource in in_use])
    tools = {resource: facts for resource, facts in tools.items() if resource in in_use}
    return Locked(able, tools, known, given_up, stored)


def _opening(known: Iterable[Resource], day: date) -> Opening:
    timed = [resource for resource in known if resource.kind in (Kind.MECHANIC, Kind.BENCH)]
    workshops = {resource.workshop_id: resource.workshop for resource in known}
    return opening_periods(owners=[*workshops.values(), *timed], first=day, last=day)


def _look(work: Work, day: date, where: Point | None, locked: Locked, opening: Opening, *, at: datetime) -> Scene:
    able, tools = locked.able, locked.tools
    return Scene(
        work=work,
        day=day,
        where=where,
        able=able,
        tools=tools,
        reads=read_days(resources=[*able], first=day, last=day, at=at, opening=opening, together=locked.known),
        busy=_busy(work, able, tools, day, at=at),
        at=at,
    )


def _able(work: Work, among: Iterable[Resource]) -> dict[Resource, Facts]:
    """Give the mechanics and benches of these that can meet a need of the work, with their facts."""
    known = {resource: facts_of(resource) for resource in among if resource.kind in (Kind.MECHANIC, Kind.BENCH)}
    needs = {need for plan in work.plans for need in plan}
    return {resource: facts for resource, facts in known.items() if any(can_meet(facts, need) for need in needs)}


def _tools(work: Work) -> dict[Resource, ToolFacts]:
    """Give the collective's tools of the kinds that the work borrows, by id, with their facts."""
    if not work.tool_kinds:
        return {}
    of_collective = Resource.objects.filter(tool__collective=work.workshop.collective_id, retired_at__isnull=True)
    tools = of_collective.filter(tool__kind__in=work.tool_kinds).select_related("workshop", "tool__home")
    return {resource: tool_facts_of(resource) for resource in tools.order_by("pk")}


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
    forget_expired([(taking.resource, taking.period) for taking in takings], at=scene.at)
    for taking in takings:
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
