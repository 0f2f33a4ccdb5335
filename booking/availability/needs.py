"""What a piece of work asks of a workshop: minutes, mechanics with the skill, a bench, tools to borrow; its price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.timetable.models import Resource
from collective.workshops.models import Bench, Workshop

CARGO = "cargo"  # the bicycle that needs room
EBIKE_WORK = "ebike"  # the category of the catalogue for which brands certify mechanics
AT_THE_CUSTOMERS = frozenset({Bench.Kind.VAN.value})
ROOMY = frozenset({Bench.Kind.CARGO.value, Bench.Kind.LIFT.value})
ANY_STAND = ROOMY | {Bench.Kind.STAND.value}

MOST_INTERVENTIONS = 20
SHORTEST_LINE = 5  # minutes


class NothingToDo(BadInput):
    code = "no_interventions"
    message = _("Say what is to be repaired: at least one piece of work, and at most 20.")


class UnknownIntervention(BadInput):
    code = "unknown_intervention"
    message = _("The catalogue has no work called %(codes)s.")


class OffersOfAnother(BadInput):
    code = "offers_of_another_workshop"
    message = _("This workshop does not offer that work.")


@dataclass(frozen=True, slots=True)
class Need:
    """
    Any one resource of a kind, from `since` to `until` minutes after the start (before it, when negative).

    A mechanic must have the skill and, when one is named, the certification; a bench is of one of the kinds and is
    cleaned after `until`; a tool is of the kind (its primary key).
    """

    kind: str
    since: int
    until: int
    skill_level: int = 0
    certification: str = ""
    bench_kinds: frozenset[str] = frozenset()
    tool_kind: int | None = None


Plan = tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of the work: its minutes at this visit, the skill, and the certification if it asks for one."""

    minutes: int
    skill_level: int
    certification: str


@dataclass(frozen=True, slots=True)
class Work:
    """
    All that is to be done at one visit to one workshop. Prices are cents with VAT.

    `lines_minutes` has the minutes of each offer, in their order; `tool_kinds` the kinds of tools that the workshop
    borrows for it, as primary keys of ToolKind.
    """

    workshop: Workshop
    offers: tuple[Offer, ...]
    bike_type: str
    minutes: int
    skill_level: int
    bench_kinds: frozenset[str]
    labour_cents: int
    parts_cents: int
    lines_minutes: tuple[int, ...] = ()
    certification: str = ""
    tool_kinds: frozenset[int] = frozenset()

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(
            Line(minutes, offer.intervention.skill_level, self.certification if _is_ebike_work(offer) else "")
            for minutes, offer in zip(self.lines_minutes, self.offers, strict=True)
        )

    @property
    def asked_certification(self) -> str:
        """The certification the mechanic must have: only for work on what makes a bicycle electric."""
        return self.certification if any(_is_ebike_work(offer) for offer in self.offers) else ""

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The ways to do it, best first: all of a plan's needs are to be free at once."""
        workshop = self.workshop
        return _plans(
            minutes=self.minutes,
            before=workshop.buffer_before_minutes,
            after=workshop.buffer_minutes,
            skill_level=self.skill_level,
            certification=self.asked_certification,
            bench_kinds=self.bench_kinds,
            tool_kinds=self.tool_kinds,
            shared_lines=self.lines if self._may_be_shared else (),
        )

    @property
    def _may_be_shared(self) -> bool:
        """
        Two mechanics, where the workshop lets them and it never sold drop-off days.

        What may still be taken of a day that is sold so is judged for each mechanic alone, not for two at once.
        """
        workshop = self.workshop
        several = len(self.lines_minutes) > 1 and sum(self.lines_minutes) == self.minutes
        return workshop.two_mechanics and several and getattr(workshop, "drop_off", None) is None


@lru_cache(maxsize=4096)
def _plans(
    *,
    minutes: int,
    before: int,
    after: int,
    skill_level: int,
    certification: str,
    bench_kinds: frozenset[str],
    tool_kinds: frozenset[int],
    shared_lines: tuple[Line, ...],
) -> tuple[Plan, ...]:
    until = minutes + after
    things = (
        Need(Resource.Kind.BENCH, -before, until, bench_kinds=bench_kinds),
        *(Need(Resource.Kind.TOOL, 0, minutes, tool_kind=kind) for kind in sorted(tool_kinds)),
    )
    alone = (Need(Resource.Kind.MECHANIC, -before, until, skill_level, certification),)
    hardest_first = sorted(shared_lines, key=lambda line: (-line.skill_level, -line.minutes))
    pairs = [
        (
            _mechanic(hardest_first[:count], -before, 0),
            _mechanic(hardest_first[count:], _length(hardest_first[:count]), after),
        )
        for count in range(1, len(hardest_first))
    ]
    return tuple((*mechanics, *things) for mechanics in [alone, *pairs])


def _mechanic(lines: Sequence[Line], since: int, buffer: int) -> Need:
    """Ask for a mechanic for these lines, who begins `since` (a buffer, when negative) and has a buffer afterwards."""
    return Need(
        Resource.Kind.MECHANIC,
        since,
        max(since, 0) + _length(lines) + buffer,
        max(line.skill_level for line in lines),
        next((line.certification for line in lines if line.certification), ""),
    )


def _length(lines: Iterable[Line]) -> int:
    return sum(line.minutes for line in lines)


def work_at(*, workshop: Workshop, offers: Sequence[Offer], bike_type: str, certification: str = "") -> Work:
    """
    Sum up these offers of the workshop, whose `intervention` should be at hand.

    What the workshop does once a visit (set-up) counts once: in the longest of the lines.

    :raises NothingToDo: without offers, or with too many.
    :raises OffersOfAnother: when one is another workshop's.
    """
    if not 0 < len(offers) <= MOST_INTERVENTIONS:
        raise NothingToDo
    if any(offer.workshop_id != workshop.pk for offer in offers):
        raise OffersOfAnother
    in_order = tuple(sorted(offers, key=lambda offer: offer.pk))
    lines_minutes = share_setup([minutes_of(offer, bike_type) for offer in in_order], workshop.setup_minutes)
    return Work(
        workshop=workshop,
        offers=in_order,
        bike_type=bike_type,
        minutes=sum(lines_minutes),
        skill_level=max(offer.intervention.skill_level for offer in offers),
        bench_kinds=_bench_kinds(workshop, bike_type),
        labour_cents=sum(offer.labour_cents for offer in offers),
        parts_cents=sum(offer.parts_cents for offer in offers),
        lines_minutes=lines_minutes,
        certification=certification,
        tool_kinds=frozenset(offer.borrows_id for offer in offers if offer.borrows_id is not None),
    )


def minutes_of(offer: Offer, bike_type: str) -> int:
    """Give the minutes of an offer for a type of bicycle."""
    return int(offer.minutes_for.get(bike_type, offer.minutes)) if offer.minutes_for else offer.minutes


def share_setup(minutes: Sequence[int], setup: int) -> tuple[int, ...]:
    """Take the set-up off every line but the longest; no line falls under five minutes."""
    if len(minutes) == 1 or not setup:
        return tuple(minutes)
    whole = max(range(len(minutes)), key=lambda place: minutes[place])
    return tuple(line if place == whole else max(line - setup, SHORTEST_LINE) for place, line in enumerate(minutes))


def _is_ebike_work(offer: Offer) -> bool:
    return offer.intervention.category == EBIKE_WORK


def _bench_kinds(workshop: Workshop, bike_type: str) -> frozenset[str]:
    if workshop.is_itinerant:
        return AT_THE_CUSTOMERS
    return ROOMY if bike_type == CARGO else ANY_STAND


# What work and the lists of it show of an intervention; the rest of it is read when somebody asks.
OF_INTERVENTION = ("code", "category", "name_fr", "name_en", "skill_level", "wait", "retired_at")


def works_for(
    *, interventions: Sequence[str], bike_type: str, workshops: Iterable[Workshop], certification: str = ""
) -> dict[int, Work]:
    """
    Sum up this work at each workshop, by its id, in one query; one that does not offer all of it is left out.

    :raises NothingToDo: without interventions, or with too many.
    """
    codes = distinct(interventions)
    by_id = {workshop.pk: workshop for workshop in workshops}
    offers = Offer.objects.filter(
        intervention__code__in=codes,
        intervention__retired_at__isnull=True,
        workshop__in=by_id.keys(),
        withdrawn_at__isnull=True,
    )
    unused = [name for name in _names_of_intervention() if name not in OF_INTERVENTION]
    offered: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers.select_related("intervention").defer(*(f"intervention__{name}" for name in unused)):
        offer.workshop = by_id[offer.workshop_id]
        offered[offer.workshop_id].append(offer)
    return works_of(offered, interventions=codes, bike_type=bike_type, certification=certification)


def works_of(
    offered: Mapping[int, Sequence[Offer]], *, interventions: Collection[str], bike_type: str, certification: str = ""
) -> dict[int, Work]:
    """Sum up this work where all of it is offered; `offered` has no more than that, by workshop, each with its own."""
    count = len(set(interventions))
    return {
        pk: work_at(workshop=all_of_it[0].workshop, offers=all_of_it, bike_type=bike_type, certification=certification)
        for pk, all_of_it in offered.items()
        if len(all_of_it) == count
    }


@lru_cache(maxsize=1)
def _names_of_intervention() -> Mapping[str, None]:
    return {field.name: None for field in Intervention._meta.concrete_fields if not field.primary_key}


def check_interventions(interventions: Sequence[str]) -> None:
    """
    Let through the codes of today's catalogue.

    :raises NothingToDo: without any, or with too many.
    :raises UnknownIntervention: naming the codes that the catalogue does not have.
    """
    codes = distinct(interventions)
    known = set(Intervention.objects.current().filter(code__in=codes).values_list("code", flat=True))
    if unknown := sorted(codes - known):
        raise UnknownIntervention(codes=", ".join(code[:40] for code in unknown))


def distinct(interventions: Sequence[str]) -> set[str]:
    """:raises NothingToDo: without any, or with too many."""
    codes = set(interventions)
    if not 0 < len(codes) <= MOST_INTERVENTIONS:
        raise NothingToDo
    return codes
