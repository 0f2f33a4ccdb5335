"""Stripe: the only module that knows it. Rules of its API that are easy to get wrong are told where they apply."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any, Literal, ParamSpec, TypeVar
from urllib.parse import urlsplit

import requests
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

from collective.payments.ports import (
    BadPayload,
    BadSignature,
    EventSeen,
    IntentState,
    PaymentProvider,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
    SessionOpened,
    SessionState,
)
from collective.payments.stripe_objects import event_seen, intent_state, is_a_refund, refund_state, session_state

API_VERSION = "2026-10-28.endive"
TIMEOUT = (4, 20)  # seconds to connect, to answer
RETRIES = 2  # within one call, under the same key
SIGNED_WITHIN = 300  # seconds
LIVE_KEYS = ("sk_live_", "rk_live_")
TEST_KEYS = ("sk_test_", "rk_test_")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
WITH_CHARGE = ["latest_charge.balance_transaction"]
P = ParamSpec("P")
R = TypeVar("R")


def translated(call: Callable[P, R]) -> Callable[P, R]:
    """Turn Stripe's errors into ours."""

    @wraps(call)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except stripe.StripeError as error:
            raise translate(error) from error

    return guarded


def translate(error: stripe.StripeError) -> ProviderUnavailable | ProviderRefused:
    """
    Tell a verdict from its absence.

    A key of ours that is revoked or lacks a right is no verdict on the payment: once mended, the same call works.
    409 is a request under the same key that is still running.
    """
    said = error.user_message or str(error)
    status = error.http_status or 0
    no_verdict = (stripe.APIConnectionError, stripe.AuthenticationError, stripe.PermissionError, stripe.RateLimitError)
    if isinstance(error, no_verdict) or status in (0, 409, 429) or status >= 500:
        return ProviderUnavailable(f"{type(error).__name__} {status or ''}: {said}")
    kind = "idempotency_error" if isinstance(error, stripe.IdempotencyError) else "refused"
    return ProviderRefused(error.code or kind, said)


class StripeGateway:
    """Stripe, behind the PaymentProvider port."""

    def __init__(self, key: str, *, api_base: str = "", http_client: stripe.HTTPClient | None = None) -> None:
        self.livemode = key.startswith(LIVE_KEYS)
        self._v1 = stripe.StripeClient(
            key,
            base_addresses={"api": api_base} if api_base else {},
            http_client=http_client or _http_client(is_local=bool(api_base)),
            max_network_retries=RETRIES,
            stripe_version=API_VERSION,
        ).v1

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
            if session.client_reference_id == reference:
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

    def _intent_state(self, intent: stripe.PaymentIntent) -> IntentState:
        fields = intent.to_dict()
        return intent_state(fields, refunded_cents=self._refunded(fields["latest_charge"]))

    def _refunded(self, charge: dict[str, Any] | None) -> int:
        """
        Return what was given back of what was captured, in cents.

        On a hold captured in part, or released, Stripe counts what was let go in `amount_refunded` as well: there only
        the refunds themselves tell.
        """
        if not charge or not charge["captured"]:
            return 0
        if charge["amount_captured"] == charge["amount"]:
            return int(charge["amount_refunded"])
        found = self._v1.refunds.list({"charge": charge["id"], "limit": 100}).auto_paging_iter()
        return sum(refund.amount for refund in found if is_a_refund(refund.to_dict()))


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
    except (ValueError, LookupError, TypeError, AttributeError) as error:
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


def _http_client(*, is_local: bool) -> stripe.HTTPClient:
    if not is_local:
        return stripe.RequestsClient(timeout=TIMEOUT)
    session = requests.Session()
    session.trust_env = False  # a proxy in the environment cannot reach this machine's own emulator
    return stripe.RequestsClient(timeout=TIMEOUT, session=session)


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
