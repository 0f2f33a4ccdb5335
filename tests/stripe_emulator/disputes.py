"""Payments that their holder contests at the bank: money and a fee leave at once, and come back if it is won."""

from typing import Any

from tests.stripe_emulator import balance
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

FEE_CENTS = 1500
ANSWER_WITHIN = 7 * 24 * 3600  # seconds to give evidence
REASONS = {"fraudulent", "duplicate", "product_not_received", "product_unacceptable", "credit_not_processed", "general"}
OVER = {"won", "lost", "warning_closed"}


def open(world: World, charge: Resource, *, reason: str, amount: int | None, is_inquiry: bool) -> Resource:
    """Contest a captured charge; an inquiry moves no money yet. :raises StripeError: for what cannot be contested."""
    if not charge["captured"] or reason not in REASONS:
        raise StripeError(f"Only a captured charge can be disputed, for one of {', '.join(sorted(REASONS))}.")
    if any(row["status"] not in OVER for row in world.store.by("dispute", "charge", charge["id"])):
        raise StripeError("This charge is disputed already.")
    dispute = world.new(
        "dispute",
        "dp",
        amount=charge["amount_captured"] - charge.get("_given_back", 0) if amount is None else amount,
        balance_transactions=[],
        charge=charge["id"],
        currency="eur",
        enhanced_eligibility_types=[],
        evidence={"enhanced_evidence": {}},
        evidence_details={
            "due_by": world.clock.now() + ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=is_inquiry,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    charge["disputed"] = True
    if not is_inquiry:
        _move(world, dispute, category="dispute", amount=-dispute["amount"], fee=FEE_CENTS)
    world.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        world.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _move(world: World, dispute: Resource, *, category: str, amount: int, fee: int = 0) -> None:
    moved = balance.book(
        world,
        type="adjustment",
        category=category,
        amount=amount,
        fee=fee,
        fee_name="Dispute fee",
        source=dispute["id"],
    )
    dispute["balance_transactions"].append(moved)


def end(world: World, dispute: Resource, do: str) -> Resource:
    """Let the bank judge: win, lose; close an inquiry. The fee is never given back."""
    is_inquiry = dispute["status"].startswith("warning_")
    if dispute["status"] in OVER or do not in ({"close"} if is_inquiry else {"win", "lose"}):
        raise StripeError(f"A dispute that is {dispute['status']} cannot {do}.")
    dispute["status"] = {"win": "won", "lose": "lost", "close": "warning_closed"}[do]
    dispute["is_charge_refundable"] = do != "lose"
    if do == "win":
        _move(world, dispute, category="dispute_reversal", amount=dispute["amount"])
        world.emit("charge.dispute.funds_reinstated", dispute)
    world.emit("charge.dispute.updated", dispute)
    world.emit("charge.dispute.closed", dispute)
    return dispute


def refuse_refund(world: World, charge: Resource) -> None:
    """:raises StripeError: while the money is at the bank, or lost to it."""
    if any(not row["is_charge_refundable"] for row in world.store.by("dispute", "charge", charge["id"])):
        raise StripeError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )


def act(world: World, given: dict[str, Any]) -> Resource:
    """Answer `POST /_dispute`: open one by `charge` or `intent`, or end one by `dispute` and `do`."""
    if "dispute" in given:
        return end(world, world.store.get("dispute", given["dispute"]), given["do"])
    charge = given.get("charge") or world.store.get("payment_intent", given["intent"])["latest_charge"]
    return open(
        world,
        world.store.get("charge", charge),
        reason=given.get("reason", "fraudulent"),
        amount=given.get("amount"),
        is_inquiry=bool(given.get("inquiry")),
    )
