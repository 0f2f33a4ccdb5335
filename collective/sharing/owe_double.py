"""A workshop that took earnest money (arrhes) and does not keep its word owes it twice (C. conso L214-1)."""

from datetime import datetime

from collective.ledger.accounts import BROKEN_WORD, OWED_TO_CUSTOMERS
from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import record
from collective.workshops.models import Workshop


def owe_double(*, workshop: Workshop, reference: str, cents: int, at: datetime) -> Entry | None:
    """
    Book what the seller owes its customer besides giving the money back; once, and None for nothing.

    No card can be given more than it paid: the seller pays this by transfer, and the debt stands in its books until
    then. An accountant confirms the accounts.
    """
    if not cents:
        return None
    return record(
        entity=books_of(workshop.seller),
        journal=Entry.Journal.MISC,
        source=f"double:{reference}",
        label=workshop.name,
        lines={BROKEN_WORD: cents, OWED_TO_CUSTOMERS: -cents},
        occurred_at=at,
        reference=reference,
        workshop=workshop,
    )
