"""The means by which a part of a bill is settled, and what each can do: data, so that doors and rules read the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from collective.ledger import accounts
from collective.ledger.models import Line

EUR, MIN = Line.Unit.EUR.value, Line.Unit.MIN.value


class Means(models.TextChoices):
    """By which a part of a bill is settled. What is paid online has no tender of its own: its payments say it."""

    CASH = "cash", _("cash")
    CHEQUE = "cheque", _("cheque")
    TERMINAL = "terminal", _("card at the counter")
    TRANSFER = "transfer", _("bank transfer")
    VOUCHER = "voucher", _("voucher")
    THIRD_PARTY = "third_party", _("third-party payer")
    MINUTES = "minutes", _("time credits")
    FUND = "fund", _("solidarity fund")


class State(models.TextChoices):
    """Where a tender stands. What is promised settles nothing yet; what is refused or reversed settles nothing more."""

    PROMISED = "promised", _("announced")
    RECORDED = "recorded", _("claimed from the payer")
    RECEIVED = "received", _("received")
    REMITTED = "remitted", _("at the bank")
    REFUSED = "refused", _("refused")
    BORNE = "borne", _("refused, borne by the workshop")
    REVERSED = "reversed", _("taken back")


SETTLES = (State.RECORDED, State.RECEIVED, State.REMITTED, State.BORNE)
S = State
AT_ONCE = {S.RECEIVED: (S.REVERSED,)}
BY_THE_BANK = {S.RECEIVED: (S.REMITTED, S.REFUSED, S.REVERSED), S.REMITTED: (S.REFUSED, S.REVERSED)}


@dataclass(frozen=True)
class Able:
    """
    What one means can do.

    `account` is the seller's account it stands on ("" when it depends on whose it is), `moves` the ways from one state
    to the next (the first is how it begins), `evidence` what may be noted, `needs` what must be. `gives_change`: more
    may be handed over than is kept. `hold`, `partial_capture`, `refund` and `waits` (its end is known later) are those
    of the payment provider's word; all here are kept offline, by a person.
    """

    account: str
    moves: Mapping[State, tuple[State, ...]]
    evidence: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unit: str = EUR
    split: bool = True
    refund: bool = True
    gives_change: bool = False
    waits: bool = False
    hold: bool = False
    partial_capture: bool = False
    offline: bool = True
    by_hand: bool = True  # a person of the workshop may record it


ABLE: dict[Means, Able] = {
    Means.CASH: Able(accounts.COUNTER, AT_ONCE, gives_change=True),
    Means.CHEQUE: Able(accounts.CHEQUES, BY_THE_BANK, ("number", "bank"), ("number",), refund=False, waits=True),
    Means.TERMINAL: Able(accounts.CARDS, BY_THE_BANK, ("number",), waits=True),
    Means.TRANSFER: Able(
        accounts.BANK, {S.PROMISED: (S.RECEIVED, S.REVERSED), S.RECEIVED: (S.REVERSED,)}, ("number",), waits=True
    ),
    Means.VOUCHER: Able(accounts.VOUCHERS, AT_ONCE, refund=False),
    Means.THIRD_PARTY: Able(
        "",
        {S.RECORDED: (S.RECEIVED, S.REFUSED, S.BORNE, S.REVERSED), S.RECEIVED: ()},
        ("number",),
        refund=False,
        waits=True,
    ),
    Means.MINUTES: Able(accounts.PAID_IN_MINUTES, AT_ONCE, unit=MIN, refund=False),
    Means.FUND: Able("", AT_ONCE, by_hand=False),
}
NOTED = ("number", "bank", "note")  # what evidence may hold, in the order in which it is shown


def may_become(means: str, state: str, to: State) -> bool:
    return to in ABLE[Means(means)].moves.get(State(state), ())
