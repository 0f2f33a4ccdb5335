"""A plain map when there are no tiles: each commune as the ground nearer to its centre than to any other's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from collective.places.distance import bounding_box
from collective.places.models import Commune

Point = tuple[float, float]  # longitude, latitude in degrees
MOST_COMMUNES = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A commune with a ring of (longitude, latitude) points around its centre, closed."""

    name: str
    ring: tuple[Point, ...]


def outline_around(lat: float, lon: float, *, km: float) -> list[Cell]:
    """
    Draw the most populous communes around a point as the cells of a Voronoi diagram (G. Voronoi, 1908).

    It is no boundary: the true ones are not in the data of the repository. It says which town one is near, offline.
    """
    box = bounding_box(lat, lon, km)
    inside = Commune.objects.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    communes = list(inside.exclude(kind=Commune.Kind.ARRONDISSEMENT).order_by("-population")[:MOST_COMMUNES])
    frame = [(box.west, box.south), (box.east, box.south), (box.east, box.north), (box.west, box.north)]
    narrow = cos(radians(lat))  # a degree of longitude is that much shorter than one of latitude
    centres = [(commune.lon or 0.0, commune.lat or 0.0) for commune in communes]
    return [
        Cell(commune.name, tuple(ring + ring[:1]))
        for commune, centre in zip(communes, centres, strict=True)
        if len(ring := _cell(centre, centres, frame, narrow)) > 2
    ]


def _cell(centre: Point, centres: Sequence[Point], frame: list[Point], narrow: float) -> list[Point]:
    ring = frame
    for other in centres:
        if other != centre:
            ring = _nearer(ring, centre, other, narrow)
    return [(round(x, 4), round(y, 4)) for x, y in ring]


def _nearer(ring: list[Point], centre: Point, other: Point, narrow: float) -> list[Point]:
    """Clip a convex ring to the half-plane nearer to `centre` (I. Sutherland and G. Hodgman, 1974)."""

    def side(point: Point) -> float:
        """How much farther from the other centre than from this one, in squares; positive is kept."""
        return _square(point, other, narrow) - _square(point, centre, narrow)

    kept: list[Point] = []
    for start, end in zip(ring, ring[1:] + ring[:1], strict=True):
        before, after = side(start), side(end)
        if before >= 0:
            kept.append(start)
        if (before >= 0) != (after >= 0):
            share = before / (before - after)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return kept


def _square(a: Point, b: Point, narrow: float) -> float:
    return ((a[0] - b[0]) * narrow) ** 2 + (a[1] - b[1]) ** 2
