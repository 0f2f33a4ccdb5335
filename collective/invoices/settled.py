"""How a bill was settled, read from the seller's books: whatever pays, it is booked against the customer's account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils import translation

from collective.invoices.facts import Settled
from collective.ledger.accounts import ADVANCES, CUSTOMERS, account_name
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.take_back import sale_source

AT_ONCE = 200
ONLINE = ("Payé en ligne, avant la réparation", "Paid online, before the repair")


def settled_of(entity: Entity, references: Iterable[str]) -> dict[str, list[Settled]]:
    """
    Return what settled each bill, by reference: the advance that its sale used up, then what was taken afterwards.

    An entry that credits 411 settles the customer's debt by what stands in debit beside it (till, cheques, a third
    party that pays for the customer…), which gives it its name.
    """
    wanted = list(references)
    found: dict[str, list[Settled]] = defaultdict(list)
    for begin in range(0, len(wanted), AT_ONCE):
        entries = Entry.objects.filter(entity=entity, reference__in=wanted[begin : begin + AT_ONCE])
        for entry in entries.sealed().order_by("occurred_at", "pk").prefetch_related("lines"):
            found[entry.reference] += _of(entry)
    return {reference: _summed(parts) for reference, parts in found.items()}


def _of(entry: Entry) -> list[Settled]:
    lines = [line for line in entry.lines.all() if line.unit == Line.Unit.EUR]
    if entry.source == sale_source(entry.reference):
        return [_settled(line.account, line.amount) for line in lines if line.account == ADVANCES and line.amount > 0]
    on_411 = sum(line.amount for line in lines if line.account == CUSTOMERS)
    if not on_411 or entry.mirrors_id is not None and entry.journal == Entry.Journal.SALES:
        return []
    return [_settled(line.account, line.amount) for line in lines if line.account != CUSTOMERS]


def _settled(account: str, cents: int) -> Settled:
    if account == ADVANCES:
        return Settled("online", *ONLINE, cents)
    number = account.partition(".")[0]
    return Settled(number, _name(account, "fr"), _name(account, "en"), cents)


def _name(account: str, language: str) -> str:
    with translation.override(language):
        return account_name(account)


def _summed(parts: list[Settled]) -> list[Settled]:
    """One line a means; what was taken and given back is not there."""
    sums: dict[Settled, int] = {}
    for part in parts:
        means = Settled(part.kind, part.name_fr, part.name_en, 0)
        sums[means] = sums.get(means, 0) + part.cents
    return [Settled(means.kind, means.name_fr, means.name_en, cents) for means, cents in sums.items() if cents]
