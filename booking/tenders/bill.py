"""A bill as tenders know it: whose, under which reference, and what is left of it in the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from collective.ledger.accounts import CUSTOMERS
from collective.ledger.entities import books_of
from collective.ledger.models import Line
from collective.members.models import User
from collective.workshops.models import Workshop


@dataclass(frozen=True)
class Bill:
    """A finished repair, as far as paying it goes; cents, VAT included."""

    workshop: Workshop
    reference: str
    total_cents: int
    labour_cents: int
    minutes: int  # of labour
    bike_type: str = ""
    customer: User | None = None


def left_cents(bill: Bill) -> int:
    """Return what the customer still owes for it: what stands on their account in the seller's books."""
    owed = Line.objects.filter(
        account=CUSTOMERS, entry__entity=books_of(bill.workshop.seller), entry__reference=bill.reference
    )
    return int(owed.aggregate(total=Sum("amount", default=0))["total"])


def left_by_reference(references: Iterable[str]) -> dict[str, int]:
    """Return the same of many bills at once; those without anything owed are left out. One query."""
    owed = Line.objects.filter(account=CUSTOMERS, entry__reference__in=list(references))
    rows = owed.values_list("entry__reference").annotate(total=Sum("amount"))
    return {reference: total for reference, total in rows if total}
