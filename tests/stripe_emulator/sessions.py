"""Hosted Checkout sessions: to pay, or to save a card."""

from typing import Any

from tests.stripe_emulator import cards, intents
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
    total = None
    if params["mode"] == "payment":
        total = sum(item["price_data"]["unit_amount"] * item.get("quantity", 1) for item in params["line_items"])
        if total < intents.SMALLEST_AMOUNT:
            raise StripeError(
                "The Checkout Session's total amount due must add up to at least €0.50 eur", code="amount_too_small"
            )
    if "customer" in params:
        world.store.get("customer", params["customer"], param="customer")
    session = world.new("checkout.session", "cs_test", **_fields(params), amount_total=total, amount_subtotal=total)
    session.update(expires_at=expires_at, url=f"{world.base_url}/c/pay/{session['id']}")
    world.timers.set(expires_at, session["id"])
    if session["mode"] == "setup":
        session["setup_intent"] = _setup_intent(world, session, params)["id"]
    return session


def _setup_intent(world: World, session: Resource, params: Params) -> Resource:
    """Stripe makes it with the page, where a payment's intent waits for the first attempt."""
    data = params.get("setup_intent_data") or {}
    intent = world.new(
        "setup_intent",
        "seti",
        automatic_payment_methods=None,
        customer=session["customer"],
        description=data.get("description"),
        livemode=False,
        metadata=data.get("metadata") or {},
        payment_method_types=["card"],
        status="requires_payment_method",
        usage="off_session",
    )
    world.emit("setup_intent.created", intent)
    return intent


def _refuse_what_cannot_be(params: Params) -> None:
    if params.get("mode") not in ("payment", "setup"):
        raise StripeError("This emulator knows `mode=payment` and `mode=setup` only.", param="mode")
    if params["mode"] == "setup":
        _refuse_what_no_setup_has(params)
    elif not params.get("line_items"):
        raise StripeError(
            "You must provide `line_items` in `payment` mode.", param="line_items", code="parameter_missing"
        )
    if not params.get("success_url"):
        raise StripeError("`success_url` is required for a hosted page.", param="success_url", code="parameter_missing")
    for index, item in enumerate(params.get("line_items", [])):
        price = item.get("price_data", {})
        if "unit_amount" not in price or "product_data" not in price or price["currency"] != "eur":
            where = f"line_items[{index}][price_data]"
            raise StripeError("A line needs price_data in eur, with unit_amount and product_data.", param=where)


def _refuse_what_no_setup_has(params: Params) -> None:
    for name in ("line_items", "payment_intent_data"):
        if name in params:
            raise StripeError(f"You can not pass `{name}` in `setup` mode.", param=name)
    if "currency" not in params:
        raise StripeError(
            "`currency` is required in `setup` mode when `payment_method_types` is not set.",
            param="currency",
            code="parameter_missing",
        )
    if "customer" not in params:
        raise StripeError("This emulator saves cards for a `customer` only.", param="customer")


def _fields(params: Params) -> Resource:
    return {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "currency": params.get("currency", "eur"),
        "customer": params.get("customer"),
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer_email": params.get("customer_email"),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata") or {},
        "mode": params["mode"],
        "payment_method_types": ["card"],
        "payment_status": "unpaid" if params["mode"] == "payment" else "no_payment_required",
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "_intent_data": params.get("payment_intent_data") or {},
        "_labels": [item["price_data"]["product_data"]["name"] for item in params.get("line_items", [])],
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


def pay(world: World, session: Resource, card: cards.Card = cards.GOOD) -> None:
    """Complete an open session with a card that works, its holder being there."""
    if session["mode"] == "setup":
        _save_card(world, session, card)
        payment_status = "no_payment_required"
    else:
        intent = attempt(world, session)
        intents.authorise(world, intent, card=card)
        payment_status = "paid" if intent["status"] == "succeeded" else "unpaid"
    details = _customer(world, session)
    session.update(status="complete", payment_status=payment_status, customer_details=details, url=None)
    world.emit("checkout.session.completed", session)


def _save_card(world: World, session: Resource, card: cards.Card) -> None:
    method = cards.save(world, card, session["customer"])
    intent = world.store.get("setup_intent", session["setup_intent"])
    intent.update(status="succeeded", payment_method=method["id"], last_setup_error=None)
    world.emit("setup_intent.succeeded", intent)


def decline(world: World, session: Resource, *, code: str, message: str) -> None:
    """Record an attempt that did not work; the page stays open for another."""
    if session["mode"] == "payment":
        intents.fail(world, attempt(world, session), code=code, message=message)
        return
    intent = world.store.get("setup_intent", session["setup_intent"])
    intent["last_setup_error"] = {"type": "card_error", "code": code, "message": message}
    world.emit("setup_intent.setup_failed", intent)


def attempt(world: World, session: Resource) -> Resource:
    """Return the session's intent, made at the first attempt to pay."""
    if session["payment_intent"] is None:
        data = {"receipt_email": session["customer_email"], "customer": session["customer"], **session["_intent_data"]}
        intent = intents.make(world, amount=session["amount_total"], currency=session["currency"], data=data)
        world.store.change(session, "payment_intent", intent["id"])
    return world.store.get("payment_intent", session["payment_intent"])


def _customer(world: World, session: Resource) -> Resource:
    known = world.store.get("customer", session["customer"])["email"] if session["customer"] else None
    return {
        "address": None,
        "business_name": None,
        "email": session["customer_email"] or known,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def ends_at(world: World, session: Resource) -> int | None:
    """Return when a page closes by itself; None when it is closed."""
    return int(session["expires_at"]) if session["status"] == "open" else None
