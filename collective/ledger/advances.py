"""
Book what the payment provider did: money captured before the work, its fee, money given back.

The platform holds the money technically and sells in the seller's name, so a capture stands in two books: the platform
has it at the provider and owes it to the seller; the seller is owed it by the platform and owes it to the customer as
an advance until the repair is finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from collective.ledger.accounts import ADVANCES, PAYMENT_FEES, PROVIDER, owed_with
from collective.ledger.entities import books_of, platform_of
from collective.ledger.models import Entity, Entry
from collective.ledger.record import Draft, record_all
from collective.ledger.take_back import take_back
from collective.workshops.models import Workshop

Journal = Entry.Journal


@dataclass(frozen=True)
class Advance:
    """What the money is: `key` is the payment's own reference, `reference` what it was paid for."""

    key: str
    reference: str
    label: str
    workshop: Workshop

    @property
    def platform(self) -> Entity:
        return platform_of(self.workshop.collective)

    @property
    def seller(self) -> Entity:
        return books_of(self.workshop.seller)


def book_capture(advance: Advance, *, cents: int, at: datetime) -> None:
    """Book `cents` as received from the customer: an advance until the work is finished."""
    record_all(draft_capture(advance, cents=cents, at=at))


def draft_capture(advance: Advance, *, cents: int, at: datetime) -> list[Draft]:
    return _both_sides(advance, source=f"capture:{advance.key}", cents=cents, at=at)


def book_fee(advance: Advance, *, cents: int, at: datetime) -> None:
    """Book what the provider kept of a capture: the platform's cost, re-charged to the seller when the work is done."""
    record_all(draft_fee(advance, cents=cents, at=at))


def draft_fee(advance: Advance, *, cents: int, at: datetime) -> list[Draft]:
    lines = {PAYMENT_FEES: cents, PROVIDER: -cents}
    return [_draft(advance, advance.platform, Journal.BANK, f"fee:{advance.key}", lines, at)] if cents else []


def book_refund(advance: Advance, *, refund: str, cents: int, at: datetime) -> None:
    """
    Book `cents` as given back: the mirror of the capture, and of the sale and its shares once the work is finished.

    `refund` is the provider's identity of the refund: it is booked once.
    """
    source = f"refund:{refund}"
    mirrored = {entry.entity_id: entry for entry in Entry.objects.filter(source=f"capture:{advance.key}")}
    sides = _both_sides(advance, source=source, cents=-cents, at=at)
    record_all([replace(side, mirrors=mirrored.get(side.entity.pk)) for side in sides])
    take_back(workshop=advance.workshop, reference=advance.reference, source=source, at=at)


def _both_sides(advance: Advance, *, source: str, cents: int, at: datetime) -> list[Draft]:
    platform, seller = advance.platform, advance.seller
    received = {PROVIDER: cents, owed_with(seller): -cents}
    owed = {owed_with(platform): cents, ADVANCES: -cents}
    return [
        _draft(advance, platform, Journal.BANK, source, received, at),
        _draft(advance, seller, Journal.MISC, source, owed, at),
    ]


def _draft(
    advance: Advance, entity: Entity, journal: str, source: str, lines: Mapping[str, int], at: datetime
) -> Draft:
    return Draft(
        entity=entity,
        journal=journal,
        source=source,
        label=advance.label,
        lines=lines,
        occurred_at=at,
        reference=advance.reference,
        workshop=advance.workshop,
    )
