"""
Solidarity prices: a person chooses what they pay, nobody asks why, and the common fund makes the price whole.

The sale keeps its reference price, and VAT its base. What is missing is an aid of the fund to the seller (657 in its
books, off 411 in the seller's); what is given above is a gift that the seller passes on (754). Both are owed between
the two (467) until they are settled. An accountant confirms the treatment before a real fund pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from backend.lib.money import decimal, part
from collective.ledger.entities import fund_of
from collective.ledger.models import Entity, Line, PrivateReference
from collective.members.models import Collective
from collective.payments.ask import LEAST_CENTS
from collective.sharing.models import PriceChoice, SharingKey
from collective.workshops.models import Workshop

Level = PriceChoice.Level
REFERENCE = "reference"
MOST_GIFT = 3  # times the price: a slip of the keyboard is not a gift


class NotAPriceOffered(BadInput):
    code = "not_a_price_offered"
    message = _("This workshop does not offer that price. Please choose one of those it offers.")


class BelowTheFloor(BadInput):
    code = "below_the_floor"
    message = _("The least that can be paid for this repair is %(floor)s euros.")


class FundIsShort(RuleBroken):
    code = "fund_is_short"
    message = _("The common fund cannot add that much just now. Please choose another price, or ask the workshop.")


@dataclass(frozen=True)
class Prices:
    """What may be chosen for one repair, in cents: levels by name, and the floor where any amount may be."""

    price_cents: int
    levels: dict[str, int]
    floor_cents: int | None
    fund_is_short: bool  # a lower price is published, and the fund has not enough for it today

    @property
    def are_several(self) -> bool:
        return len(self.levels) > 1 or self.floor_cents is not None


def fund_has_cents(collective: Collective) -> int:
    """Return what the common fund has and has not promised: its balance in the books less the aids still to book."""
    accounts = Q(account__startswith="4") | Q(account__startswith="5")
    lines = Line.objects.filter(accounts, entry__entity=fund_of(collective), unit=Line.Unit.EUR)
    has: int = lines.aggregate(total=Sum("amount", default=0))["total"]
    promised = PriceChoice.objects.filter(workshop__collective=collective, state=PriceChoice.State.PROMISED)
    return has - int(promised.aggregate(total=Sum("aid_cents", default=0))["total"])


def most_aid_cents(workshop: Workshop, *, at: datetime) -> int:
    """Return what the fund may add to one repair today: the voted cap, and never more than it has."""
    today = at.astimezone(workshop.zone).date()
    try:
        cap = SharingKey.objects.in_force(workshop.collective, on=today).solidarity_cap_cents
    except SharingKey.DoesNotExist:
        return 0
    return max(0, min(cap, fund_has_cents(workshop.collective)))


def prices_offered(*, workshop: Workshop, price_cents: int, at: datetime) -> Prices:
    """Return what a person may choose today for a repair of `price_cents`."""
    levels = {REFERENCE: price_cents}
    if workshop.prices == Workshop.Prices.ONE or price_cents < LEAST_CENTS:
        return Prices(price_cents, levels, None, False)
    aid = most_aid_cents(workshop, at=at)
    if workshop.prices == Workshop.Prices.FREE:
        published = max(part(price_cents, workshop.floor_bp), LEAST_CENTS)
        floor = max(published, price_cents - aid)
        return Prices(price_cents, levels, floor, floor > published)
    reduced = max(part(price_cents, workshop.reduced_bp), LEAST_CENTS)
    has_enough = price_cents - reduced <= aid
    if reduced < price_cents and has_enough:
        levels = {Level.REDUCED.value: reduced, REFERENCE: price_cents}
    supporter = part(price_cents, workshop.supporter_bp)
    if supporter > price_cents:
        levels[Level.SUPPORTER.value] = supporter
    return Prices(price_cents, levels, None, not has_enough)


@transaction.atomic
def choose_price(
    *, workshop: Workshop, reference: str, price_cents: int, level: str, own_cents: int | None = None, at: datetime
) -> PriceChoice | None:
    """
    Keep what a person pays for `reference`, in place of an earlier choice; None for the reference price.

    The fund's books are locked meanwhile, so that two people are not promised the same money.

    :raises NotAPriceOffered: for a level, or an amount of one's own, that this workshop does not offer.
    :raises BelowTheFloor: for less than the published floor.
    :raises FundIsShort: when the fund has not enough for it.
    """
    Entity.objects.select_for_update(of=("self",)).get(pk=fund_of(workshop.collective).pk)
    PriceChoice.objects.filter(reference=reference, state=PriceChoice.State.PROMISED).delete()
    offered = prices_offered(workshop=workshop, price_cents=price_cents, at=at)
    pays = _pays(workshop, offered, level, own_cents)
    if pays == price_cents:
        return None
    PrivateReference.objects.get_or_create(reference=reference)
    return PriceChoice.objects.create(
        workshop=workshop,
        reference=reference,
        level=level,
        price_cents=price_cents,
        aid_cents=max(0, price_cents - pays),
        gift_cents=max(0, pays - price_cents),
        chosen_at=at,
    )


def _pays(workshop: Workshop, offered: Prices, level: str, own_cents: int | None) -> int:
    if level in offered.levels and own_cents is None:
        return offered.levels[level]
    if level == Level.REDUCED and workshop.prices == Workshop.Prices.LEVELS and own_cents is None:
        raise FundIsShort
    if level != Level.OWN or offered.floor_cents is None:
        raise NotAPriceOffered(offered=list(offered.levels))
    if not isinstance(own_cents, int) or isinstance(own_cents, bool) or own_cents > MOST_GIFT * offered.price_cents:
        raise NotAPriceOffered(offered=list(offered.levels))
    if own_cents < offered.floor_cents:
        published = max(part(offered.price_cents, workshop.floor_bp), LEAST_CENTS)
        raise (
            FundIsShort
            if own_cents >= published
            else BelowTheFloor(floor=decimal(offered.floor_cents), floor_cents=offered.floor_cents)
        )
    return own_cents


@transaction.atomic
def choose_again(*, workshop: Workshop, reference: str, price_cents: int, at: datetime) -> None:
    """Follow another price that was agreed: aid and gift in the same proportion, the aid within what the fund may."""
    Entity.objects.select_for_update(of=("self",)).get(pk=fund_of(workshop.collective).pk)
    choice = PriceChoice.objects.filter(reference=reference, state=PriceChoice.State.PROMISED).first()
    if choice is None:
        return
    most = most_aid_cents(workshop, at=at) + choice.aid_cents
    choice.aid_cents = min(choice.aid_cents * price_cents // choice.price_cents, most)
    choice.gift_cents = choice.gift_cents * price_cents // choice.price_cents
    choice.price_cents = price_cents
    if price_cents:
        choice.save()
    else:
        choice.delete()


def end_choice(reference: str) -> None:
    """The repair never takes place: what the fund had promised is free again."""
    PriceChoice.objects.filter(reference=reference, state=PriceChoice.State.PROMISED).update(
        state=PriceChoice.State.ENDED
    )
