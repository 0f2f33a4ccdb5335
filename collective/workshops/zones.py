"""Where a workshop that comes to people comes: around its door, in some communes, or inside an area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.places.distance import distance_km
from collective.places.point import Point, city_of
from collective.workshops.models import Workshop

FEWEST_CORNERS, MOST_CORNERS = 3, 200
Corner = tuple[float, float]  # latitude, longitude in degrees
Side = tuple[Corner, Corner]


class BadArea(BadInput):
    code = "bad_area"
    message = _("This area cannot be read: it needs 3 to 200 corners, each a latitude and a longitude.")


class AreaCrossesItself(BadArea):
    code = "area_crosses_itself"
    message = _("The sides of this area cross each other. Draw its corners in order, once around.")


def serves(workshop: Workshop, point: Point) -> bool:
    """Tell whether the workshop comes to this point: inside its area, else to its communes, else within its radius."""
    if workshop.served_area:
        return is_inside(point, workshop.served_area)
    if workshop.served_communes:
        commune = point.commune
        return commune in workshop.served_communes or city_of(commune) in workshop.served_communes
    return distance_km(point, workshop) <= (workshop.served_km or 0)


def is_inside(point: Point, corners: Sequence[Sequence[float]]) -> bool:
    """
    Tell whether the point lies in the area: a line from it to the east crosses its sides an odd number of times.

    On the plane of degrees, which is straight enough for an area that a van serves.
    (M. Shimrat, Algorithm 112: Position of point relative to polygon, Communications of the ACM 5, 1962)
    """
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in _sides([(corner[0], corner[1]) for corner in corners]):
        if (lat_a > point.lat) != (lat_b > point.lat):
            crossing = lon_a + (point.lat - lat_a) * (lon_b - lon_a) / (lat_b - lat_a)
            inside ^= point.lon < crossing
    return inside


def check_area(corners: Sequence[Any]) -> list[list[float]]:
    """
    Let the corners of an area through: [latitude, longitude] in degrees, in order around it, the last not repeated.

    :raises BadArea: for fewer than 3 or more than 200 corners, what is no corner, or two at the same point.
    :raises AreaCrossesItself: when two sides cross, touch or run over each other.
    """
    if not isinstance(corners, Sequence) or not FEWEST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise BadArea
    points = [_read_corner(corner) for corner in corners]
    if len(set(points)) < len(points):
        raise BadArea
    sides = list(_sides(points))
    for place, side in enumerate(sides):
        after = sides[(place + 1) % len(sides)]
        if _turns_back(side, after) or any(
            _cross(side, other) for other in sides[place + 2 : len(sides) - (not place)]
        ):
            raise AreaCrossesItself
    return [list(point) for point in points]


def _read_corner(corner: Any) -> Corner:
    """:raises BadArea: for what is no point on Earth."""
    if not isinstance(corner, Sequence) or isinstance(corner, str) or len(corner) != 2:
        raise BadArea
    if any(isinstance(degrees, bool) or not isinstance(degrees, int | float) for degrees in corner):
        raise BadArea
    lat, lon = corner
    if not (isfinite(lat) and isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadArea
    return float(lat), float(lon)


def _sides(corners: Sequence[Corner]) -> Iterator[Side]:
    return zip(corners, [*corners[1:], corners[0]], strict=True)


def _turns_back(side: Side, after: Side) -> bool:
    """Tell whether the side after this one runs back over it."""
    (a, b), (_b, c) = side, after
    same_way = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and same_way < 0


def _cross(one: Side, other: Side) -> bool:
    """Tell whether two sides have a point in common."""
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    return any(
        turn == 0 and _is_between(point, side)
        for turn, point, side in zip(turns, (c, d, a, b), (one, one, other, other), strict=True)
    )


def _turn(a: Corner, b: Corner, c: Corner) -> int:
    """Tell the way one turns at `b` from `a` to `c`: 1, -1, or 0 for straight on."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _is_between(point: Corner, side: Side) -> bool:
    (lat_a, lon_a), (lat_b, lon_b) = side
    return min(lat_a, lat_b) <= point[0] <= max(lat_a, lat_b) and min(lon_a, lon_b) <= point[1] <= max(lon_a, lon_b)
