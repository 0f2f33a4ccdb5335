"""The entries of a tender: in the seller's books the customer's debt goes down, and what was given stands instead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from booking.tenders.given import Settled
from booking.tenders.models import Tender
from collective.ledger import accounts
from collective.ledger.entities import books_of
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import Draft, record_all
from collective.ledger.reverse import reverse

Journal = Entry.Journal


def draft_tender(tender: Tender, settled: Settled, *, at: datetime) -> list[Draft]:
    """One entry in the seller's books, in euros; others where other books are concerned, in their own unit."""
    cents = settled.settles_cents
    seller = books_of(tender.workshop.seller)
    lines = {settled.account: cents, accounts.CUSTOMERS: -cents}
    return [
        _draft(tender, seller, tender.source, lines, Journal.COUNTER, at=at),
        *(
            _draft(tender, side.entity, tender.source, side.lines, Journal.MISC, at=at, unit=side.unit)
            for side in settled.sides
        ),
    ]


def move(tender: Tender, *, cause: str, lines: Mapping[str, int], journal: str = Journal.BANK, at: datetime) -> None:
    """Book what becomes of it later, in the seller's books, once a cause: remitted, paid by the payer, borne."""
    record_all([draft_moved(tender, cause=cause, lines=lines, journal=journal, at=at)])


def draft_moved(
    tender: Tender, *, cause: str, lines: Mapping[str, int], journal: str = Journal.BANK, at: datetime
) -> Draft:
    return _draft(tender, books_of(tender.workshop.seller), f"{tender.source}:{cause}", lines, journal, at=at)


def mirror_all(tender: Tender, *, at: datetime) -> None:
    """Take back all that was booked of it, in all books: the latest first."""
    booked = Entry.objects.filter(reference=tender.reference, mirrors=None)
    of_it = [
        entry
        for entry in booked.order_by("-pk").prefetch_related("lines")
        if entry.source == tender.source or entry.source.startswith(f"{tender.source}:")
    ]
    for entry in of_it:
        reverse(entry=entry, label=entry.label, at=at)


def _draft(
    tender: Tender,
    entity: Entity,
    source: str,
    lines: Mapping[str, int],
    journal: str,
    *,
    at: datetime,
    unit: str = Line.Unit.EUR,
) -> Draft:
    return Draft(
        entity=entity,
        journal=journal,
        source=source,
        label=tender.workshop.name,
        lines=lines,
        occurred_at=at,
        reference=tender.reference,
        workshop=tender.workshop,
        unit=unit,
    )
