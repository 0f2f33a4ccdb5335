"""A month as a river: what was sold on the left, whom it reached on the right, every width to one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collective.ledger.queries import Totals
from collective.web.shares import Row

WIDTH = 1000
TALL = 340  # what the whole month is drawn as
LEAST_PITCH = 30  # two lines of labels never touch, however small the sum
GAP = 8
LEFT, MIDDLE, RIGHT, THICK = 190, 400, 640, 10
SOLD = (("labour_cents", _("Labour")), ("parts_cents", _("Parts")))
COMMON = (
    ("fund_cents", "fund", _("The common fund")),
    ("platform_cents", "platform", _("The platform")),
    ("fee_cents", "fee", _("Payment fees")),
)


@dataclass(frozen=True)
class Bank:
    """One end of the river; `kind` is its colour, `share` its part of the whole, lengths in units of the drawing."""

    kind: str
    label: str | Promise
    cents: int
    share: float
    x: str
    y: str
    height: str
    label_y: str
    ribbon: str


@dataclass(frozen=True)
class River:
    sources: tuple[Bank, ...]
    mouths: tuple[Bank, ...]
    cents: int
    height: str
    middle_y: str
    middle_height: str


def river_of(rows: Sequence[Row], total: Totals) -> River | None:
    """Draw where the month's sales come from and whom they reach; nothing where nothing was sold."""
    if total.revenue_cents <= 0:
        return None
    sources = [("workshop", label, getattr(total, name)) for name, label in SOLD]
    mouths = [("workshop", row.label, row.totals.stays_cents) for row in rows]
    mouths += [(kind, label, getattr(total, name)) for name, kind, label in COMMON]
    height = max(_height(sources, total), _height(mouths, total))
    top = (height - TALL) / 2
    return River(
        sources=_banks(sources, total, x=LEFT, top=top, height=height),
        mouths=_banks(mouths, total, x=RIGHT, top=top, height=height),
        cents=total.revenue_cents,
        height=f"{height:.0f}",
        middle_y=f"{top:.1f}",
        middle_height=f"{TALL}",
    )


Ends = Sequence[tuple[str, "str | Promise", int]]


def _length(cents: int, total: Totals) -> float:
    return max(0, cents) * TALL / total.revenue_cents


def _height(ends: Ends, total: Totals) -> float:
    return sum(max(LEAST_PITCH, _length(cents, total)) + GAP for _kind, _label, cents in ends)


def _banks(ends: Ends, total: Totals, *, x: int, top: float, height: float) -> tuple[Bank, ...]:
    """Lay the ends under each other, centred, each with its ribbon to the middle."""
    banks, y, inside = [], (height - _height(ends, total)) / 2, top
    for kind, label, cents in ends:
        length = _length(cents, total)
        pitch = max(LEAST_PITCH, length)
        begins = y + (pitch - length) / 2
        near, far = (x + THICK, MIDDLE) if x < MIDDLE else (x, MIDDLE + THICK)
        bank = Bank(
            kind=kind,
            label=label,
            cents=cents,
            share=cents / total.revenue_cents,
            x=f"{x}",
            y=f"{begins:.1f}",
            height=f"{max(length, 1):.1f}",
            label_y=f"{y + pitch / 2 + 5:.1f}",
            ribbon=_ribbon(near, begins, far, inside, length),
        )
        banks.append(bank)
        y += pitch + GAP
        inside += length
    return tuple(banks)


def _ribbon(x: float, y: float, to_x: float, to_y: float, length: float) -> str:
    """The outline of a band of constant height between two upright edges, as the `d` of an SVG path."""
    bend = (x + to_x) / 2
    there = f"M{x} {y:.1f}C{bend} {y:.1f} {bend} {to_y:.1f} {to_x} {to_y:.1f}"
    back = f"V{to_y + length:.1f}C{bend} {to_y + length:.1f} {bend} {y + length:.1f} {x} {y + length:.1f}Z"
    return there + back
