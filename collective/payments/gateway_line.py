"""
The line to Stripe: its client, the errors it answers with, and what every call shares. gateway.py is the door.

Rules of its API that are easy to get wrong are told where they apply.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import requests
import stripe

from collective.payments.ports import IntentState, ProviderRefused, ProviderUnavailable
from collective.payments.stripe_objects import intent_state, is_a_refund

API_VERSION = "2026-10-28.endive"
TIMEOUT = (4, 20)  # seconds to connect, to answer
RETRIES = 2  # within one call, under the same key
LIVE_KEYS = ("sk_live_", "rk_live_")
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
    return ProviderRefused(error.code or kind, said, intent_id=_intent_left(error))


def _intent_left(error: stripe.StripeError) -> str | None:
    """A decline carries the whole intent it leaves behind."""
    told = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    intent = told.get("payment_intent") if isinstance(told, dict) else None
    return str(intent["id"]) if isinstance(intent, dict) and "id" in intent else None


class Line:
    """What the parts of the gateway share: both APIs of Stripe, and how an intent is read."""

    def __init__(self, key: str, *, api_base: str = "", http_client: stripe.HTTPClient | None = None) -> None:
        self.livemode = key.startswith(LIVE_KEYS)
        client = stripe.StripeClient(
            key,
            base_addresses={"api": api_base} if api_base else {},
            http_client=http_client or _http_client(is_local=bool(api_base)),
            max_network_retries=RETRIES,
            stripe_version=API_VERSION,
        )
        self._v1, self._v2 = client.v1, client.v2

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


def _http_client(*, is_local: bool) -> stripe.HTTPClient:
    if not is_local:
        return stripe.RequestsClient(timeout=TIMEOUT)
    session = requests.Session()
    session.trust_env = False  # a proxy in the environment cannot reach this machine's own emulator
    return stripe.RequestsClient(timeout=TIMEOUT, session=session)
