"""What work costs and how long it takes, as ranges over the workshops that offer it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from booking.services.offers import Offer


@dataclass(frozen=True, slots=True)
class Range:
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Ranges:
    """Over `workshops` workshops: minutes, and cents with VAT of labour, of parts and of both together."""

    minutes: Range
    labour_cents: Range
    parts_cents: Range
    total_cents: Range
    workshops: int


def ranges_over(offers: Iterable[Offer], *, interventions: Collection[str]) -> Ranges | None:
    """
    Give the ranges of doing all of these interventions in one workshop, or None when no workshop offers them all.

    `offers` come with their intervention. What each workshop asks for the whole is added up first, so that both ends of
    every range can really be had; the total has its own, since the cheapest labour and the cheapest parts need not be
    found in one place.
    """
    wanted = set(interventions)
    by_workshop: dict[int, dict[str, Offer]] = defaultdict(dict)
    for offer in offers:
        if offer.intervention.code in wanted:
            by_workshop[offer.workshop_id][offer.intervention.code] = offer
    wholes = [list(found.values()) for found in by_workshop.values() if found.keys() == wanted]
    if not wholes or not wanted:
        return None
    minutes = [sum(offer.minutes for offer in whole) for whole in wholes]
    labour = [sum(offer.labour_cents for offer in whole) for whole in wholes]
    parts = [sum(offer.parts_cents for offer in whole) for whole in wholes]
    totals = [both[0] + both[1] for both in zip(labour, parts, strict=True)]
    return Ranges(_range(minutes), _range(labour), _range(parts), _range(totals), workshops=len(wholes))


def _range(values: list[int]) -> Range:
    return Range(min(values), max(values))
