"""The provider's balance as a test tells it: movements and payouts, beside the emulator's payments."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from collective.payments.models import Payment, Refund
from collective.payments.ports import BalanceState, Movement, PayoutState
from tests.collective.payments.conftest import asked, at, emulator, gateway, opened, paid, stripe, wire

__all__ = ["asked", "at", "emulator", "gateway", "opened", "paid", "stripe", "wire"]


class Balance:
    """What the provider says of our money there."""

    def __init__(self, gateway: Any, monkeypatch: Any, *, at: datetime) -> None:
        self.at = at
        self.movements: list[Movement] = []
        self.payouts: dict[str, PayoutState] = {}
        self.items: dict[str, list[Movement]] = {}
        self.off = 0  # cents that no movement explains
        self._numbers = count(1)
        for name in ("read_balance", "list_movements", "list_payouts"):
            monkeypatch.setattr(gateway, name, getattr(self, name))

    # --- What happens there ---

    def move(self, kind: str, cents: int, *, fee: int = 0, source: str | None = None, ago: int = 60) -> Movement:
        """`ago` minutes, so that it is no news any more."""
        moment = self.at - timedelta(minutes=ago)
        moved = Movement(
            f"txn_{next(self._numbers)}", kind, cents, fee, cents - fee, source, moment, moment + timedelta(days=2)
        )
        self.movements.append(moved)
        return moved

    def charge(self, payment: Payment, *, fee: int | None = None) -> Movement:
        kept = payment.fee_cents if fee is None else fee
        assert kept is not None
        return self.move("charge", payment.captured_cents, fee=kept, source=payment.charge_id)

    def refund(self, refund: Refund) -> Movement:
        return self.move("refund", -refund.amount_cents, source=refund.provider_id)

    def pay_out(
        self, *movements: Movement, cents: int | None = None, automatic: bool = True, name: str = "po_1"
    ) -> None:
        total = sum(one.net_cents for one in movements) if cents is None else cents
        self.move("payout", -total, source=name)
        self.items[name] = [*movements, self.movements[-1]]
        self.payouts[name] = PayoutState(
            name, total, "in_transit", automatic, False, (self.at + timedelta(days=2)).date(), self.at
        )

    def say(self, name: str = "po_1", **changes: Any) -> None:
        self.payouts[name] = PayoutState(**vars(self.payouts[name]) | changes)

    # --- What is asked of it ---

    def read_balance(self) -> BalanceState:
        return BalanceState(sum(one.net_cents for one in self.movements) + self.off, 0)

    def list_movements(self, *, payout_id: str | None = None, since: datetime | None = None) -> list[Movement]:
        if payout_id:
            return self.items[payout_id]
        return [one for one in reversed(self.movements) if since is None or one.created_at >= since]

    def list_payouts(self, *, since: datetime) -> list[PayoutState]:
        return [one for one in self.payouts.values() if one.created_at >= since]


@pytest.fixture
def balance(db, stripe, gateway, settings, monkeypatch, at) -> Balance:
    settings.STRIPE_SECRET_KEY = "sk_test_emulated"
    return Balance(gateway, monkeypatch, at=at)
