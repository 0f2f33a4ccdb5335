"""Refunds: never more than is left of what was captured."""

from typing import Any

from tests.stripe_emulator import balance
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World


def create(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Give money back. :raises StripeError: if nothing, or less than is asked, is left to give."""
    charge = _charge(world, params)
    if not charge["captured"]:
        raise StripeError(
            "This charge has not been captured: cancel its PaymentIntent instead.", code="charge_not_refundable"
        )
    left = charge["amount_captured"] - charge.get("_given_back", 0)
    amount = params.get("amount", left)
    if not left:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise StripeError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount"
        )
    return _give_back(world, charge, amount, params)


def _charge(world: World, params: dict[str, Any]) -> Resource:
    if "charge" in params:
        return world.store.get("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise StripeError("One of the following params should be provided for this request: payment_intent or charge.")
    intent = world.store.get("payment_intent", params["payment_intent"], param="payment_intent")
    if not intent["latest_charge"]:
        raise StripeError("This PaymentIntent does not have a successful charge to refund.")
    return world.store.get("charge", intent["latest_charge"])


def _give_back(world: World, charge: Resource, amount: int, params: dict[str, Any]) -> Resource:
    charge["_given_back"] = charge.get("_given_back", 0) + amount
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["_given_back"] == charge["amount_captured"]
    refund = world.new(
        "refund",
        "re",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    given = balance.book(world, type="refund", category="refund", amount=-amount, source=refund["id"])
    refund["balance_transaction"] = given["id"]
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    world.emit("refund.updated", refund)
    return refund


def fail(world: World, identifier: str) -> Resource:
    """Let a refund come back days later, as it does when the card's account is closed."""
    refund = world.store.get("refund", identifier)
    if refund["status"] != "succeeded":
        raise StripeError(f"This refund is {refund['status']}: only one that succeeded can fail later.")
    charge = world.store.get("charge", refund["charge"])
    charge["_given_back"] -= refund["amount"]
    charge.update(amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    world.emit("refund.failed", refund)
    world.emit("refund.updated", refund)
    return refund
