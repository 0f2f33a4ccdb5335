"""Books to test with: a collective with a workshop, and short words for what stands in them."""

from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db.models import Sum

from collective.ledger.entities import books_of, fund_of, platform_of
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import record
from collective.members.models import Collective
from collective.workshops.models import Seller, Workshop
from tests.factories import CollectiveFactory, SellerFactory, WorkshopFactory

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_numbers = count(1)


def a_workshop(
    *, collective: Collective | None = None, vat: str = Seller.VatRegime.STANDARD, **fields: Any
) -> Workshop:
    """A workshop with books of its own, and a collective of its own unless one is given."""
    if collective is None:
        collective = CollectiveFactory(slug=f"ateliers-{next(_numbers)}")
    return WorkshopFactory(seller=SellerFactory(collective=collective, vat_regime=vat), **fields)


def settle_in_cash(workshop: Workshop, reference: str, *, cents: int, at: datetime) -> None:
    """Book what a cash tender books."""
    record(
        entity=books_of(workshop.seller),
        journal=Entry.Journal.COUNTER,
        source=f"tender:{next(_numbers) + 10_000_000}",
        label=workshop.name,
        lines={"53": cents, "411": -cents},
        occurred_at=at,
        reference=reference,
        workshop=workshop,
    )


def standing(entity: Entity) -> dict[str, int]:
    """The entity's accounts that are not at zero; 467 accounts are named after who stands behind them."""
    found: Counter[str] = Counter()
    for account, cents in Line.objects.filter(entry__entity=entity).values_list("account").annotate(Sum("amount")):
        found[_spoken(account)] += cents
    return {account: cents for account, cents in found.items() if cents}


def _spoken(account: str) -> str:
    number, _, other = account.partition(".")
    return f"{number}.{Entity.objects.get(pk=other).kind}" if number == "467" else account


def books(workshop: Workshop) -> dict[str, dict[str, int]]:
    """What stands in the books of the three entities around a workshop."""
    entities = platform_of(workshop.collective), fund_of(workshop.collective), books_of(workshop.seller)
    return {str(entity.kind): standing(entity) for entity in entities}
