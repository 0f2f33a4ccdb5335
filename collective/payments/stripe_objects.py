"""
Stripe's objects in our words. gateway.py hands them over as plain dictionaries.

Since stripe 15 its objects are no dictionaries any more: no `.get`, and an absent field raises. Here they are.
"""

from datetime import UTC, datetime
from typing import Any

from collective.payments.ports import EventSeen, IntentState, IntentStatus, RefundState, SessionState

Fields = dict[str, Any]

STATUSES = {
    "canceled": IntentStatus.RELEASED,
    "processing": IntentStatus.PROCESSING,
    "requires_action": IntentStatus.WAITING,
    "requires_capture": IntentStatus.AUTHORISED,
    "requires_confirmation": IntentStatus.WAITING,
    "requires_payment_method": IntentStatus.WAITING,
    "succeeded": IntentStatus.CAPTURED,
}


def session_state(session: Fields) -> SessionState:
    return SessionState(
        session_id=session["id"],
        status=session["status"],
        payment_status=session["payment_status"],
        intent_id=session["payment_intent"],
        amount_cents=session["amount_total"],
        currency=session["currency"].upper(),
        reference=session["client_reference_id"] or "",
        url=session["url"],
        livemode=session["livemode"],
    )


def intent_state(intent: Fields, *, refunded_cents: int) -> IntentState:
    """Read an intent whose `latest_charge.balance_transaction` is expanded."""
    charge: Fields = intent["latest_charge"] or {}
    booked: Fields = charge.get("balance_transaction") or {}
    return IntentState(
        intent_id=intent["id"],
        status=STATUSES[intent["status"]],
        amount_cents=intent["amount"],
        capturable_cents=intent["amount_capturable"],
        received_cents=intent["amount_received"],
        refunded_cents=refunded_cents,
        charge_id=charge.get("id"),
        fee_cents=booked.get("fee"),
        capture_before=_capture_before(charge),
        currency=intent["currency"].upper(),
        reference=(intent["metadata"] or {}).get("reference", ""),
        livemode=intent["livemode"],
    )


def _capture_before(charge: Fields) -> datetime | None:
    """Return when the bank lets go: read, never counted, since it depends on the card and on who was present."""
    card: Fields = (charge.get("payment_method_details") or {}).get("card") or {}
    until = card.get("capture_before")
    return moment(until) if until and not charge["captured"] else None


def is_a_refund(refund: Fields) -> bool:
    """Tell money given back from a hold let go, which moves nothing on our balance, and from what failed."""
    if refund["status"] == "succeeded":
        return bool(refund["balance_transaction"])
    return refund["status"] in ("pending", "requires_action")


def refund_state(refund: Fields) -> RefundState:
    return RefundState(
        refund_id=refund["id"],
        amount_cents=refund["amount"],
        status=refund["status"] or "pending",
        created_at=moment(refund["created"]),
    )


def event_seen(event: Fields) -> EventSeen:
    """:raises LookupError, TypeError, ValueError: for what is not an event of the first API with its object."""
    subject: Fields = event["data"]["object"]
    if event["object"] != "event":
        raise ValueError(f"{event['object']!r} is not an event.")
    is_intent = subject.get("object") == "payment_intent"
    return EventSeen(
        id=str(event["id"]),
        type=str(event["type"]),
        object_id=str(subject.get("id", "")),
        created=moment(event["created"]),
        livemode=bool(event["livemode"]),
        intent_id=subject["id"] if is_intent else subject.get("payment_intent"),
        reference=(subject.get("metadata") or {}).get("reference"),
    )


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
