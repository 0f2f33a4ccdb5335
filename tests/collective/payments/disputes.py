"""A bank that contests, takes and gives back, as the provider tells of it: for tests at use-case level."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from collective.payments.dispute_models import Dispute
from collective.payments.models import Payment
from collective.payments.ports import DisputeState, Movement
from collective.payments.take_dispute import look_at_disputes

FEE = 2000
_numbers = count(1)


class Bank:
    """The disputes of one payment, told by a patched `list_disputes`."""

    def __init__(self, payment: Payment, gateway: Any, monkeypatch: Any, *, at: datetime) -> None:
        self.payment, self.at = payment, at
        self.said: dict[str, DisputeState] = {}
        monkeypatch.setattr(
            gateway,
            "list_disputes",
            lambda *, intent_id: list(self.said.values()) if intent_id == payment.intent_id else [],
        )

    def contest(self, cents: int, *, name: str = "dp_1", status: str = "needs_response", fee: int = FEE) -> Dispute:
        is_question = status.startswith("warning")
        moved = () if is_question else (self._movement(name, -cents, fee),)
        return self.say(name, amount_cents=cents, status=status, is_refundable=is_question, movements=moved)

    def lose(self, name: str = "dp_1") -> Dispute:
        return self.say(name, status="lost")

    def win(self, name: str = "dp_1", *, brings_back: bool = True) -> Dispute:
        said = self.said[name]
        back = (self._movement(name, said.amount_cents, 0),) if brings_back else ()
        return self.say(name, status="won", movements=(*said.movements, *back))

    def say(self, name: str, **changes: Any) -> Dispute:
        was = self.said.get(name)
        fields: dict[str, Any] = {
            "dispute_id": name,
            "charge_id": self.payment.charge_id,
            "intent_id": self.payment.intent_id,
            "fee_cents": 0,
            "reason": "fraudulent",
            "is_refundable": False,
            "created_at": self.at,
            "evidence_due_at": self.at + timedelta(days=9),
            "movements": (),
        }
        self.said[name] = DisputeState(**fields | (vars(was) if was else {}) | changes)
        return self.look(name)

    def look(self, name: str = "dp_1") -> Dispute:
        look_at_disputes(payment=self.payment, at=self.at)
        self.payment.refresh_from_db()
        return Dispute.objects.get(provider_id=name)

    def _movement(self, name: str, amount: int, fee: int) -> Movement:
        return Movement(
            movement_id=f"txn_dispute_{next(_numbers)}",
            kind="dispute",
            amount_cents=amount,
            fee_cents=fee,
            net_cents=amount - fee,
            source_id=name,
            created_at=self.at,
            available_at=self.at,
        )
