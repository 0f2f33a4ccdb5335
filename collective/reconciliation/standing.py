"""Where the platform's money is, and whose it is: the same sum twice, from its books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collective.ledger import accounts
from collective.ledger.models import Entity, Line
from collective.ledger.queries import balances
from collective.members.models import Collective


@dataclass(frozen=True)
class Part:
    """`kind` is its colour; `cents` may be below zero, when an account is overdrawn."""

    kind: str
    label: str | Promise
    cents: int


@dataclass(frozen=True)
class Standing:
    holds: tuple[Part, ...]
    owed: tuple[Part, ...]

    @property
    def held_cents(self) -> int:
        return sum(part.cents for part in self.holds)

    @property
    def owed_cents(self) -> int:
        return sum(part.cents for part in self.owed)


def standing_of(collective: Collective) -> Standing:
    """Return both sides; they sum to the same by the balance of the books. A fixed number of queries."""
    platforms = list(collective.entities.filter(kind=Entity.Kind.PLATFORM))  # one, or none before the first payment
    stands = {
        account: cents
        for found in balances(entities=platforms).values()
        for (account, unit), cents in found.items()
        if unit == Line.Unit.EUR
    }
    across = _across(stands, collective)
    holds = (
        Part("workshop", _("At the payment provider"), stands.get(accounts.PROVIDER, 0)),
        Part("parts", _("On its way to the bank"), stands.get(accounts.IN_TRANSIT, 0)),
        Part("fund", _("At the bank"), stands.get(accounts.BANK, 0)),
        Part("fee", _("Contested, with the card holders’ banks"), stands.get(accounts.DISPUTED, 0)),
        Part("platform", _("Owed by workshops (paid at the counter)"), sum(cents for cents in across if cents > 0)),
    )
    return Standing(holds=holds, owed=_owed(stands, across, collective, held=sum(part.cents for part in holds)))


def _across(stands: dict[str, int], collective: Collective) -> list[int]:
    sellers = collective.entities.filter(kind=Entity.Kind.SELLER)
    return [stands.get(accounts.owed_with(seller), 0) for seller in sellers]


def _owed(stands: dict[str, int], across: Iterable[int], collective: Collective, *, held: int) -> tuple[Part, ...]:
    """What the workshops have of customers' advances is the customers' until the repair is finished."""
    lines = Line.objects.filter(account=accounts.ADVANCES, entry__entity__collective=collective)
    advances = -int(lines.aggregate(total=Sum("amount", default=0))["total"])
    sellers = -sum(cents for cents in across if cents < 0)
    funds = collective.entities.filter(kind=Entity.Kind.FUND)
    fund = -sum(stands.get(accounts.owed_with(entity), 0) for entity in funds)
    return (
        Part("parts", _("To customers, until their repair is finished"), advances),
        Part("workshop", _("To the workshops"), sellers - advances),
        Part("fund", _("To the common fund"), fund),
        Part("platform", _("To the platform itself"), held - sellers - fund),
    )
