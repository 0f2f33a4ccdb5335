"""
Book what happens on the account at the payment provider besides payments: payouts, and its own fees.

A payout leaves the provider's balance when it is made and reaches the bank days later: in between it stands on 580
(virements internes), so that 517 is always what the provider says and 512 what the bank says.
"""

from datetime import datetime

from collective.ledger.accounts import BANK, IN_TRANSIT, PAYMENT_FEES, PROVIDER
from collective.ledger.models import Entity, Entry
from collective.ledger.record import record


def book_payout(platform: Entity, *, payout: str, cents: int, at: datetime) -> Entry:
    """`cents` left the balance for the bank; below zero, the bank is debited for what we owe the provider."""
    return _book(platform, f"payout:{payout}", {IN_TRANSIT: cents, PROVIDER: -cents}, at)


def book_payout_back(platform: Entity, *, payout: str, cents: int, at: datetime) -> Entry:
    """The payout failed or was cancelled: the balance has it again."""
    return _book(platform, f"undone:payout:{payout}", {PROVIDER: cents, IN_TRANSIT: -cents}, at, mirrors="payout:")


def book_arrival(platform: Entity, *, payout: str, cents: int, at: datetime) -> Entry:
    return _book(platform, f"arrived:{payout}", {BANK: cents, IN_TRANSIT: -cents}, at)


def book_arrival_back(platform: Entity, *, payout: str, cents: int, at: datetime) -> Entry:
    """The bank had taken it and sent it back."""
    return _book(platform, f"undone:arrived:{payout}", {IN_TRANSIT: cents, BANK: -cents}, at, mirrors="arrived:")


def book_provider_fee(platform: Entity, *, movement: str, net_cents: int, at: datetime) -> Entry:
    """What the provider takes (below zero) or gives back for its own services, of no payment in particular."""
    return _book(platform, f"provider_fee:{movement}", {PROVIDER: net_cents, PAYMENT_FEES: -net_cents}, at)


def book_fee_difference(capture: Entry, *, payment: str, movement: str, cents: int, at: datetime) -> Entry:
    """The provider kept `cents` more of a `capture` than was booked (less, below zero): the difference is added."""
    return record(
        entity=capture.entity,
        journal=Entry.Journal.BANK,
        source=f"fee:{payment}:{movement}",
        label=capture.label,
        lines={PAYMENT_FEES: cents, PROVIDER: -cents},
        occurred_at=at,
        reference=capture.reference,
        workshop=capture.workshop,
    )


def _book(platform: Entity, source: str, lines: dict[str, int], at: datetime, *, mirrors: str = "") -> Entry:
    mirrored = None
    if mirrors:
        name = mirrors + source.rsplit(":", 1)[1]
        mirrored = Entry.objects.filter(entity=platform, source=name).first()
    return record(
        entity=platform,
        journal=Entry.Journal.BANK,
        source=source,
        label=source,
        lines=lines,
        occurred_at=at,
        mirrors=mirrored,
    )
