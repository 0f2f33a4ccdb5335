"""
Stripe's objects in our words. gateway.py hands them over as plain dictionaries.

Since stripe 15 its objects are no dictionaries any more: no `.get`, and an absent field raises. Here they are.
"""

from datetime import UTC, datetime
from typing import Any

from collective.payments.states import (
    AccountState,
    BalanceState,
    DisputeState,
    IntentState,
    IntentStatus,
    Movement,
    PayoutState,
    RefundState,
    ReversalState,
    SavedCard,
    SessionState,
    SetupState,
    TransferState,
)

Fields = dict[str, Any]
TRANSFERS = {"active", "pending", "rejected", "restricted", "unsupported"}

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
        has_bounced=bool(charge) and charge["captured"] and charge["status"] == "failed",
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


def setup_state(session: Fields) -> SetupState:
    """Read a page of mode `setup` whose `setup_intent.payment_method` is expanded."""
    intent: Fields = session["setup_intent"] or {}
    return SetupState(
        session_id=session["id"],
        status=session["status"],
        reference=session["client_reference_id"] or "",
        customer_id=session["customer"],
        method=saved_card(intent.get("payment_method")) if intent.get("status") == "succeeded" else None,
        livemode=session["livemode"],
    )


def saved_card(method: Fields | None) -> SavedCard | None:
    """None for a card that was forgotten since, and for what is no card."""
    card: Fields | None = (method or {}).get("card")
    if not method or not card or not method["customer"]:
        return None
    return SavedCard(
        method_id=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
    )


def account_state(account: Fields) -> AccountState:
    """Read an account of the second API, with `configuration.recipient` and `requirements` included."""
    recipient: Fields = (account.get("configuration") or {}).get("recipient") or {}
    capability = ((recipient.get("capabilities") or {}).get("stripe_balance") or {}).get("stripe_transfers") or {}
    entries = (account.get("requirements") or {}).get("entries") or []
    told = capability.get("status")
    return AccountState(
        account_id=account["id"],
        transfers=told if told in TRANSFERS else "restricted",  # a word we do not know lets no money go
        due=tuple(entry["description"] for entry in entries if entry["awaiting_action_from"] == "user"),
        closed=bool(account.get("closed")),
        livemode=account["livemode"],
    )


def transfer_state(transfer: Fields) -> TransferState:
    return TransferState(
        transfer_id=transfer["id"],
        account_id=transfer["destination"] or "",
        amount_cents=transfer["amount"],
        reversed_cents=transfer["amount_reversed"],
        charge_id=transfer["source_transaction"],
        transfer_group=transfer["transfer_group"] or "",
        reference=(transfer["metadata"] or {}).get("reference", ""),
        created_at=moment(transfer["created"]),
    )


def reversal_state(reversal: Fields) -> ReversalState:
    return ReversalState(
        reversal_id=reversal["id"],
        transfer_id=reversal["transfer"],
        amount_cents=reversal["amount"],
        reference=(reversal["metadata"] or {}).get("reference", ""),
        created_at=moment(reversal["created"]),
    )


def dispute_state(dispute: Fields) -> DisputeState:
    moved = tuple(movement(row) for row in dispute["balance_transactions"])
    due_by = dispute["evidence_details"]["due_by"]
    return DisputeState(
        dispute_id=dispute["id"],
        charge_id=dispute["charge"],
        intent_id=dispute["payment_intent"],
        amount_cents=dispute["amount"],
        fee_cents=sum(row.fee_cents for row in moved),
        status=dispute["status"],
        reason=dispute["reason"],
        is_refundable=dispute["is_charge_refundable"],
        created_at=moment(dispute["created"]),
        evidence_due_at=moment(due_by) if due_by else None,
        movements=moved,
    )


def balance_state(balance: Fields) -> BalanceState:
    def euros(rows: list[Fields]) -> int:
        return sum(row["amount"] for row in rows if row["currency"] == "eur")

    return BalanceState(available_cents=euros(balance["available"]), pending_cents=euros(balance["pending"]))


def payout_state(payout: Fields) -> PayoutState:
    return PayoutState(
        payout_id=payout["id"],
        amount_cents=payout["amount"],
        status=payout["status"],
        is_automatic=payout["automatic"],
        reconciled=payout["reconciliation_status"] == "completed",
        arrives_on=moment(payout["arrival_date"]).date(),
        created_at=moment(payout["created"]),
    )


def movement(row: Fields) -> Movement:
    """Read a balance transaction by its reporting category, which tells a dispute from any other adjustment."""
    return Movement(
        movement_id=row["id"],
        kind=row["reporting_category"],
        amount_cents=row["amount"],
        fee_cents=row["fee"],
        net_cents=row["net"],
        source_id=row["source"],
        created_at=moment(row["created"]),
        available_at=moment(row["available_on"]),
    )


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
