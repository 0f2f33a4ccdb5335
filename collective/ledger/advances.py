"""
Book what the payment provider did: money captured before the work, its fee, money given back.

The platform holds the money technically and sells in the seller's name, so a capture stands in two books: the platform
has it at the provider and owes it to the seller; the seller is owed it by the platform and owes it to the customer as an
advance until the repair is finished.
"""

from dataclasses import dataclass
from datetime import datetime

from collective.ledger.accounts import ADVANCES, PAYMENT_FEES, PROVIDER, owed_with
from collective.ledger.entities import books_of, platform_of
from collective.ledger.models import Entity, Entry
from collective.ledger.record import record
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
    _book_both(advance, source=f"capture:{advance.key}", cents=cents, at=at, mirrored=None)


def book_fee(advance: Advance, *, cents: int, at: datetime) -> None:
    """Book what the provider kept of a capture: the platform's cost, re-charged to the seller with the finished work."""
    if not cents:
        return
    record(
        entity=advance.platform,
        journal=Journal.BANK,
        source=f"fee:{advance.key}",
        label=advance.label,
        lines={PAYMENT_FEES: cents, PROVIDER: -cents},
        occurred_at=at,
        reference=advance.reference,
        workshop=advance.workshop,
    )


def book_refund(advance: Advance, *, refund: str, cents: int, at: datetime) -> None:
    """
    Book `cents` as given back: the mirror of the capture, and of the sale and its shares once the work is finished.

    `refund` is the provider's identity of the refund: it is booked once.
    """
    source = f"refund:{refund}"
    _book_both(advance, source=source, cents=-cents, at=at, mirrored=f"capture:{advance.key}")
    take_back(workshop=advance.workshop, reference=advance.reference, source=source, at=at)


def _book_both(advance: Advance, *, source: str, cents: int, at: datetime, mirrored: str | None) -> None:
    platform, seller = advance.platform, advance.seller
    sides = (
        (platform, Journal.BANK, {PROVIDER: cents, owed_with(seller): -cents}),
        (seller, Journal.MISC, {owed_with(platform): cents, ADVANCES: -cents}),
    )
    for entity, journal, lines in sides:
        mirror_of = Entry.objects.filter(entity=entity, source=mirrored).first() if mirrored else None
        record(
            entity=entity,
            journal=journal,
            source=source,
            label=advance.label,
            lines=lines,
            occurred_at=at,
            reference=advance.reference,
            workshop=advance.workshop,
            mirrors=mirror_of,
        )
