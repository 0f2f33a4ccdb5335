"""A payment that comes after the repair was finished extinguishes what its customer still owed."""

from datetime import datetime

from django.db.models import Sum

from collective.ledger.accounts import ADVANCES, CUSTOMERS
from collective.ledger.entities import books_of
from collective.ledger.models import Entry, Line
from collective.ledger.record import record
from collective.payments.models import Payment
from collective.workshops.models import Seller


def settled_source(payment: Payment) -> str:
    return f"settled:{payment.reference}"


def advance_cents(seller: Seller, reference: str) -> int:
    """Return what stands in the seller's books as received in advance for `reference`, and not used up."""
    lines = Line.objects.filter(entry__entity=books_of(seller), entry__reference=reference, account=ADVANCES)
    total: int = lines.aggregate(total=Sum("amount", default=0))["total"]
    return -total


def settle_debt(*, payment: Payment, cents: int, at: datetime) -> Entry | None:
    """
    Turn `cents` of the advance that `payment` is into the end of a debt, in its seller's books; None for nothing.

    A refund made later takes the sale back by as much, as of any advance. Doing it again changes nothing.
    """
    if not cents:
        return None
    return record(
        entity=books_of(payment.workshop.seller),
        journal=Entry.Journal.MISC,
        source=settled_source(payment),
        label=payment.label,
        lines={ADVANCES: cents, CUSTOMERS: -cents},
        occurred_at=at,
        reference=payment.subject,
        workshop=payment.workshop,
    )
