"""Totals as lengths: what a chart draws, from the very rows that its table shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.lib.money import split
from collective.ledger.queries import Totals, WorkshopTotals

FULL = 100.0
HUNDRED_EUROS = 10_000  # cents
PIECES = ("workshop_cents", "parts_cents", "fund_cents", "platform_cents", "fee_cents")


@dataclass(frozen=True)
class Piece:
    """One colour of a bar: where it begins and how long it is, in hundredths of the widest bar."""

    kind: str
    start: str
    length: str


@dataclass(frozen=True)
class Row:
    """One workshop: its totals and its bar."""

    label: str
    totals: Totals
    pieces: tuple[Piece, ...]


def rows_of(found: Iterable[WorkshopTotals]) -> list[Row]:
    """Return the workshops that sold something, each bar to the scale of the one that sold most."""
    sold = [one for one in found if one.totals.revenue_cents]
    widest = max((one.totals.revenue_cents for one in sold), default=0)
    return [Row(one.workshop.name, one.totals, pieces_of(one.totals, widest=widest)) for one in sold]


def pieces_of(totals: Totals, *, widest: int) -> tuple[Piece, ...]:
    """Lay the shares end to end; a share below zero (fees above the labour of a tiny month) has no length."""
    pieces, start = [], 0.0
    for name in PIECES:
        length = max(0, getattr(totals, name)) * FULL / widest if widest else 0.0
        pieces.append(Piece(name.removesuffix("_cents"), f"{start:.3f}", f"{length:.3f}"))
        start += length
    return tuple(pieces)


def sum_of(rows: Iterable[Row]) -> Totals:
    return sum((row.totals for row in rows), Totals())


def of_hundred(totals: Totals) -> dict[str, int]:
    """Return how many cents of 100 euros sold reach each destination; they sum to 10000 exactly. Empty for no sales."""
    weights = {name.removesuffix("_cents"): max(0, getattr(totals, name)) for name in PIECES}
    return split(HUNDRED_EUROS, weights) if any(weights.values()) else {}
