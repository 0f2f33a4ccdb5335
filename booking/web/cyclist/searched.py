"""What a slot was found for: the search that its page carries along, read again when the slot is taken."""

from __future__ import annotations

from django.http import QueryDict

from booking.appointments.models import BikeType
from booking.appointments.where import Where, where_at, where_named

LONGEST_BRAND = 20


def read_where(query: QueryDict) -> Where | None:
    """
    Return the place of a search, by its name or its position; None when the whole collective was searched.

    :raises UnknownPlace: when no place has that name.
    :raises BadPlace: when the position is not on Earth.
    """
    if name := query.get("lieu", "").strip():
        return where_named(name)
    try:
        return where_at(float(query["lat"]), float(query["lon"]))
    except (KeyError, ValueError):
        return None


def read_brand(query: QueryDict, *, bike_type: str) -> str:
    """Return the brand of motor that the mechanic must know: asked of e-bikes only."""
    return query.get("marque", "")[:LONGEST_BRAND] if bike_type == BikeType.EBIKE else ""
