"""The workshops that a person at a point can use: those they can ride to, and those that come to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import Any

from django.db import connection

from backend.lib.columns import Columns
from booking.availability.needs import OF_INTERVENTION
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.places.distance import bounding_box, distance_km
from collective.places.point import Point
from collective.workshops.models import DropOffTerms, Workshop
from collective.workshops.zones import serves

__all__ = ["Near", "Point", "Wishes", "fitting", "workshops_near"]

FARTHEST_SERVED_KM = 100  # no van looks for customers beyond: bounds the search for those that come

# Written out, because to have it built takes longer than to have it answered: `Workshop.objects.open_to_all()` within
# two boxes, each with its offers of the work asked that are on sale, a row an offer.
NEAR = """
    SELECT {workshop}, {terms}, {offer}, {intervention}
    FROM collective_workshop w
    LEFT JOIN collective_dropoffterms d ON d.workshop_id = w.id
    LEFT JOIN booking_offer o ON o.workshop_id = w.id AND o.withdrawn_at IS NULL AND o.intervention_id IN (
        SELECT id FROM booking_intervention WHERE code IN ({codes}) AND retired_at IS NULL
    )
    LEFT JOIN booking_intervention i ON i.id = o.intervention_id
    WHERE w.accepted_at IS NOT NULL AND w.closed_at IS NULL AND (
        w.kind <> 'itinerant' AND w.lat BETWEEN %s AND %s AND w.lon BETWEEN %s AND %s
        OR w.kind = 'itinerant' AND w.lat BETWEEN %s AND %s AND w.lon BETWEEN %s AND %s
    )
    ORDER BY w.id
"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the workshop must be or have; nothing asked lets all through."""

    kinds: frozenset[str] = frozenset()
    ebike_certified: bool = False
    cargo: bool = False
    step_free: bool = False
    solidarity: bool = False

    def fit(self, workshop: Workshop) -> bool:
        return (
            (not self.kinds or workshop.kind in self.kinds)
            and (not self.ebike_certified or workshop.ebike_certified)
            and (not self.cargo or workshop.cargo_stand)
            and (not self.step_free or workshop.step_free)
            and (not self.solidarity or workshop.solidarity_price)
        )


@dataclass(slots=True)
class Near:
    """
    The workshops that serve a point, each with its distance in km; and those as near that do not come there.

    `offers` are what they offer of the work asked, by workshop.
    """

    serving: list[tuple[Workshop, float]] = field(default_factory=list)
    elsewhere: list[Workshop] = field(default_factory=list)
    offers: dict[int, list[Offer]] = field(default_factory=dict)


def workshops_near(point: Point, *, radius_km: float, interventions: Collection[str]) -> Near:
    """
    Give the open workshops with their distance in km, and their offers: one query on boxes, then measured.

    The radius is how far the person goes. A workshop that comes to people is there when they live in the area it
    serves, however far its own door. (One more query when an area is named by its communes.)
    """
    near = Near()
    for workshop, offers in _in_boxes(point, radius_km, interventions):
        km = distance_km(point, workshop)
        if serves(workshop, point) if workshop.is_itinerant else km <= radius_km:
            near.serving.append((workshop, km))
            near.offers[workshop.pk] = offers
        elif km <= radius_km:
            near.elsewhere.append(workshop)
    return near


def _in_boxes(point: Point, radius_km: float, codes: Collection[str]) -> Iterator[tuple[Workshop, list[Offer]]]:
    """Give the workshops that may be near, by id, with their drop-off terms and offers at hand."""
    parts = _parts()
    sql = NEAR.format(codes=", ".join(["%s"] * len(codes)), **{name: part.sql for name, part in parts.items()})
    with connection.cursor() as cursor:
        cursor.execute(sql, [*codes, *_sides(point, radius_km), *_sides(point, FARTHEST_SERVED_KM)])
        rows = cursor.fetchall()
    make = {name: part.maker() for name, part in parts.items()}
    make["intervention"] = lru_cache(make["intervention"])  # one for all who offer it
    spans = list(pairwise(accumulate(map(len, parts.values()), initial=0)))
    for _pk, group in groupby(rows, key=itemgetter(0)):
        cut = [[row[since:until] for since, until in spans] for row in group]
        of_workshop, of_terms, *_offer = cut[0]
        workshop = make["workshop"](of_workshop)
        _remember_terms(workshop, make["terms"](of_terms) if of_terms[0] is not None else None)
        offers = []
        for *_workshop, of_offer, of_intervention in cut:
            if of_offer[0] is not None:
                offer = make["offer"](of_offer)
                offer.workshop, offer.intervention = workshop, make["intervention"](of_intervention)
                offers.append(offer)
        yield workshop, offers


@lru_cache(maxsize=1)
def _parts() -> dict[str, Columns[Any]]:
    """Give what a row of NEAR has, in its order."""
    return {
        "workshop": Columns(Workshop, "w"),
        "terms": Columns(DropOffTerms, "d"),
        "offer": Columns(Offer, "o"),
        "intervention": Columns(Intervention, "i", only=OF_INTERVENTION),
    }


def _remember_terms(workshop: Workshop, terms: DropOffTerms | None) -> None:
    """Let the workshop know its terms, or that it has none, without a query."""
    relation: Any = Workshop._meta.get_field("drop_off")
    relation.set_cached_value(workshop, terms)
    if terms is not None:
        terms.workshop = workshop


def _sides(point: Point, km: float) -> tuple[float, float, float, float]:
    box = bounding_box(point.lat, point.lon, km)
    return box.south, box.north, box.west, box.east


def fitting(near: Sequence[tuple[Workshop, float]], wishes: Wishes) -> list[tuple[Workshop, float]]:
    return [(workshop, km) for workshop, km in near if wishes.fit(workshop)]
