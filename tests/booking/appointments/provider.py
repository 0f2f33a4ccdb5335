"""A payment provider in memory: what a person does on the payment page, without a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from collective.payments.models import KeptCard, Payment
from collective.payments.ports import (
    DisputeState,
    EventSeen,
    IntentState,
    IntentStatus,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
    SessionOpened,
    SessionState,
)
from collective.payments.states import SavedCard, SetupState


class MemoryProvider:
    """Answers as Stripe would, the same to the same key; `is_away` makes it silent."""

    livemode = False

    def __init__(self) -> None:
        self.is_away = False
        self.calls: list[str] = []
        self._answers: dict[str, Any] = {}
        self._numbers = count(1)
        self._sessions: dict[str, SessionState] = {}
        self._captures: dict[str, str] = {}
        self._intents: dict[str, IntentState] = {}
        self._refunds: dict[str, list[RefundState]] = {}
        self._setups: dict[str, SetupState] = {}
        self.kept_cards: set[str] = set()
        self.declines = ""  # the code with which the bank refuses a saved card

    # --- What people do ---

    def pay(self, payment: Payment, *, capture_before: datetime | None = None) -> None:
        """The person fills in the page. :raises AssertionError: when the page is closed."""
        payment.refresh_from_db()
        session = self._sessions[payment.session_id]
        assert session.status == "open", "this payment page is closed"
        intent_id = f"pi_{next(self._numbers)}"
        later = self._captures[session.session_id] == "later"
        self._intents[intent_id] = IntentState(
            intent_id=intent_id,
            status=IntentStatus.AUTHORISED if later else IntentStatus.CAPTURED,
            amount_cents=session.amount_cents,
            capturable_cents=session.amount_cents if later else 0,
            received_cents=0 if later else session.amount_cents,
            refunded_cents=0,
            charge_id=f"ch_{intent_id}",
            fee_cents=None if later else fee(session.amount_cents),
            capture_before=capture_before,
            currency="EUR",
            reference=session.reference,
            livemode=False,
        )
        self._sessions[session.session_id] = replace(
            session, status="complete", payment_status="unpaid" if later else "paid", intent_id=intent_id, url=None
        )

    def refuse_refunds(self, payment: Payment) -> None:
        """The card's bank sends back, days later, what was refunded."""
        payment.refresh_from_db()
        refunds = self._refunds[payment.intent_id]
        self._refunds[payment.intent_id] = [replace(refund, status="failed") for refund in refunds]
        self._intents[payment.intent_id] = replace(self._intents[payment.intent_id], refunded_cents=0)

    def give_card(self, card: KeptCard) -> None:
        """The person gives a card on the page, and lets us keep it."""
        card.refresh_from_db()
        setup = self._setups[card.session_id]
        assert setup.status == "open", "this page is closed"
        method = SavedCard(f"pm_{next(self._numbers)}", "visa", "4242", 12, 2030)
        self.kept_cards.add(method.method_id)
        self._setups[card.session_id] = replace(setup, status="complete", method=method)

    def lapse(self, payment: Payment) -> None:
        """The bank lets go of a hold."""
        payment.refresh_from_db()
        intent = self._intents[payment.intent_id]
        self._intents[payment.intent_id] = replace(intent, status=IntentStatus.RELEASED, capturable_cents=0)

    def is_open(self, payment: Payment) -> bool:
        payment.refresh_from_db()
        return self._sessions[payment.session_id].status == "open"

    def standing(self, payment: Payment) -> IntentState:
        payment.refresh_from_db()
        return self._intents[payment.intent_id]

    def charged(self) -> list[IntentState]:
        """Every payment that took money."""
        return [intent for intent in self._intents.values() if intent.received_cents]

    # --- What is asked of it ---

    def open_session(self, *, reference: str, amount_cents: int, capture: str, key: str, **asked: Any) -> SessionOpened:
        def opened() -> SessionOpened:
            session_id = f"cs_{next(self._numbers)}"
            url = f"https://pay.example/{session_id}"
            self._captures[session_id] = capture
            self._sessions[session_id] = SessionState(
                session_id=session_id,
                status="open",
                payment_status="unpaid",
                intent_id=None,
                amount_cents=amount_cents,
                currency="EUR",
                reference=reference,
                url=url,
                livemode=False,
            )
            return SessionOpened(session_id, url)

        return self._once(key, opened)

    def expire_session(self, *, session_id: str, key: str) -> SessionState:
        def expired() -> SessionState:
            session = self._sessions[session_id]
            if session.status == "open":
                self._sessions[session_id] = replace(session, status="expired", url=None)
            return self._sessions[session_id]

        return self._once(key, expired)

    def read_session(self, *, session_id: str) -> SessionState:
        self._answer("read_session")
        return self._sessions[session_id]

    def find_session_by_reference(self, reference: str, *, since: datetime | None = None) -> SessionState | None:
        self._answer("find_session")
        return next((session for session in self._sessions.values() if session.reference == reference), None)

    def read_intent(self, *, intent_id: str) -> IntentState:
        self._answer("read_intent")
        return self._intents[intent_id]

    def capture(self, *, intent_id: str, amount_cents: int, key: str) -> IntentState:
        def captured() -> IntentState:
            intent = self._intents[intent_id]
            if intent.status != IntentStatus.AUTHORISED:
                raise ProviderRefused("payment_intent_unexpected_state", str(intent.status))
            self._intents[intent_id] = replace(
                intent,
                status=IntentStatus.CAPTURED,
                received_cents=amount_cents,
                capturable_cents=0,
                fee_cents=fee(amount_cents),
            )
            return self._intents[intent_id]

        return self._once(key, captured)

    def release(self, *, intent_id: str, key: str) -> IntentState:
        def released() -> IntentState:
            intent = self._intents[intent_id]
            if intent.status != IntentStatus.AUTHORISED:
                raise ProviderRefused("payment_intent_unexpected_state", str(intent.status))
            self._intents[intent_id] = replace(intent, status=IntentStatus.RELEASED, capturable_cents=0)
            return self._intents[intent_id]

        return self._once(key, released)

    def refund(self, *, intent_id: str, amount_cents: int, key: str, reason: str | None = None) -> RefundState:
        def refunded() -> RefundState:
            intent = self._intents[intent_id]
            if amount_cents > intent.received_cents - intent.refunded_cents:
                raise ProviderRefused("charge_already_refunded", "more than is left")
            refund = RefundState(f"re_{next(self._numbers)}", amount_cents, "succeeded", datetime.now(UTC))
            self._refunds.setdefault(intent_id, []).append(refund)
            self._intents[intent_id] = replace(intent, refunded_cents=intent.refunded_cents + amount_cents)
            return refund

        return self._once(key, refunded)

    def list_refunds(self, *, intent_id: str) -> list[RefundState]:
        self._answer("list_refunds")
        return self._refunds.get(intent_id, [])

    def list_disputes(self, *, intent_id: str) -> list[DisputeState]:
        self._answer("list_disputes")
        return []

    def create_customer(self, *, reference: str, email: str, language: str, key: str) -> str:
        return str(self._once(key, lambda: f"cus_{next(self._numbers)}"))

    def open_setup_session(self, *, reference: str, customer_id: str, key: str, **asked: Any) -> SessionOpened:
        def opened() -> SessionOpened:
            session_id = f"cs_{next(self._numbers)}"
            self._setups[session_id] = SetupState(session_id, "open", reference, customer_id, None, False)
            return SessionOpened(session_id, f"https://pay.example/{session_id}")

        return self._once(key, opened)

    def read_setup_session(self, *, session_id: str) -> SetupState:
        self._answer("read_setup_session")
        return self._setups[session_id]

    def charge_saved_card(
        self, *, reference: str, amount_cents: int, method_id: str, key: str, **asked: Any
    ) -> IntentState:
        def charged() -> IntentState:
            if self.declines or method_id not in self.kept_cards:
                raise ProviderRefused(self.declines or "no_such_card", "declined", intent_id="pi_declined")
            intent_id = f"pi_{next(self._numbers)}"
            self._intents[intent_id] = IntentState(
                intent_id=intent_id,
                status=IntentStatus.CAPTURED,
                amount_cents=amount_cents,
                capturable_cents=0,
                received_cents=amount_cents,
                refunded_cents=0,
                charge_id=f"ch_{intent_id}",
                fee_cents=fee(amount_cents),
                capture_before=None,
                currency="EUR",
                reference=reference,
                livemode=False,
            )
            return self._intents[intent_id]

        return self._once(key, charged)

    def find_charge(self, *, customer_id: str, reference: str) -> IntentState | None:
        self._answer("find_charge")
        return next((intent for intent in self._intents.values() if intent.reference == reference), None)

    def forget_card(self, *, method_id: str, key: str) -> None:
        self._once(key, lambda: self.kept_cards.discard(method_id))

    def list_events(self, since: datetime) -> Iterator[EventSeen]:
        self._answer("list_events")
        return iter(())

    def read_event(self, payload: bytes, signature: str, secrets: Sequence[str]) -> EventSeen:
        raise NotImplementedError

    def _answer(self, call: str) -> None:
        if self.is_away:
            raise ProviderUnavailable("away")
        self.calls.append(call)

    def _once(self, key: str, act: Any) -> Any:
        self._answer(key.split(":")[0])
        if key not in self._answers:
            self._answers[key] = act()
        return self._answers[key]


def fee(cents: int) -> int:
    """Stripe's for a European card: 1.5 % and 25 cents."""
    return 25 + cents * 15 // 1000
