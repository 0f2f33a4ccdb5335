"""Where somebody is: a point, and the commune around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from collective.places.distance import bounding_box, distance_km
from collective.places.models import Commune
from collective.places.place import place_of_commune

# A commune is at most so far from the point of whoever lives in it (Arles, the widest, reaches 40 km from its own).
WIDEST_COMMUNE_KM = 45
# Three cities are divided: whoever is in an arrondissement is in the city. INSEE codes.
CITIES = {"751": "75056", "6938": "69123", "132": "13055"}


@dataclass(frozen=True)
class Point:
    """A point in decimal degrees."""

    lat: float
    lon: float

    @cached_property
    def commune(self) -> str:
        """
        The INSEE code of the commune, or arrondissement, whose centre is nearest; "" when none is near.

        The boundaries are not in the data of the repository: near one, the neighbour may be meant. One query, once.
        """
        box = bounding_box(self.lat, self.lon, WIDEST_COMMUNE_KM)
        near = Commune.objects.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
        centres = map(place_of_commune, near.exclude(pk__in=CITIES.values()))
        nearest = min(centres, key=lambda centre: distance_km(self, centre), default=None)
        return nearest.insee if nearest else ""


def city_of(insee: str) -> str:
    """Give the city of an arrondissement's code; of any other commune its own."""
    return next((city for beginning, city in CITIES.items() if insee.startswith(beginning)), insee)
