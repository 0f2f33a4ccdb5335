"""What a piece of work asks of a workshop: minutes, a mechanic with the skill, a bench of the right kind; its price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.timetable.ticks import ticks_of
from collective.workshops.models import Bench, Workshop

CARGO = "cargo"  # the bicycle that needs room
AT_THE_CUSTOMERS = frozenset({Bench.Kind.VAN.value})
ROOMY = frozenset({Bench.Kind.CARGO.value, Bench.Kind.LIFT.value})
ANY_STAND = ROOMY | {Bench.Kind.STAND.value}

MOST_INTERVENTIONS = 20


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
class Work:
    """All that is to be done at one visit to one workshop. Prices are cents with VAT."""

    workshop: Workshop
    offers: tuple[Offer, ...]
    bike_type: str
    minutes: int
    skill_level: int
    bench_kinds: frozenset[str]
    labour_cents: int
    parts_cents: int

    @property
    def total_cents(self) -> int:
        return self.labour_cents + self.parts_cents

    @property
    def run(self) -> int:
        """The free ticks it takes: its minutes, then the workshop's buffer."""
        return ticks_of(self.minutes + self.workshop.buffer_minutes)


def work_at(*, workshop: Workshop, offers: Sequence[Offer], bike_type: str) -> Work:
    """
    Sum up these offers of the workshop, whose `intervention` should be at hand.

    :raises NothingToDo: without offers, or with too many.
    :raises OffersOfAnother: when one is another workshop's.
    """
    if not 0 < len(offers) <= MOST_INTERVENTIONS:
        raise NothingToDo
    if any(offer.workshop_id != workshop.pk for offer in offers):
        raise OffersOfAnother
    return Work(
        workshop=workshop,
        offers=tuple(sorted(offers, key=lambda offer: offer.pk)),
        bike_type=bike_type,
        minutes=sum(offer.minutes for offer in offers),
        skill_level=max(offer.intervention.skill_level for offer in offers),
        bench_kinds=_bench_kinds(workshop, bike_type),
        labour_cents=sum(offer.labour_cents for offer in offers),
        parts_cents=sum(offer.parts_cents for offer in offers),
    )


def _bench_kinds(workshop: Workshop, bike_type: str) -> frozenset[str]:
    if workshop.is_itinerant:
        return AT_THE_CUSTOMERS
    return ROOMY if bike_type == CARGO else ANY_STAND


def works_for(*, interventions: Sequence[str], bike_type: str, workshops: Iterable[Workshop]) -> dict[int, Work]:
    """
    Sum up this work at each workshop, by its id; one that does not offer all of it is left out.

    :raises NothingToDo: without interventions, or with too many.
    """
    codes = _distinct(interventions)
    by_id = {workshop.pk: workshop for workshop in workshops}
    offers = Offer.objects.filter(intervention__code__in=codes, workshop__in=by_id, withdrawn_at__isnull=True)
    offered: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers.select_related("intervention"):
        offered[offer.workshop_id].append(offer)
    return {
        pk: work_at(workshop=by_id[pk], offers=all_of_it, bike_type=bike_type)
        for pk, all_of_it in offered.items()
        if len(all_of_it) == len(codes)
    }


def check_interventions(interventions: Sequence[str]) -> None:
    """
    Let through the codes of today's catalogue.

    :raises NothingToDo: without any, or with too many.
    :raises UnknownIntervention: naming the codes that the catalogue does not have.
    """
    codes = _distinct(interventions)
    known = set(Intervention.objects.current().filter(code__in=codes).values_list("code", flat=True))
    if unknown := sorted(codes - known):
        raise UnknownIntervention(codes=", ".join(code[:40] for code in unknown))


def _distinct(interventions: Sequence[str]) -> set[str]:
    codes = set(interventions)
    if not 0 < len(codes) <= MOST_INTERVENTIONS:
        raise NothingToDo
    return codes
