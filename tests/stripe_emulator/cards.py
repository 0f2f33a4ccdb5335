"""Customers, their saved cards, and the test cards with what each of them does."""

from dataclasses import dataclass
from typing import Any

from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

DECLINED = "Your card was declined."
NO_FUNDS = "Your card has insufficient funds."
ASKS_ITS_HOLDER = (
    "Your card was declined. This transaction requires authentication: bring your customer back to a payment page."
)
CUSTOMER_IS_THERE = 7 * 24 * 3600  # seconds a hold lasts
VISA_WITHOUT_CUSTOMER = 4 * 24 * 3600 + 18 * 3600  # a merchant-initiated hold on a Visa card


@dataclass(frozen=True)
class Card:
    """One of Stripe's published test cards: whether its bank asks the holder, and how it declines, when."""

    number: str
    brand: str = "visa"
    asks_at_saving: bool = False
    asks_always: bool = False  # a charge without its holder is declined with authentication_required
    declines: str = ""  # the decline code of every charge
    declines_saving: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def hold_lasts(self, *, off_session: bool) -> int:
        """Return seconds: the bank keeps a hold for less time where the merchant asks and nobody is there."""
        return VISA_WITHOUT_CUSTOMER if off_session and self.brand == "visa" else CUSTOMER_IS_THERE


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444", brand="mastercard"),
        Card("4000002500003155", asks_at_saving=True),
        Card("4000002760003184", asks_at_saving=True, asks_always=True),
        Card("4000000000000341", declines="generic_decline"),
        Card("4000000000009995", declines="insufficient_funds"),
        Card("4000000000000002", declines="generic_decline", declines_saving=True),
    )
}
GOOD = CARDS["4242424242424242"]
# Stripe's names for cards that need no saving.
SHORTHANDS = {
    "pm_card_visa": GOOD,
    "pm_card_mastercard": CARDS["5555555555554444"],
    "pm_card_chargeDeclined": CARDS["4000000000000002"],
    "pm_card_chargeDeclinedInsufficientFunds": CARDS["4000000000009995"],
    "pm_card_authenticationRequired": CARDS["4000002760003184"],
}


def create_customer(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Make a customer without any card."""
    customer = world.new(
        "customer",
        "cus",
        balance=0,
        default_source=None,
        description=params.get("description"),
        email=params.get("email"),
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        livemode=False,
        metadata=params.get("metadata") or {},
        name=params.get("name"),
        preferred_locales=params.get("preferred_locales", []),
        tax_exempt="none",
    )
    world.emit("customer.created", customer)
    return customer


def save(world: World, card: Card, customer: str) -> Resource:
    """Keep a card for a customer."""
    method = world.new(
        "payment_method",
        "pm",
        allow_redisplay="limited",
        billing_details=no_details(),
        card=shown(card),
        customer=customer,
        livemode=False,
        metadata={},
        type="card",
        _number=card.number,
    )
    world.emit("payment_method.attached", method)
    return method


def detach(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Let a saved card go. :raises StripeError: if nobody holds it any more."""
    method = world.store.get("payment_method", ids["payment_method"], param="payment_method")
    if method["customer"] is None:
        raise StripeError(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
            code="payment_method_unexpected_state",
        )
    method["customer"] = None
    world.emit("payment_method.detached", method)
    return method


def card_of(world: World, identifier: str, customer: str | None) -> Card:
    """Return the card behind a payment method. :raises StripeError: if there is none, or another's."""
    if identifier in SHORTHANDS:
        return SHORTHANDS[identifier]
    method = world.store.get("payment_method", identifier, param="payment_method")
    if method["customer"] is None or method["customer"] != customer:
        raise StripeError(
            f"The customer does not have a payment method with the ID {identifier}."
            " The payment method must be attached to the customer.",
            code="resource_missing",
            param="payment_method",
        )
    return CARDS[method["_number"]]


def shown(card: Card) -> Resource:
    """Return a card as it shows on a payment method."""
    return {
        "brand": card.brand,
        "checks": None,
        "country": "FR",
        "display_brand": card.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"emulated{card.last4}",
        "funding": "credit",
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "regulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def charged(card: Card) -> Resource:
    """Return a card as it shows on a charge."""
    return {
        "authorization_code": None,
        "brand": card.brand,
        "checks": None,
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"emulated{card.last4}",
        "funding": "credit",
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "network": card.brand,
        "network_token": None,
        "network_transaction_id": None,
        "regulated_status": None,
        "three_d_secure": None,
        "wallet": None,
    }


def no_details(email: str | None = None) -> Resource:
    return {"address": None, "email": email, "name": None, "phone": None, "tax_id": None}
