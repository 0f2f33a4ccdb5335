"""Book what the common fund adds to a finished repair, or gets of it; and take it back as its customer is refunded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from collective.ledger.accounts import ADVANCES, AID_GIVEN, CUSTOMERS, GIFTS_RECEIVED, owed_with
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Entity, Entry, Line
from collective.ledger.record import Draft, record_all
from collective.ledger.take_back import overdrawn_cents, sold_cents, take_back
from collective.sharing.models import PriceChoice
from collective.workshops.models import Workshop

Journal = Entry.Journal


def solidarity_source(reference: str) -> str:
    return f"solidarity:{reference}"


@transaction.atomic
def book_solidarity(*, workshop: Workshop, reference: str, gift_cents: int, at: datetime) -> None:
    """
    Book the aid promised for a finished repair, or the `gift_cents` that came with it; once.

    The aid extinguishes a part of what the customer owes (411); the gift was captured with the price, so it leaves the
    advance (4191). Nothing where nobody chose a price of their own.
    """
    choice = PriceChoice.objects.select_for_update(of=("self",)).filter(reference=reference).first()
    if choice is None or choice.state != PriceChoice.State.PROMISED:
        return
    choice.state = PriceChoice.State.BOOKED
    choice.gift_cents = gift_cents
    choice.save(update_fields=["state", "gift_cents"])
    _record(choice, aid=choice.aid_cents, gift=gift_cents, source=solidarity_source(reference), at=at)


def _record(
    choice: PriceChoice, *, aid: int, gift: int, source: str, at: datetime, mirrored: dict[int, Entry] | None = None
) -> None:
    """Write both sides; amounts below zero take back, out of the advance that the refund overdrew."""
    workshop, back = choice.workshop, mirrored is not None
    seller, fund = books_of(workshop.seller), fund_of(workshop.collective)
    by_entity: dict[Entity, dict[str, int]] = {
        seller: {
            owed_with(fund): aid - gift,
            (ADVANCES if back else CUSTOMERS): -aid,
        },
        fund: {owed_with(seller): gift - aid, AID_GIVEN: aid, GIFTS_RECEIVED: -gift},
    }
    by_entity[seller][ADVANCES] = by_entity[seller].get(ADVANCES, 0) + gift
    drafts = [
        Draft(
            entity=entity,
            journal=Journal.SHARING,
            source=source,
            label=workshop.name,
            lines=lines,
            occurred_at=at,
            reference=choice.reference,
            workshop=workshop,
            mirrors=(mirrored or {}).get(entity.pk),
        )
        for entity, lines in by_entity.items()
    ]
    record_all([draft for draft in drafts if draft.amounts])


@transaction.atomic
def follow_refunds(*, workshop: Workshop, reference: str, at: datetime) -> None:
    """
    Take back the fund's part as the customer's is refunded: the aid in proportion, the last cent with the last refund;
    a gift only once the whole price is given back. Doing it again changes nothing.
    """
    choice = PriceChoice.objects.select_for_update(of=("self",)).filter(reference=reference).first()
    if choice is None or choice.state != PriceChoice.State.BOOKED:
        return
    source = solidarity_source(reference)
    seller, fund = books_of(workshop.seller), fund_of(workshop.collective)
    aid, gift = _standing(fund, reference, AID_GIVEN), -_standing(fund, reference, GIFTS_RECEIVED)
    paid = choice.price_cents - choice.aid_cents  # the customer's own part of the sale
    returned = choice.price_cents - sold_cents(seller, reference) - (choice.aid_cents - aid)
    aid_back = max(0, aid - choice.aid_cents * (paid - returned) // paid) if returned > 0 else 0
    gift_back = min(gift, max(0, overdrawn_cents(seller, reference)))
    if not (aid_back or gift_back):
        return
    mirrored = {entry.entity_id: entry for entry in Entry.objects.filter(source=source)}
    source = f"{source}:back:{returned}:{gift}"
    _record(choice, aid=-aid_back, gift=-gift_back, source=source, at=at, mirrored=mirrored)
    take_back(workshop=workshop, reference=reference, source=source, at=at)


def _standing(entity: Entity, reference: str, account: str) -> int:
    lines = Line.objects.filter(entry__entity=entity, entry__reference=reference, account=account)
    total: int = lines.aggregate(total=Sum("amount", default=0))["total"]
    return total
