"""Payment intents and their charges: authorise, capture, cancel, lapse."""

from typing import Any

from tests.stripe_emulator.errors import StripeError, unexpected_state
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

HOLD_LASTS = 7 * 24 * 3600  # seconds: a card authorisation made online by its holder
FEE_CENTS, FEE_PER_MILLE = 25, 15  # 1.5 % + 0.25 EUR
SMALLEST_AMOUNT = 50  # cents
DECLINED = "Your card was declined."
NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"}
TEST_CARDS = {
    "pm_card_visa": ("pay", ""),
    "pm_card_chargeDeclined": ("card_declined", DECLINED),
    "pm_card_authenticationRequired": ("authentication_required", NOT_AUTHENTICATED),
}

Params = dict[str, Any]


def fee(amount: int) -> int:
    """Return the fee in cents on a captured amount in cents, rounded half up."""
    return FEE_CENTS + (amount * FEE_PER_MILLE + 500) // 1000


def create(world: World, params: Params, ids: dict[str, str]) -> Resource:
    """Make an intent; with `confirm` and a test card, attempt it at once."""
    if params["amount"] < SMALLEST_AMOUNT:
        raise StripeError("Amount must be at least €0.50 eur", code="amount_too_small", param="amount")
    intent = make(world, amount=params["amount"], currency=params["currency"], data=params)
    if params.get("confirm"):
        card = params.get("payment_method", "")
        outcome, message = TEST_CARDS.get(card, ("missing", ""))
        if outcome == "missing":
            raise StripeError(f"No such PaymentMethod: '{card}'", code="resource_missing", param="payment_method")
        if outcome == "pay":
            authorise(world, intent)
        else:
            fail(world, intent, code=outcome, message=message)
            raise StripeError(message, status=402, type="card_error", code=outcome)
    return intent


def make(world: World, *, amount: int, currency: str, data: Params) -> Resource:
    """Make an intent that nobody has tried to pay; `data` is what Checkout calls payment_intent_data."""
    return world.new(
        "payment_intent",
        "pi",
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        capture_method=data.get("capture_method", "automatic_async"),
        confirmation_method="automatic",
        currency=currency,
        description=data.get("description"),
        livemode=False,
        metadata=data.get("metadata") or {},
        payment_method_types=["card"],
        receipt_email=data.get("receipt_email"),
        status="requires_payment_method",
        transfer_group=data.get("transfer_group"),
    )


def authorise(world: World, intent: Resource) -> None:
    """Take the card: hold the amount, or capture it when the intent says so."""
    charge = world.new(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details={
            "address": None,
            "email": intent["receipt_email"],
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        captured=False,
        currency=intent["currency"],
        disputed=False,
        livemode=False,
        metadata=dict(intent["metadata"]),
        paid=True,
        payment_intent=intent["id"],
        payment_method_details={"type": "card", "card": _card(world)},
        refunded=False,
        status="succeeded",
        transfer_group=intent["transfer_group"],
    )
    intent.update(latest_charge=charge["id"], last_payment_error=None)
    if intent["capture_method"] != "manual":
        charge["payment_method_details"]["card"].pop("capture_before")
        settle(world, intent, intent["amount"])
        return
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    world.emit("payment_intent.amount_capturable_updated", intent)


def _card(world: World) -> Resource:
    return {
        "brand": "visa",
        "capture_before": world.clock.now() + HOLD_LASTS,
        "checks": None,
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "emulated",
        "funding": "credit",
        "installments": None,
        "last4": "4242",
        "mandate": None,
        "network": "visa",
        "network_token": None,
        "network_transaction_id": None,
        "regulated_status": None,
        "three_d_secure": None,
        "wallet": None,
        "authorization_code": None,
    }


def fail(world: World, intent: Resource, *, code: str, message: str) -> None:
    """Record an attempt that did not pay; the intent waits for another card."""
    intent["last_payment_error"] = {"type": "card_error", "code": code, "message": message}
    intent["status"] = "requires_payment_method"
    world.emit("payment_intent.payment_failed", intent)


def settle(world: World, intent: Resource, amount: int) -> None:
    """Capture `amount` cents; what was held above it is given back."""
    charge = world.store.get("charge", intent["latest_charge"])
    taken = world.new(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=world.clock.now() + 3 * 24 * 3600,
        balance_type="payments",
        currency=charge["currency"],
        fee=fee(amount),
        fee_details=[_fee_detail(amount, charge["currency"])],
        net=amount - fee(amount),
        reporting_category="charge",
        source=charge["id"],
        status="pending",
        type="charge",
    )
    # A part that is held and never captured counts as given back on the charge, without any refund or transaction.
    charge.update(
        captured=True,
        amount_captured=amount,
        amount_refunded=charge["amount"] - amount,
        balance_transaction=taken["id"],
    )
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    world.emit("charge.captured" if intent["capture_method"] == "manual" else "charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def _fee_detail(amount: int, currency: str) -> Resource:
    return {
        "amount": fee(amount),
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }


def capture(world: World, params: Params, ids: dict[str, str]) -> Resource:
    intent = world.store.get("payment_intent", ids["intent"], param="intent")
    if intent["status"] != "requires_capture":
        raise unexpected_state(intent, "captured", "requires_capture")
    amount = params.get("amount_to_capture", intent["amount_capturable"])
    if amount < 1:
        raise StripeError("This value must be greater than or equal to 1.", code="parameter_invalid_integer")
    if amount > intent["amount_capturable"]:
        raise StripeError(
            f"The amount to capture ({amount}) is greater than the capturable amount ({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    settle(world, intent, amount)
    _mark_session_paid(world, intent)
    return intent


def _mark_session_paid(world: World, intent: Resource) -> None:
    for session in world.store.all("checkout.session"):
        if session["payment_intent"] == intent["id"]:
            session["payment_status"] = "paid"


def cancel(world: World, params: Params, ids: dict[str, str]) -> Resource:
    intent = world.store.get("payment_intent", ids["intent"], param="intent")
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(intent, "canceled", ", ".join(sorted(CANCELABLE)))
    release(world, intent, reason=params.get("cancellation_reason"))
    return intent


def release(world: World, intent: Resource, *, reason: str | None) -> None:
    """Give back what is held, and close the intent."""
    if intent["latest_charge"]:
        charge = world.store.get("charge", intent["latest_charge"])
        charge.update(amount_refunded=charge["amount"], refunded=True)
        world.emit("charge.refunded", charge)
    now = world.clock.now()
    intent.update(status="canceled", canceled_at=now, cancellation_reason=reason, amount_capturable=0)
    world.emit("payment_intent.canceled", intent)


def lapse(world: World) -> None:
    """Release the holds that their bank no longer keeps."""
    for intent in world.store.all("payment_intent"):
        if intent["status"] == "requires_capture":
            charge = world.store.get("charge", intent["latest_charge"])
            if charge["payment_method_details"]["card"]["capture_before"] <= world.clock.now():
                release(world, intent, reason="automatic")
