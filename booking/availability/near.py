"""The workshops that a person at a point can use: those they can ride to, and those that come to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from collective.places.distance import Box, bounding_box, distance_km
from collective.places.point import Point
from collective.workshops.models import Workshop
from collective.workshops.zones import serves

__all__ = ["Near", "Point", "Wishes", "fitting", "workshops_near"]

FARTHEST_SERVED_KM = 100  # no van looks for customers beyond: bounds the search for those that come


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
    """The workshops that serve a point, each with its distance in km; and those as near that do not come there."""

    serving: list[tuple[Workshop, float]] = field(default_factory=list)
    elsewhere: list[Workshop] = field(default_factory=list)


def workshops_near(point: Point, *, radius_km: float) -> Near:
    """
    Give the open workshops with their distance in km: one query on the bounding boxes, then measured.

    The radius is how far the person goes. A workshop that comes to people is there when they live in the area it
    serves, however far its own door. (One more query when an area is named by its communes.)
    """
    rides = _in_box(bounding_box(point.lat, point.lon, radius_km)) & ~Q(kind=Workshop.Kind.ITINERANT)
    comes = _in_box(bounding_box(point.lat, point.lon, FARTHEST_SERVED_KM)) & Q(kind=Workshop.Kind.ITINERANT)
    near = Near()
    for workshop in Workshop.objects.open_to_all().filter(rides | comes).select_related("drop_off").order_by("pk"):
        km = distance_km(point, workshop)
        if serves(workshop, point) if workshop.is_itinerant else km <= radius_km:
            near.serving.append((workshop, km))
        elif km <= radius_km:
            near.elsewhere.append(workshop)
    return near


def _in_box(box: Box) -> Q:
    return Q(lat__range=(box.south, box.north), lon__range=(box.west, box.east))


def fitting(near: Sequence[tuple[Workshop, float]], wishes: Wishes) -> list[tuple[Workshop, float]]:
    return [(workshop, km) for workshop, km in near if wishes.fit(workshop)]
