"""Where a mechanic comes: a point with the name of its place, and the address that must lie there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.appointments.contact import LONGEST_ADDRESS, TooLong
from booking.appointments.models import Appointment, Hold
from booking.availability.asked import BadPlace
from collective.places.distance import bounding_box, distance_km
from collective.places.find import UnknownPlace, resolve_place
from collective.places.models import Commune, CommunePostcode
from collective.places.place import Place, place_of_commune
from collective.places.point import Point

LONGEST_NAME = 120
NEIGHBOURS_WITHIN_KM = 20
NEIGHBOURS = 3  # communes around a position: the boundaries are not known, so near one a neighbour's code is right
POSTCODE = re.compile(r"\b\d{5}\b")


class WhereMissing(BadInput):
    code = "where_missing"
    message = _("This mechanic comes to you. Search from your town or your position first: the way there takes time.")


class AddressElsewhere(BadInput):
    code = "address_elsewhere"
    message = _(
        "This time was found for %(place)s, and this address is in %(postcode)s: the way there takes another time."
        " Correct the address, or give the slot back and search from there."
    )


@dataclass(frozen=True, slots=True)
class Where:
    """A point, and the name of the place as people write it in an address: "59000 Lille"."""

    point: Point
    name: str


def where_named(query: str) -> Where:
    """
    Find the place that this names.

    :raises UnknownPlace: when none or several do.
    """
    place = resolve_place(query)
    return Where(Point(place.lat, place.lon), _written(place))


def where_at(lat: float, lon: float) -> Where:
    """
    Give a position the name of the commune around it; far from any it has none.

    :raises BadPlace: when it is not on Earth.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadPlace
    point = Point(lat, lon)
    commune = Commune.objects.filter(pk=point.commune).first() if point.commune else None
    return Where(point, _written(place_of_commune(commune)) if commune else "")


def where_of(booked: Hold | Appointment) -> Point | None:
    """Return the point to which the mechanic comes, if one does."""
    if booked.lat is None or booked.lon is None:
        return None
    return Point(booked.lat, booked.lon)


def read_address(address: str, *, hold: Hold) -> str:
    """
    Return the address with the place it was held for, when it names none itself.

    :raises AddressElsewhere: when its postcode is another place's.
    :raises TooLong: when both together are.
    """
    point = where_of(hold)
    if point is None or not hold.place:
        return address
    if codes := POSTCODE.findall(address):
        if codes[-1] not in _postcodes_of(hold.place, point):
            raise AddressElsewhere(place=hold.place, postcode=codes[-1], field="address")
        return address
    whole = f"{address}, {hold.place}"
    if len(whole) > LONGEST_ADDRESS:
        raise TooLong(field="address", most=LONGEST_ADDRESS - len(hold.place) - 2)
    return whole


def _written(place: Place) -> str:
    return f"{place.postcode} {place.name}".strip()[:LONGEST_NAME]


def _postcodes_of(name: str, point: Point) -> set[str]:
    """All the postcodes of the place that was named; of a position, those of the communes around it."""
    try:
        place = resolve_place(name)
    except UnknownPlace:
        place = None
    if place is None or (place.lat, place.lon) != (point.lat, point.lon):
        return _codes_of(_communes_around(point))
    return {place.postcode} if place.commune else _codes_of([place.insee]) | {place.postcode}


def _codes_of(communes: Iterable[str]) -> set[str]:
    return set(CommunePostcode.objects.filter(commune__in=communes).values_list("code", flat=True))


def _communes_around(point: Point) -> list[str]:
    box = bounding_box(point.lat, point.lon, NEIGHBOURS_WITHIN_KM)
    near = Commune.objects.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    centres = [(place_of_commune(commune), commune.insee) for commune in near]
    return [insee for _place, insee in sorted(centres, key=lambda centre: distance_km(point, centre[0]))[:NEIGHBOURS]]
