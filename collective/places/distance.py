"""Distances on the ground between points in decimal degrees (WGS 84)."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, pi, radians, sin, sqrt
from typing import Protocol

# Mean radius R1 of the GRS 80 ellipsoid (H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74, 2000).
EARTH_RADIUS_KM = 6371.0088


class Located(Protocol):
    """Anything with a point: a Place, a Commune, a Workshop."""

    @property
    def lat(self) -> float: ...

    @property
    def lon(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Box:
    """The area between two parallels and two meridians, in degrees; west <= east always."""

    south: float
    west: float
    north: float
    east: float


def distance_km(a: Located, b: Located) -> float:
    """
    Give the great-circle distance in km, by the haversine formula.

    The Earth is taken as a sphere: up to 0.5 % off, which is less than what any road adds.
    (R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984)
    """
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    haversine = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))


def bounding_box(lat: float, lon: float, km: float) -> Box:
    """
    Give the smallest box that holds every point at most `km` from a point, to search by index before measuring.

    Meridians draw closer away from the equator, and the widest point of the circle is not at its centre's latitude:
    its half width is asin(sin(r) / cos(lat)). Where the circle holds a pole or crosses the antimeridian,
    the box takes every longitude.
    (J. P. Matuschek, Finding Points Within a Distance of a Latitude/Longitude Using Bounding Coordinates)

    :raises ValueError: for a negative distance.
    """
    if km < 0:
        raise ValueError("A distance cannot be negative.")
    angle = km / EARTH_RADIUS_KM
    south, north = radians(lat) - angle, radians(lat) + angle
    if south <= -pi / 2 or north >= pi / 2:
        return Box(max(degrees(south), -90.0), -180.0, min(degrees(north), 90.0), 180.0)
    half_width = degrees(asin(sin(angle) / cos(radians(lat))))
    west, east = lon - half_width, lon + half_width
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return Box(degrees(south), west, degrees(north), east)
