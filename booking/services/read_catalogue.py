"""Read the catalogue's files, line by line, into what the database keeps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.lib.datafile import Spot, read_yaml
from booking.services.categories import CATEGORIES
from booking.services.models import Intervention

DATA = Path(__file__).parent / "data"
MODES = ("wait", "drop_off", "itinerant", "self_service")
LONGEST_JOB = 24 * 60  # minutes of one person's work
DEAREST = 10_000  # EUR


@dataclass(frozen=True)
class Row:
    """One entry of a file: its code, the fields of its model, the codes of the tools it needs."""

    code: str
    fields: dict[str, Any]
    tools: tuple[str, ...] = ()


def read_tools(path: Path = DATA / "tools.yaml") -> list[Row]:
    """:raises DataFileError: with the line of whatever is wrong."""
    return _unique(read_yaml(path)["tools"].items(), _read_tool)


def read_interventions(path: Path = DATA / "interventions.yaml", *, tools: Collection[str]) -> list[Row]:
    """
    Read the interventions, whose tools are codes of `tools`.

    :raises DataFileError: with the line of whatever is wrong.
    """
    file = read_yaml(path)
    sources = {name.text() for name, _meaning in file["sources"].pairs()}
    parts = {french.text(): english.text() for french, english in file["parts"].pairs()}
    return _unique(file["interventions"].items(), lambda spot: _read_intervention(spot, tools, sources, parts))


def read_code(spot: Spot, *, longest: int) -> str:
    code = spot.text(longest=longest)
    if not code.replace("-", "").replace("_", "").isalnum() or not code.isascii():
        raise spot.wrong(f"“{code}” is no code: letters, digits, - and _ only")
    return code


def _unique(spots: list[Spot], read: Callable[[Spot], Row]) -> list[Row]:
    rows: dict[str, Row] = {}
    for spot in spots:
        row = read(spot)
        if row.code in rows:
            raise spot.wrong(f"{row.code} stands in the file twice")
        rows[row.code] = row
    return list(rows.values())


def _read_tool(spot: Spot) -> Row:
    spot.only("code", "fr", "en", "shareable", "price_eur")
    return Row(
        code=read_code(spot["code"], longest=40),
        fields={
            "name_fr": spot["fr"].text(longest=120),
            "name_en": spot["en"].text(longest=120),
            "shareable": spot["shareable"].flag(),
            "price_cents": _cents(spot["price_eur"]),
        },
    )


def _read_intervention(spot: Spot, tools: Collection[str], sources: Collection[str], parts: dict[str, str]) -> Row:
    spot.only(
        *("code", "category", "fr", "en", "minutes", "labour_eur", "parts_eur", "parts"),
        *("skill_level", "modes", "tools", "price_basis", "sources"),
    )
    modes = {mode.one_of(MODES) for mode in spot["modes"].items()}
    if not modes:
        raise spot["modes"].wrong("an intervention needs at least one mode")
    return Row(
        code=read_code(spot["code"], longest=20),
        fields={
            "category": spot["category"].one_of(CATEGORIES),
            "name_fr": spot["fr"].text(longest=160),
            "name_en": spot["en"].text(longest=160),
            **_read_minutes(spot["minutes"]),
            **_read_prices(spot),
            "parts": [{"fr": part.one_of(parts), "en": parts[part.text()]} for part in _list(spot, "parts")],
            "skill_level": spot["skill_level"].integer(least=1, most=5),
            **{mode: mode in modes for mode in MODES},
            "price_basis": spot["price_basis"].one_of(Intervention.PriceBasis.values),
            "sources": [source.one_of(sources) for source in spot["sources"].items()],
        },
        tools=tuple(tool.one_of(tools) for tool in spot["tools"].items()),
    )


def _read_minutes(spot: Spot) -> dict[str, int]:
    minutes = {name: spot[name].integer(least=1, most=LONGEST_JOB) for name in ("min", "median", "max")}
    _check_ordered(spot, minutes)
    return {f"minutes_{name}": value for name, value in minutes.items()}


def _read_prices(spot: Spot) -> dict[str, int]:
    labour = {name: _cents(spot["labour_eur"][name]) for name in ("low", "typical", "high")}
    _check_ordered(spot["labour_eur"], labour)
    prices = {f"labour_{name}_cents": cents for name, cents in labour.items()}
    if parts := spot.get("parts_eur"):
        cost = {name: _cents(parts[name]) for name in ("low", "high")}
        _check_ordered(parts, cost)
        return prices | {f"parts_{name}_cents": cents for name, cents in cost.items()}
    return prices | {"parts_low_cents": 0, "parts_high_cents": 0}


def _check_ordered(spot: Spot, values: dict[str, int]) -> None:
    if list(values.values()) != sorted(values.values()):
        raise spot.wrong(f"{' <= '.join(values)} does not hold")


def _cents(spot: Spot) -> int:
    """Read an amount in EUR as cents; not more than two decimals."""
    cents = spot.number(least=0, most=DEAREST) * 100
    if abs(cents - round(cents)) > 1e-6:
        raise spot.wrong("an amount has two decimals at most")
    return round(cents)


def _list(spot: Spot, key: str) -> list[Spot]:
    found = spot.get(key)
    return found.items() if found else []
