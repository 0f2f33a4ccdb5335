"""
Book what a card holder contests at the bank.

The provider takes the amount and a fee from the platform at once, and brings back what is won. What it took stands on
4687, a claim of the platform's (produits à recevoir): not on an account of the seller's, who has done nothing wrong.
The fee is the platform's cost (627) and is not re-charged. A dispute that is lost is money given back to the customer:
the claim turns into the mirror of the capture, and of the sale and its shares once the work is finished.
"""

from datetime import datetime

from collective.ledger.accounts import ADVANCES, BANK, DISPUTED, LOSSES, PAYMENT_FEES, PROVIDER, owed_with
from collective.ledger.advances import Advance
from collective.ledger.models import Entry
from collective.ledger.record import Draft, record, record_all
from collective.ledger.take_back import take_back

Journal = Entry.Journal


def book_dispute_movement(advance: Advance, *, movement: str, amount_cents: int, fee_cents: int, at: datetime) -> None:
    """Book one movement of a dispute, once: `amount_cents` below zero when it is taken, above when it is won back."""
    lines = {PROVIDER: amount_cents - fee_cents, DISPUTED: -amount_cents, PAYMENT_FEES: fee_cents}
    if any(lines.values()):
        record(
            entity=advance.platform,
            journal=Journal.BANK,
            source=f"dispute:{movement}",
            label=advance.label,
            lines=lines,
            occurred_at=at,
            reference=advance.reference,
            workshop=advance.workshop,
        )


def book_lost_dispute(advance: Advance, *, dispute: str, cents: int, twice_cents: int, at: datetime) -> None:
    """
    Book `cents` as given back to the customer by their bank, once.

    `twice_cents` is what was refunded before and went a second time: nobody owes it to the platform, it is a loss.
    """
    _give_back(advance, source=f"lost:{dispute}", account=DISPUTED, cents=cents, twice_cents=twice_cents, at=at)


def book_bank_refund(advance: Advance, *, refund: str, cents: int, at: datetime) -> None:
    """Book `cents` as given back from the platform's bank account, when the card takes them no more."""
    _give_back(advance, source=f"refund:{refund}", account=BANK, cents=cents, twice_cents=0, at=at)


def _give_back(advance: Advance, *, source: str, account: str, cents: int, twice_cents: int, at: datetime) -> None:
    platform, seller = advance.platform, advance.seller
    captured = {entry.entity_id: entry for entry in Entry.objects.filter(source=f"capture:{advance.key}")}
    sides = (
        (platform, {owed_with(seller): cents, LOSSES: twice_cents, account: -cents - twice_cents}),
        (seller, {ADVANCES: cents, owed_with(platform): -cents}),
    )
    record_all(
        [
            Draft(
                entity=entity,
                journal=Journal.MISC,
                source=source,
                label=advance.label,
                lines=lines,
                occurred_at=at,
                reference=advance.reference,
                workshop=advance.workshop,
                mirrors=captured.get(entity.pk),
            )
            for entity, lines in sides
            if any(lines.values())
        ]
    )
    take_back(workshop=advance.workshop, reference=advance.reference, source=source, at=at)
