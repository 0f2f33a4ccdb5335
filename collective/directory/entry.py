"""From a raw element of OpenStreetMap to a row of the directory, or the reason why there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # it is there, its stub forgets it

from collective.directory.models import DirectoryEntry

LONGEST_NAME = 200
LONGEST_HOURS = 2000
MOST_TAGS = 20_000  # letters of JSON
_SHOPS = frozenset({"bicycle", "bicycle_repair", "e-bike"})
_YES = frozenset({"yes", "only", "designated"})
_ASSOCIATIONS = {
    "office": frozenset({"association", "ngo"}),
    "amenity": frozenset({"community_centre", "social_centre"}),
    "operator:type": frozenset({"association", "community", "ngo", "cooperative"}),
}


class Reason(StrEnum):
    """Why an element is not taken."""

    UNREADABLE = "unreadable"
    BAD_ID = "bad_id"
    NO_TAGS = "no_tags"
    NO_BICYCLES = "nothing_about_bicycle_repair"
    NO_COORDINATES = "no_coordinates"
    BAD_COORDINATES = "bad_coordinates"
    NAME_TOO_LONG = "name_too_long"
    TOO_MANY_TAGS = "too_many_tags"
    TWICE = "twice_in_the_file"


class NotTakenError(Exception):
    """An element that is not taken, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Element:
    """An element as both formats have it; `lat` and `lon` are checked when the entry is made."""

    osm_type: str
    osm_id: int
    tags: Mapping[str, str]
    lat: Any
    lon: Any

    @property
    def osm(self) -> str:
        return f"{self.osm_type}/{self.osm_id}"


def read_element(raw: Any) -> Element:
    """
    Read a GeoJSON Feature or an Overpass element.

    :raises NotTakenError: when it is neither, or has no id of OpenStreetMap.
    """
    if not isinstance(raw, dict):
        raise NotTakenError(Reason.UNREADABLE)
    if raw.get("type") == "Feature":
        return _read_feature(raw)
    centre = raw.get("center")
    if not isinstance(centre, dict):
        centre = raw
    osm_type, osm_id = _read_id(raw.get("type"), raw.get("id"))
    return Element(osm_type, osm_id, _read_tags(raw.get("tags")), centre.get("lat"), centre.get("lon"))


def make_entry(element: Element, *, all_are_shops: bool = False) -> DirectoryEntry:
    """
    Make an unsaved row, without its moments.

    Hours that cannot be understood are kept as they are, with the reason; the row is taken all the same. What is longer
    than its column is left to `tags`, which holds everything.

    :raises NotTakenError: when it is no place about bicycles, is nowhere, or is absurdly long.
    """
    tags = element.tags
    if not tags and not all_are_shops:
        raise NotTakenError(Reason.NO_TAGS)
    kind = _kind(tags) or (DirectoryEntry.Kind.SHOP if all_are_shops else None)
    if kind is None:
        raise NotTakenError(Reason.NO_BICYCLES)
    if len(tags.get("name", "")) > LONGEST_NAME:
        raise NotTakenError(Reason.NAME_TOO_LONG)
    if len(json.dumps(dict(tags))) > MOST_TAGS:
        raise NotTakenError(Reason.TOO_MANY_TAGS)
    lat, lon = _read_point(element)
    hours, problem = read_hours(tags.get("opening_hours", ""))
    return DirectoryEntry(
        osm_type=element.osm_type,
        osm_id=element.osm_id,
        kind=kind,
        name=tags.get("name", ""),
        lat=lat,
        lon=lon,
        address=_short(" ".join(filter(None, (tags.get("addr:housenumber"), tags.get("addr:street")))), 300),
        postcode=_short(tags.get("addr:postcode", ""), 20),
        city=_short(tags.get("addr:city", ""), 120),
        phone=_short(_first(tags, "phone", "contact:phone", "mobile", "contact:mobile"), 200),
        email=_short(_first(tags, "email", "contact:email"), 254),
        website=_short(_web_address(_first(tags, "website", "contact:website", "url")), 500),
        repairs=_repairs(tags),
        hours=hours,
        hours_raw=tags.get("opening_hours", ""),
        hours_problem=problem,
        tags=dict(tags),
    )


def read_hours(raw: str) -> tuple[str, str]:
    """Give opening hours in canonical writing, or nothing and the reason why they are not understood."""
    if not raw:
        return "", ""
    if len(raw) > LONGEST_HOURS:
        return "", f"longer than {LONGEST_HOURS} letters"
    try:
        return str(OpeningHours(raw)), ""
    except (ParserError, ValueError) as problem:
        return "", " ".join(str(problem).split())[:200]


def _read_feature(raw: Mapping[str, Any]) -> Element:
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        raise NotTakenError(Reason.UNREADABLE)
    # As overpass turbo, osmtogeojson and osmium write the id, one after the other.
    found = raw.get("id") or properties.get("@id") or properties.get("id")
    if isinstance(found, str) and "/" in found:
        osm_type, osm_id = _read_id(*found.split("/", 1))
    else:
        osm_type, osm_id = _read_id(properties.get("@type") or properties.get("type"), found)
    nested = properties.get("tags")
    lat, lon = _middle(raw.get("geometry"))
    return Element(osm_type, osm_id, _read_tags(nested if isinstance(nested, dict) else properties), lat, lon)


def _read_id(osm_type: Any, osm_id: Any) -> tuple[str, int]:
    if osm_type not in DirectoryEntry.OsmType.values:
        raise NotTakenError(Reason.BAD_ID)
    text = str(osm_id)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63 and len(text) < 20):
        raise NotTakenError(Reason.BAD_ID)
    return osm_type, int(text)


def _read_tags(tags: Any) -> dict[str, str]:
    """Keep the tags that say something as text; what no database can hold (NUL, half a character) is replaced."""
    if not isinstance(tags, dict):
        return {}
    return {_clean(key): _clean(_as_text(value)) for key, value in tags.items() if value not in (None, "")}


def _as_text(value: Any) -> str:
    """Write numbers plainly, lists and the like as JSON."""
    plain = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
    return str(value) if plain else json.dumps(value, default=str, ensure_ascii=False)


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()


def _kind(tags: Mapping[str, str]) -> str | None:
    if tags.get("amenity") == "bicycle_repair_station" and "shop" not in tags:
        return DirectoryEntry.Kind.STATION
    repairs_or_helps = tags.get("service:bicycle:repair") in _YES or tags.get("service:bicycle:diy") in _YES
    is_association = "club" in tags or any(tags.get(key) in values for key, values in _ASSOCIATIONS.items())
    if tags.get("service:bicycle:diy") in _YES and is_association:
        return DirectoryEntry.Kind.COMMUNITY
    if tags.get("shop") in _SHOPS or tags.get("craft") == "bicycle_repair" or repairs_or_helps:
        return DirectoryEntry.Kind.SHOP
    return None


def _repairs(tags: Mapping[str, str]) -> bool | None:
    if tags.get("service:bicycle:repair") in _YES or tags.get("craft") == "bicycle_repair":
        return True
    return False if tags.get("service:bicycle:repair") == "no" else None


def _read_point(element: Element) -> tuple[float, float]:
    if element.lat is None or element.lon is None:
        raise NotTakenError(Reason.NO_COORDINATES)
    try:
        lat, lon = float(element.lat), float(element.lon)
    except (TypeError, ValueError, OverflowError):
        raise NotTakenError(Reason.BAD_COORDINATES) from None
    is_on_earth = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    if not is_on_earth or lat == lon == 0:  # 0, 0 is what programs write for "nowhere"
        raise NotTakenError(Reason.BAD_COORDINATES)
    return round(lat, 7), round(lon, 7)  # as OpenStreetMap itself


def _middle(geometry: Any) -> tuple[Any, Any]:
    """Give the latitude and longitude of a point, or of the middle of the box around a line or an area."""
    if not isinstance(geometry, dict):
        return None, None
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point":
        if isinstance(coordinates, list) and len(coordinates) >= 2:
            return coordinates[1], coordinates[0]
        return None, None
    points = list(_points(coordinates))
    if not points:
        return None, None
    lats, lons = [lat for _lon, lat in points], [lon for lon, _lat in points]
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _points(coordinates: Any, depth: int = 0) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list) or depth > 4:
        return
    if len(coordinates) >= 2 and not any(isinstance(part, (list, dict, str, type(None))) for part in coordinates[:2]):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part, depth + 1)


def _first(tags: Mapping[str, str], *keys: str) -> str:
    return next((tags[key] for key in keys if tags.get(key)), "")


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else ""


def _web_address(text: str) -> str:
    """Let through what a browser may open; a bare host gets its scheme, "javascript:" and the like stay in the tags."""
    if text.startswith(("http://", "https://")):
        return text
    return f"https://{text}" if "." in text and ":" not in text and " " not in text else ""
