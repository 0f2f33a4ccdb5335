"""What a slot was found for: the search that its page carries along, read again when the slot is taken."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

from booking.appointments.models import BikeType
from booking.appointments.where import Where, where_at, where_named
from booking.diagnosis.models import Diagnosis

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


def carried(
    query: QueryDict, *, codes: Iterable[str], bike: str, diagnosis: Diagnosis | None
) -> list[tuple[str, object]]:
    """Return the hidden fields of a form that takes a slot of this search; which workshop's, each form says itself."""
    told = [("d", diagnosis.token)] if diagnosis else []
    return [("velo", bike), *(("i", code) for code in codes), *told, ("retour", query.urlencode())]
