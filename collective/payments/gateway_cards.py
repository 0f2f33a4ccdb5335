"""Saved cards at Stripe: kept on a hosted page with their holder's authentication, charged later without them."""

from datetime import datetime
from typing import Literal

from collective.payments.gateway_line import WITH_CHARGE, Line, translated
from collective.payments.ports import IntentState, ProviderRefused, SessionOpened, SetupState
from collective.payments.stripe_objects import setup_state


class Cards(Line):
    @translated
    def create_customer(self, *, reference: str, email: str, language: Literal["fr", "en"], key: str) -> str:
        customer = self._v1.customers.create(
            {"email": email, "preferred_locales": [language], "metadata": {"reference": reference}},
            {"idempotency_key": key},
        )
        return customer.id

    @translated
    def open_setup_session(
        self,
        *,
        reference: str,
        customer_id: str,
        language: Literal["fr", "en"],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        key: str,
    ) -> SessionOpened:
        session = self._v1.checkout.sessions.create(
            {
                "mode": "setup",
                "allowed_payment_method_types": ["card"],
                "currency": "eur",
                "customer": customer_id,
                "setup_intent_data": {"metadata": {"reference": reference}},
                "client_reference_id": reference,
                "metadata": {"reference": reference},
                "locale": language,
                "success_url": success_url,
                "cancel_url": cancel_url,
                "expires_at": int(expires_at.timestamp()),
            },
            {"idempotency_key": key},
        )
        return SessionOpened(session_id=session.id, url=session.url or "")

    @translated
    def read_setup_session(self, *, session_id: str) -> SetupState:
        session = self._v1.checkout.sessions.retrieve(session_id, {"expand": ["setup_intent.payment_method"]})
        return setup_state(session.to_dict())

    @translated
    def charge_saved_card(
        self,
        *,
        reference: str,
        amount_cents: int,
        label: str,
        customer_id: str,
        method_id: str,
        capture: Literal["now", "later"],
        transfer_group: str,
        key: str,
    ) -> IntentState:
        # `off_session` tells the bank that nobody is there: where it insists, it declines with authentication_required.
        intent = self._v1.payment_intents.create(
            {
                "amount": amount_cents,
                "currency": "eur",
                "customer": customer_id,
                "payment_method": method_id,
                "allowed_payment_method_types": ["card"],
                "off_session": True,
                "confirm": True,
                "capture_method": "automatic" if capture == "now" else "manual",
                "description": label,
                "metadata": {"reference": reference},
                "transfer_group": transfer_group,
                "expand": WITH_CHARGE,
            },
            {"idempotency_key": key},
        )
        return self._intent_state(intent)

    @translated
    def find_charge(self, *, customer_id: str, reference: str) -> IntentState | None:
        found = self._v1.payment_intents.list({"customer": customer_id, "limit": 100}).auto_paging_iter()
        for intent in found:
            if intent.to_dict()["metadata"].get("reference") == reference:
                return self._intent_state(self._v1.payment_intents.retrieve(intent.id, {"expand": WITH_CHARGE}))
        return None

    def forget_card(self, *, method_id: str, key: str) -> None:
        try:
            self._detach(method_id, key)
        except ProviderRefused:
            # Detached a moment ago, or from the dashboard: whether anybody still holds it is the answer.
            if self._is_kept(method_id):
                raise

    @translated
    def _detach(self, method_id: str, key: str) -> None:
        self._v1.payment_methods.detach(method_id, {}, {"idempotency_key": key})

    @translated
    def _is_kept(self, method_id: str) -> bool:
        return self._v1.payment_methods.retrieve(method_id).customer is not None
