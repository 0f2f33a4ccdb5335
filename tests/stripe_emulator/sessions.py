"""Hosted Checkout sessions, in payment mode."""

from typing import Any

from tests.stripe_emulator import intents
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

SHORTEST, LONGEST = 30 * 60, 24 * 3600  # seconds that a session may stay open

Params = dict[str, Any]


def create(world: World, params: Params, ids: dict[str, str]) -> Resource:
    """Open a session. :raises StripeError: for what Stripe refuses beyond its description."""
    _refuse_what_cannot_be(params)
    now = world.clock.now()
    expires_at = params.get("expires_at", now + LONGEST)
    if not now + SHORTEST <= expires_at <= now + LONGEST:
        bound = "at least 30 minutes" if expires_at < now + SHORTEST else "less than 24 hours"
        raise StripeError(
            f"The `expires_at` timestamp must be {bound} from Checkout Session creation.", param="expires_at"
        )
    total = sum(item["price_data"]["unit_amount"] * item.get("quantity", 1) for item in params["line_items"])
    if total < intents.SMALLEST_AMOUNT:
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least €0.50 eur", code="amount_too_small"
        )
    session = world.new("checkout.session", "cs_test", **_fields(params), amount_total=total, amount_subtotal=total)
    session.update(expires_at=expires_at, url=f"{world.base_url}/c/pay/{session['id']}")
    return session


def _refuse_what_cannot_be(params: Params) -> None:
    if params.get("mode") != "payment":
        raise StripeError("This emulator knows `mode=payment` only.", param="mode")
    if not params.get("line_items"):
        raise StripeError(
            "You must provide `line_items` in `payment` mode.", param="line_items", code="parameter_missing"
        )
    if not params.get("success_url"):
        raise StripeError("`success_url` is required for a hosted page.", param="success_url", code="parameter_missing")
    for index, item in enumerate(params["line_items"]):
        price = item.get("price_data", {})
        if "unit_amount" not in price or "product_data" not in price or price["currency"] != "eur":
            where = f"line_items[{index}][price_data]"
            raise StripeError("A line needs price_data in eur, with unit_amount and product_data.", param=where)


def _fields(params: Params) -> Resource:
    return {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "currency": "eur",
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_email": params.get("customer_email"),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata") or {},
        "mode": "payment",
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "_intent_data": params.get("payment_intent_data") or {},
        "_labels": [item["price_data"]["product_data"]["name"] for item in params["line_items"]],
    }


def expire(world: World, params: Params, ids: dict[str, str]) -> Resource:
    session = world.store.get("checkout.session", ids["session"], param="session")
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of `{session['status']}`.",
        )
    close(world, session)
    return session


def close(world: World, session: Resource) -> None:
    """Expire an open session."""
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", session)


def pay(world: World, session: Resource) -> None:
    """Complete an open session with a card that works."""
    intent = attempt(world, session)
    intents.authorise(world, intent)
    session.update(
        status="complete",
        payment_status="paid" if intent["status"] == "succeeded" else "unpaid",
        customer_details=_customer(session),
        url=None,
    )
    world.emit("checkout.session.completed", session)


def attempt(world: World, session: Resource) -> Resource:
    """Return the session's intent, made at the first attempt to pay."""
    if session["payment_intent"] is None:
        data = {"receipt_email": session["customer_email"], **session["_intent_data"]}
        intent = intents.make(world, amount=session["amount_total"], currency=session["currency"], data=data)
        session["payment_intent"] = intent["id"]
    return world.store.get("payment_intent", session["payment_intent"])


def _customer(session: Resource) -> Resource:
    return {
        "address": None,
        "business_name": None,
        "email": session["customer_email"],
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def lapse(world: World) -> None:
    """Expire the sessions whose time is over."""
    for session in world.store.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= world.clock.now():
            close(world, session)
