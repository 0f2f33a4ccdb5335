"""Payment intents and their charges: authorise, capture, cancel, lapse."""

from typing import Any

from tests.stripe_emulator import balance, cards
from tests.stripe_emulator.errors import StripeError, unexpected_state
from tests.stripe_emulator.store import Resource, published
from tests.stripe_emulator.world import World

FEE_CENTS, FEE_PER_MILLE = 25, 15  # 1.5 % + 0.25 EUR
SMALLEST_AMOUNT = 50  # cents
NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
CANCELABLE = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"}

Params = dict[str, Any]


def fee(amount: int) -> int:
    """Return the fee in cents on a captured amount in cents, rounded half up."""
    return FEE_CENTS + (amount * FEE_PER_MILLE + 500) // 1000


def create(world: World, params: Params, ids: dict[str, str]) -> Resource:
    """Make an intent; with `confirm` and a saved card or one of Stripe's test cards, attempt it at once."""
    if params["amount"] < SMALLEST_AMOUNT:
        raise StripeError("Amount must be at least €0.50 eur", code="amount_too_small", param="amount")
    customer = params.get("customer")
    if customer:
        world.store.get("customer", customer, param="customer")
    card = None
    if params.get("confirm"):
        if "payment_method" not in params:
            raise StripeError(
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                code="payment_intent_unexpected_state",
            )
        card = cards.card_of(world, params["payment_method"], customer)
    intent = make(world, amount=params["amount"], currency=params["currency"], data=params)
    if card:
        _confirm(world, intent, card, params)
    return intent


def _confirm(world: World, intent: Resource, card: cards.Card, params: Params) -> None:
    """:raises StripeError: 402 with the intent that the decline leaves, as Stripe answers."""
    off_session = params.get("off_session") in (True, "one_off", "recurring")
    if card.asks_always:
        _decline(world, intent, "authentication_required", "authentication_required", cards.ASKS_ITS_HOLDER)
    if card.declines:
        message = cards.NO_FUNDS if card.declines == "insufficient_funds" else cards.DECLINED
        _decline(world, intent, "card_declined", card.declines, message)
    intent["payment_method"] = params["payment_method"]
    authorise(world, intent, card=card, off_session=off_session)


def _decline(world: World, intent: Resource, code: str, decline_code: str, message: str) -> None:
    fail(world, intent, code=code, message=message, decline_code=decline_code)
    raise StripeError(
        message,
        status=402,
        type="card_error",
        code=code,
        decline_code=decline_code,
        payment_intent=published(intent),
    )


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
        customer=data.get("customer"),
        description=data.get("description"),
        livemode=False,
        metadata=data.get("metadata") or {},
        payment_method_types=["card"],
        receipt_email=data.get("receipt_email"),
        status="requires_payment_method",
        transfer_group=data.get("transfer_group"),
    )


def authorise(world: World, intent: Resource, *, card: cards.Card = cards.GOOD, off_session: bool = False) -> None:
    """Take the card: hold the amount, or capture it when the intent says so."""
    charge = _charge(world, intent, card)
    intent.update(latest_charge=charge["id"], last_payment_error=None)
    if intent["capture_method"] != "manual":
        settle(world, intent, intent["amount"])
        return
    # How long the bank keeps a hold is told on the charge; nobody should count days.
    until = world.clock.now() + card.hold_lasts(off_session=off_session)
    charge["payment_method_details"]["card"]["capture_before"] = until
    world.timers.set(until, intent["id"])
    intent.update(status="requires_capture", amount_capturable=intent["amount"])
    world.emit("payment_intent.amount_capturable_updated", intent)


def _charge(world: World, intent: Resource, card: cards.Card) -> Resource:
    return world.new(
        "charge",
        "ch",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=cards.no_details(intent["receipt_email"]),
        captured=False,
        currency=intent["currency"],
        customer=intent["customer"],
        disputed=False,
        livemode=False,
        metadata=dict(intent["metadata"]),
        paid=True,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"type": "card", "card": cards.charged(card)},
        refunded=False,
        status="succeeded",
        transfer_group=intent["transfer_group"],
    )


def fail(world: World, intent: Resource, *, code: str, message: str, decline_code: str = "") -> None:
    """Record an attempt that did not pay; the intent waits for another card."""
    intent["last_payment_error"] = {"type": "card_error", "code": code, "message": message}
    if decline_code:
        intent["last_payment_error"]["decline_code"] = decline_code
    intent["status"] = "requires_payment_method"
    world.emit("payment_intent.payment_failed", intent)


def settle(world: World, intent: Resource, amount: int) -> None:
    """Capture `amount` cents; what was held above it is given back."""
    charge = world.store.get("charge", intent["latest_charge"])
    fault = world.faults.take("fee", intent["id"])
    taken = balance.book(
        world,
        type="charge",
        category="charge",
        amount=amount,
        fee=fault.cents if fault else fee(amount),
        source=charge["id"],
        available_on=world.clock.now() + balance.PENDING_FOR,
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
    for session in world.store.by("checkout.session", "payment_intent", intent["id"]):
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


def lapses_at(world: World, intent: Resource) -> int | None:
    """Return when the bank lets go of a hold; None when nothing is held."""
    if intent["status"] != "requires_capture":
        return None
    charge = world.store.get("charge", intent["latest_charge"])
    return int(charge["payment_method_details"]["card"]["capture_before"])


def lapse(world: World, intent: Resource) -> None:
    """Release a hold that its bank no longer keeps."""
    release(world, intent, reason="automatic")
