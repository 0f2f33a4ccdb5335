"""What the provider says was charged and given back, against our rows, to the cent: read from the emulator itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from booking.audit.chain import chain_audit_rows
from booking.invariants.check import what_is_broken
from collective.payments.distribution.models import Transfer
from collective.payments.models import Payment


class Emulator(Protocol):
    def objects(self, kind: str) -> list[dict[str, Any]]: ...


def what_differs(stripe: Emulator) -> Iterator[str]:
    """Yield a sentence for each payment that the emulator and we count differently, either way."""
    captured, refunded = money_at(stripe)
    ours = {str(payment.reference): payment for payment in Payment.objects.exclude(intent_id="")}
    for reference in sorted(captured.keys() | ours.keys()):
        payment = ours.get(reference)
        said = (payment.captured_cents, payment.refunded_cents) if payment else (0, 0)
        if said != (captured[reference], refunded[reference]):
            yield f"{reference}: {captured[reference]} taken and {refunded[reference]} given back, we say {said}"


def what_was_sent_otherwise(stripe: Emulator) -> Iterator[str]:
    """Yield a sentence for each transfer that the emulator and we count differently, either way."""
    sent = {one["id"]: (one["amount"], one["amount_reversed"]) for one in stripe.objects("transfer")}
    ours = {
        provider_id: (amount, reversed_cents)
        for provider_id, amount, reversed_cents in Transfer.objects.exclude(provider_id="").values_list(
            "provider_id", "amount_cents", "reversed_cents"
        )
    }
    for transfer in sorted(sent.keys() | ours.keys()):
        if sent.get(transfer) != ours.get(transfer):
            yield f"{transfer}: {sent.get(transfer)} sent and taken back, we say {ours.get(transfer)}"


def money_at(stripe: Emulator) -> tuple[Counter[str], Counter[str]]:
    """Count what each payment of ours brought and gave back at the emulator, in cents."""
    captured: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    references = {}
    for intent in stripe.objects("payment_intent"):
        references[intent["id"]] = intent["metadata"].get("reference", intent["id"])
        captured[references[intent["id"]]] += intent["amount_received"]
    for refund in stripe.objects("refund"):
        if refund["status"] in ("succeeded", "pending") and refund["balance_transaction"]:
            refunded[references[refund["payment_intent"]]] += refund["amount"]
    return captured, refunded


def faults(stripe: Emulator, *, at: datetime) -> list[str]:
    """Return everything that must not be, once all work is done: the invariants, and the emulator against us."""
    while chain_audit_rows(at=at):
        pass
    broken = what_is_broken(at=at)
    return [
        *(f"{number}: {fault}" for number, found in broken.items() for fault in found),
        *what_differs(stripe),
        *what_was_sent_otherwise(stripe),
    ]
