"""A month of one workshop as lengths: what became of its money, and the days on which some of it left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from collective.payments.distribution.earnings import Amounts, Earning
from collective.payments.distribution.models import Transfer
from collective.workshops.models import Workshop

FULL, TALL, HEAD, WIDE = 100.0, 120, 22, 600
PIECES = (  # of the bar: what went where, in the order of the eye
    ("counter", "elsewhere_cents"),
    ("workshop", "sent_cents"),
    ("waiting", "waiting_cents"),
    ("netted", "netted_cents"),
    ("fund", "fund_cents"),
    ("platform", "platform_cents"),
    ("fee", "fee_cents"),
)


@dataclass(frozen=True)
class Piece:
    kind: str
    start: str
    length: str


@dataclass(frozen=True)
class Arrival:
    """What left for the workshop on one day, and its column in units of the drawing (600 wide)."""

    day: date
    cents: int
    x: str
    width: str
    middle: str
    y: str
    height: str
    label_y: str


def day_of(row: Transfer, workshop: Workshop) -> date | None:
    """The day it left, or is to leave; None while it waits."""
    if row.sent_at:
        return row.sent_at.astimezone(workshop.zone).date()
    return row.batch.executes_on if row.batch else None


def pieces_of(total: Amounts) -> list[Piece]:
    """Lay what became of the month's money end to end, in hundredths of it; what is below zero has no length."""
    parts = [(kind, max(0, getattr(total, name))) for kind, name in PIECES]
    whole = sum(cents for _kind, cents in parts)
    pieces, start = [], 0.0
    for kind, cents in parts:
        length = cents * FULL / whole if whole else 0.0
        pieces.append(Piece(kind, f"{start:.3f}", f"{length:.3f}"))
        start += length
    return pieces


def arrivals_of(found: Iterable[Earning], workshop: Workshop) -> list[Arrival]:
    """Return the days on which money left for the workshop, in order, each with its column."""
    by_day: dict[date, int] = defaultdict(int)
    for one in found:
        for row in one.transfers:
            day = day_of(row, workshop)
            if day is not None and row.state == Transfer.State.SENT and row.kept_cents:
                by_day[day] += row.kept_cents
    tallest, pitch = max(by_day.values(), default=0), WIDE / max(1, len(by_day))
    arrivals, half = [], min(17.0, pitch / 2 - 1)
    for place, (day, cents) in enumerate(sorted(by_day.items())):
        height, middle = cents * TALL / tallest, (place + 0.5) * pitch
        top = HEAD + TALL - height
        arrivals.append(
            Arrival(
                day=day,
                cents=cents,
                x=f"{middle - half:.1f}",
                width=f"{2 * half:.1f}",
                middle=f"{middle:.1f}",
                y=f"{top:.1f}",
                height=f"{height:.1f}",
                label_y=f"{top - 5:.1f}",
            )
        )
    return arrivals
