"""
The door to Stripe: payment pages, holds, refunds and events; saved cards, sellers and the balance are in gateway_*.py.

Nothing else in the house imports these modules, and none of them but this one and gateway_line.py imports stripe.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from stripe.params import RefundCreateParams
from stripe.params.checkout import (
    SessionCreateParams,
    SessionCreateParamsLineItem,
    SessionCreateParamsLineItemPriceData,
    SessionListParams,
)

from collective.payments.gateway_balance import Balance
from collective.payments.gateway_cards import Cards
from collective.payments.gateway_line import LIVE_KEYS, WITH_CHARGE, translate, translated
from collective.payments.gateway_sellers import Sellers
from collective.payments.ports import (
    BadPayload,
    BadSignature,
    EventSeen,
    IntentState,
    PaymentProvider,
    RefundState,
    SessionOpened,
    SessionState,
)
from collective.payments.stripe_events import event_seen
from collective.payments.stripe_objects import refund_state, session_state

SIGNED_WITHIN = 300  # seconds
TEST_KEYS = ("sk_test_", "rk_test_")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class StripeGateway(Cards, Sellers, Balance):
    """Stripe, behind the PaymentProvider port."""

    @translated
    def open_session(
        self,
        *,
        reference: str,
        amount_cents: int,
        label: str,
        email: str,
        language: Literal["fr", "en"],
        capture: Literal["now", "later"],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        transfer_group: str,
        key: str,
    ) -> SessionOpened:
        # Not Stripe's default `automatic_async`, which leaves the fee unknown when the payment is told.
        method: Literal["automatic", "manual"] = "automatic" if capture == "now" else "manual"
        asked: SessionCreateParams = {
            "mode": "payment",
            "allowed_payment_method_types": ["card"],
            "line_items": [_line(label, amount_cents)],
            "payment_intent_data": {
                "capture_method": method,
                "description": label,
                "metadata": {"reference": reference},
                "transfer_group": transfer_group,
            },
            "client_reference_id": reference,
            "metadata": {"reference": reference},
            "customer_email": email,
            "locale": language,
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        session = self._v1.checkout.sessions.create(asked, {"idempotency_key": key})
        return SessionOpened(session_id=session.id, url=session.url or "")

    @translated
    def expire_session(self, *, session_id: str, key: str) -> SessionState:
        try:
            session = self._v1.checkout.sessions.expire(session_id, {}, {"idempotency_key": key})
        except stripe.InvalidRequestError:
            # Paid or expired a moment ago: how it ended is the answer.
            session = self._v1.checkout.sessions.retrieve(session_id)
            if session.status == "open":
                raise
        return session_state(session.to_dict())

    @translated
    def read_session(self, *, session_id: str) -> SessionState:
        return session_state(self._v1.checkout.sessions.retrieve(session_id).to_dict())

    @translated
    def find_session_by_reference(self, reference: str, *, since: datetime | None = None) -> SessionState | None:
        # Stripe filters sessions by neither client_reference_id nor metadata.
        asked: SessionListParams = {"limit": 100}
        if since:
            asked["created"] = {"gte": int(since.timestamp())}
        for session in self._v1.checkout.sessions.list(asked).auto_paging_iter():
            if session.client_reference_id == reference and session.mode == "payment":
                return session_state(session.to_dict())
        return None

    @translated
    def read_intent(self, *, intent_id: str) -> IntentState:
        return self._intent_state(self._v1.payment_intents.retrieve(intent_id, {"expand": WITH_CHARGE}))

    @translated
    def capture(self, *, intent_id: str, amount_cents: int, key: str) -> IntentState:
        intent = self._v1.payment_intents.capture(
            intent_id, {"amount_to_capture": amount_cents, "expand": WITH_CHARGE}, {"idempotency_key": key}
        )
        return self._intent_state(intent)

    @translated
    def release(self, *, intent_id: str, key: str) -> IntentState:
        intent = self._v1.payment_intents.cancel(intent_id, {"expand": WITH_CHARGE}, {"idempotency_key": key})
        return self._intent_state(intent)

    @translated
    def refund(self, *, intent_id: str, amount_cents: int, key: str, reason: str | None = None) -> RefundState:
        # Stripe's own `reason` knows three words only, one of which accuses the person of fraud: ours is a note.
        asked: RefundCreateParams = {"payment_intent": intent_id, "amount": amount_cents}
        if reason:
            asked["metadata"] = {"reason": reason}
        return refund_state(self._v1.refunds.create(asked, {"idempotency_key": key}).to_dict())

    @translated
    def list_refunds(self, *, intent_id: str) -> list[RefundState]:
        found = self._v1.refunds.list({"payment_intent": intent_id, "limit": 100}).auto_paging_iter()
        return [refund_state(refund.to_dict()) for refund in found][::-1]

    def list_events(self, since: datetime) -> Iterator[EventSeen]:
        try:
            pages = self._v1.events.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for event in pages.auto_paging_iter():
                yield event_seen(event.to_dict())
        except stripe.StripeError as error:
            raise translate(error) from error

    def read_event(self, payload: bytes, signature: str, secrets: Sequence[str]) -> EventSeen:
        return read_event(payload, signature, secrets)


def read_event(payload: bytes, signature: str, secrets: Sequence[str]) -> EventSeen:
    """Verify and read a webhook's raw body; see PaymentProvider.read_event."""
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise BadPayload("This body is not text.") from error
    if not signature.isascii():  # what compares signatures accepts nothing else
        raise BadSignature("This signature is not one of Stripe's.")
    # An empty secret would let anybody sign.
    if not any(_is_signed(text, signature, secret) for secret in secrets if secret.strip()):
        raise BadSignature("No secret of ours signed this body within the last five minutes.")
    try:
        return event_seen(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise BadPayload("This signed body is not an event with its object.") from error


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(text, signature, secret, SIGNED_WITHIN))
    except stripe.SignatureVerificationError:
        return False


def _line(label: str, amount_cents: int) -> SessionCreateParamsLineItem:
    price: SessionCreateParamsLineItemPriceData = {
        "currency": "eur",
        "unit_amount": amount_cents,
        "product_data": {"name": label},
    }
    return {"quantity": 1, "price_data": price}


@lru_cache(maxsize=4)
def _gateway(key: str, api_base: str) -> StripeGateway:
    return StripeGateway(key, api_base=api_base)


def provider() -> PaymentProvider:
    """
    Return the provider that the settings name.

    :raises ImproperlyConfigured: without a key, with a live key in the demonstration, or with an address of the API
        that is not this machine's own or goes with a live key.
    """
    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE.rstrip("/")
    if not key.startswith((*LIVE_KEYS, *TEST_KEYS)):
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is not a secret key of Stripe (sk_… or rk_…): no online payment.")
    if key.startswith(LIVE_KEYS) and settings.MOYEU_DEMO:
        raise ImproperlyConfigured(
            "The demonstration does not take a live STRIPE_SECRET_KEY: it would move real money."
        )
    if base and not (key.startswith("sk_test_") and urlsplit(base).hostname in LOOPBACK):
        raise ImproperlyConfigured(
            "STRIPE_API_BASE is for the emulator: this machine's own address and a sk_test_ key."
        )
    return _gateway(key, base)
