"""Choose who and what does the work that begins at a moment, by the board that search judges by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.availability.able import Facts, ToolFacts, is_traveller, minutes_taken
from booking.availability.board import Board, Free, Row, load_of
from booking.availability.moving import Mover
from booking.availability.needs import ROOMY, Need, Work
from booking.availability.rows import row_of
from booking.availability.scan import Allowed, Window, place_of
from collective.places.point import Point
from collective.timetable.derive import ResourceDay
from collective.timetable.models import Resource
from collective.timetable.movers import Busy
from collective.timetable.periods import Period
from collective.timetable.ticks import TICK, to_bytes


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
class Scene:
    """All that is judged for one piece of work on a local day: who could do it, their time, the jobs of what moves."""

    work: Work
    day: date
    where: Point | None
    able: dict[Resource, Facts]
    tools: dict[Resource, ToolFacts]
    reads: Sequence[ResourceDay]
    busy: dict[int, list[Busy]]  # of what moves, by resource
    at: datetime

    def facts_of(self, resource: Resource) -> Facts | ToolFacts:
        return self.able.get(resource) or self.tools[resource]


@dataclass(frozen=True, slots=True)
class Taking:
    """One resource, for one need, from when to when."""

    resource: Resource
    need: Need
    period: Period


def choose(scene: Scene, starts_at: datetime, *, asked_at: datetime) -> list[Taking]:
    """
    Choose a free resource for each need of the best plan that can start then, in the order of the plan.

    :raises SlotTaken: when none can any longer (SlotTooSoon: the notice has begun).
    :raises NotASlot: when none ever could.
    """
    workshop, reads = scene.work.workshop, scene.reads
    is_open_to_all = workshop.accepted_at is not None and workshop.closed_at is None
    if not reads or not is_open_to_all:
        raise NotASlot
    tick, beside = divmod(starts_at - reads[0].whole.starts_at, TICK)
    if beside or not reads[0].steps >> tick & 1:
        raise NotASlot
    _judge_moment(scene, starts_at, tick, asked_at=asked_at)
    seats = _board(scene, map(row_of, reads), scene.busy).seats(workshop.pk, scene.day, tick)
    if seats is None:
        empty = _board(scene, map(_empty_row, reads), {})
        raise SlotTaken if empty.seats(workshop.pk, scene.day, tick) else NotASlot
    return [_taking(scene, need, free, starts_at) for need, free in seats]


def _judge_moment(scene: Scene, starts_at: datetime, tick: int, *, asked_at: datetime) -> None:
    workshop, day, at = scene.work.workshop, scene.day, scene.at
    in_time = bool(Allowed(workshop, Window(day, day), asked_at).on(day) >> tick & 1)
    if in_time and starts_at >= at:
        return
    raise SlotTooSoon if in_time or at <= starts_at < at + workshop.notice else NotASlot


def _board(scene: Scene, rows: Iterable[Row], busy: dict[int, list[Busy]]) -> Board:
    pk = scene.work.workshop.pk
    board = Board(works={pk: scene.work}, places={pk: place_of(scene.work.workshop, scene.where)}, at=scene.at)
    for facts in scene.able.values():
        board.meet(facts)
    board.put(rows)
    movers = (Mover(facts, busy.get(facts.pk, [])) for facts in travellers(scene.work, scene.able, scene.tools))
    board.put_movers(movers, (scene.day, scene.day))
    return board


def travellers(work: Work, able: dict[Resource, Facts], tools: dict[Resource, ToolFacts]) -> list[Facts | ToolFacts]:
    """Give what moves of those who could do the work: tools, and the mechanics of a workshop that comes to people."""
    return [*tools.values(), *(facts for facts in able.values() if is_traveller(facts, work))]


def _empty_row(read: ResourceDay) -> Row:
    """Give the day as if nothing of it were taken."""
    ticks = (read.whole.ends_at - read.whole.starts_at) // TICK
    bits, steps = to_bytes(read.opening, ticks), to_bytes(read.steps, ticks)
    return Row(read.resource.pk, read.day, bits, steps, ticks, ticks, 0)


def _taking(scene: Scene, need: Need, free: list[Free], starts_at: datetime) -> Taking:
    by_id = {resource.pk: resource for resource in (*scene.able, *scene.tools)}
    resource = by_id[min(free, key=_turn(free, scene.day, by_id))[1]]
    since, until = minutes_taken(scene.facts_of(resource), need)
    return Taking(resource, need, Period(starts_at + timedelta(minutes=since), starts_at + timedelta(minutes=until)))


def _turn(among: Sequence[Free], day: date, by_id: dict[int, Resource]) -> Callable[[Free], tuple[bool, float, int]]:
    """
    Order those who could: plain stands before the cargo stand and lift that some bikes cannot do without, then
    the least loaded that day, then in turn, beginning one further each day.
    """
    places = {pk: place for place, pk in enumerate(sorted(pk for _starts, pk, *_load in among))}

    def turn(free: Free) -> tuple[bool, float, int]:
        pk = free[1]
        bench = by_id[pk].bench
        in_turn = (places[pk] + day.toordinal()) % len(among)
        return bench is not None and bench.kind in ROOMY, load_of(free), in_turn

    return turn
