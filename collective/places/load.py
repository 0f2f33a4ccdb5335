"""Bring the communes, their postcodes and their parts from the repository's files into the database."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.db import models, transaction

from collective.places.fold import fold_name
from collective.places.models import Commune, CommuneAlias, CommunePostcode

DATA = Path(__file__).parent / "data"
# These three are cut into arrondissements: no postcode of theirs is more the city's than another.
CITIES_OF_ARRONDISSEMENTS = frozenset({"13055", "69123", "75056"})
Row = TypeVar("Row")
_COMMUNE_FIELDS = ["name", "key", "kind", "department", "region", "population", "postcode", "lat", "lon"]


class PlacesFileError(Exception):
    """A data file has a line that cannot be read: nothing was loaded."""


@dataclass
class PlacesReport:
    """How many rows were added, changed, left alone and removed, by kind; `kept` are communes that left the file."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def load_places(
    *, communes: Path = DATA / "communes_fr.csv.gz", aliases: Path = DATA / "aliases_fr.csv.gz"
) -> PlacesReport:
    """
    Make the database say what the files say, touching only the rows that differ.

    A commune that left the file (merged into another) is kept, since workshops may point to it, and named in the
    report; postcodes and parts, to which nothing points, go with their line.

    :raises PlacesFileError: for a line that cannot be read, with its number; then nothing is changed.
    """
    report = PlacesReport()
    read = list(_read(communes, _read_commune))
    _match_communes([commune for commune, _codes in read], report)
    postcodes = [CommunePostcode(code=code, commune=commune) for commune, codes in read for code in codes]
    report.counts["postcodes"] = _match(CommunePostcode, postcodes, ["code", "commune_id"])
    by_insee = {commune.pk: commune for commune, _codes in read}
    parts = list(_read(aliases, lambda row: _read_alias(row, by_insee)))
    fields = ["name", "key", "commune_id", "postcode", "lat", "lon", "source"]
    report.counts["aliases"] = _match(CommuneAlias, parts, fields)
    return report


def main_postcode(insee: str, codes: list[str]) -> str:
    """
    Give the postcode people know the commune by: the roundest, the lowest among equals.

    Lille has 59000, 59160, 59260, 59777 and 59800, Villeneuve-d'Ascq 59491, 59493 and 59650: large receivers and
    former communes have the crooked ones.
    """
    if insee in CITIES_OF_ARRONDISSEMENTS:
        return min(codes)
    return min(codes, key=lambda code: (len(code.rstrip("0")), code), default="")


def _read(path: Path, make: Callable[[dict[str, str]], Row]) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        try:
            for row in lines:
                yield make(row)
        except (KeyError, ValueError, EOFError, OSError) as broken:
            reason = f"nothing is called {broken}" if isinstance(broken, KeyError) else str(broken)
            raise PlacesFileError(f"{path.name}, line {lines.line_num}: {reason}") from broken


def _read_commune(row: dict[str, str]) -> tuple[Commune, list[str]]:
    codes = row["postcodes"].split()
    commune = Commune(
        insee=row["insee"],
        name=row["name"],
        key=fold_name(row["name"]),
        kind=Commune.Kind(row["kind"]),
        department=row["department"],
        region=row["region"],
        population=int(row["population"] or 0),
        postcode=main_postcode(row["insee"], codes),
        lat=_degrees(row["lat"], 90),
        lon=_degrees(row["lon"], 180),
    )
    return commune, codes


def _read_alias(row: dict[str, str], communes: dict[str, Commune]) -> CommuneAlias:
    return CommuneAlias(
        name=row["name"],
        key=fold_name(row["name"]),
        commune=communes[row["insee"]],
        postcode=row["postcode"],
        lat=_degrees(row["lat"], 90),
        lon=_degrees(row["lon"], 180),
        source=f"{row['kind']}, {row['coord_source']}",
    )


def _degrees(text: str, most: int) -> float | None:
    if not text:
        return None
    degrees = float(text)
    if not -most <= degrees <= most:  # NaN fails too
        raise ValueError(f"{text} is no coordinate")
    return degrees


def _match_communes(communes: list[Commune], report: PlacesReport) -> None:
    before = {row[0]: row[1:] for row in Commune.objects.values_list("insee", *_COMMUNE_FIELDS)}
    now = {commune.pk: tuple(getattr(commune, name) for name in _COMMUNE_FIELDS) for commune in communes}
    added = [commune for commune in communes if commune.pk not in before]
    changed = [commune for commune in communes if commune.pk in before and before[commune.pk] != now[commune.pk]]
    Commune.objects.bulk_create(added)
    Commune.objects.bulk_update(changed, _COMMUNE_FIELDS, batch_size=500)
    report.kept = sorted(before.keys() - now.keys())
    unchanged = len(communes) - len(added) - len(changed)
    report.counts["communes"] = {"added": len(added), "changed": len(changed), "unchanged": unchanged, "removed": 0}


def _match(model: type[models.Model], rows: Iterable[models.Model], fields: list[str]) -> dict[str, int]:
    """Remove the rows that are not among these, add those that are missing; a row is what its fields say."""
    wanted = {tuple(getattr(row, name) for name in fields): row for row in rows}
    present: dict[tuple[Any, ...], int] = {row[1:]: row[0] for row in model._default_manager.values_list("pk", *fields)}
    gone = [pk for values, pk in present.items() if values not in wanted]
    added = [row for values, row in wanted.items() if values not in present]
    for start in range(0, len(gone), 500):
        model._default_manager.filter(pk__in=gone[start : start + 500]).delete()
    model._default_manager.bulk_create(added)
    return {"added": len(added), "changed": 0, "unchanged": len(wanted) - len(added), "removed": len(gone)}
