"""Schemes that pay a part of a repair: dated data, by bicycle and label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from backend.lib.bilingual import in_current_language
from backend.lib.datafile import Spot, read_yaml
from booking.services.bike_types import BikeType
from booking.tenders.models import MOST_CENTS

SCHEMES = Path(__file__).parent / "data" / "schemes.yaml"
KEYS = (
    "code", "since", "until", "payer", "name_fr", "name_en", "mention", "label", "bike_types", "steps",
    "excluded_fr", "excluded_en", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Scheme:
    """`steps` are (from this total, this much), in cents, rising; `until` the last day, None while it runs."""

    code: str
    since: date
    until: date | None
    payer: str
    name_fr: str
    name_en: str
    mention: str  # the words the invoice must bear
    label: str  # that the workshop must hold; "" for none
    bike_types: frozenset[str]
    steps: tuple[tuple[int, int], ...]
    excluded_fr: str
    excluded_en: str
    source: str

    @property
    def name(self) -> str:
        return in_current_language(fr=self.name_fr, en=self.name_en)

    @property
    def excluded(self) -> str:
        return in_current_language(fr=self.excluded_fr, en=self.excluded_en)

    def gives_cents(self, total_cents: int) -> int:
        """What it pays of a repair of this total; 0 under its first step."""
        return max((gives for least, gives in self.steps if total_cents >= least), default=0)

    @property
    def least_cents(self) -> int:
        return self.steps[0][0]


def scheme_of(code: str, *, on: date) -> Scheme | None:
    """Return the scheme of this code as it stands on a day: the latest begun, unless it is over."""
    found = [one for one in all_schemes() if one.code == code and one.since <= on]
    latest = max(found, key=lambda one: one.since, default=None)
    return latest if latest and (latest.until is None or on <= latest.until) else None


def schemes_on(day: date) -> list[Scheme]:
    codes = dict.fromkeys(one.code for one in all_schemes())
    return [scheme for code in codes if (scheme := scheme_of(code, on=day))]


@lru_cache(maxsize=1)
def all_schemes() -> tuple[Scheme, ...]:
    return read_schemes(SCHEMES)


def read_schemes(path: Path) -> tuple[Scheme, ...]:
    """
    :raises DataFileError: with the line, when the file says what cannot be.
    """
    return tuple(_read(spot) for spot in read_yaml(path).items())


def _read(spot: Spot) -> Scheme:
    spot.only(*KEYS)
    words = {key: spot[key].text().strip() for key in KEYS if key not in ("since", "until", "bike_types", "steps")}
    until = spot.get("until")
    steps = tuple(
        (
            step["at_least"].integer(least=1, most=MOST_CENTS),
            step["gives"].integer(least=1, most=step["at_least"].integer(least=1, most=MOST_CENTS)),
        )
        for step in spot["steps"].items()
    )
    if not steps or list(steps) != sorted(set(steps)):
        raise spot["steps"].wrong("steps rise, and there is one at least")
    return Scheme(
        since=_day(spot["since"]),
        until=_day(until) if until else None,
        bike_types=frozenset(kind.one_of(BikeType.values) for kind in spot["bike_types"].items()),
        steps=steps,
        **words,
    )


def _day(spot: Spot) -> date:
    try:
        return date.fromisoformat(spot.text())
    except ValueError as wrong:
        raise spot.wrong("expected a day such as 2026-01-31") from wrong
