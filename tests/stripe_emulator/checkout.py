"""The hosted payment page, plainly marked as simulated."""

from pathlib import Path
from urllib.parse import parse_qs

from tests.stripe_emulator import cards, intents, sessions
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.http import Answer, Request, redirect
from tests.stripe_emulator.page import PAGES, language_of, origin, page
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.words import WORDS
from tests.stripe_emulator.world import World

FAILED_AUTHENTICATION = {
    "payment": "payment_intent_authentication_failure",
    "setup": "setup_intent_authentication_failure",
}
ASSETS = {"/assets/checkout.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml"}


def answer(world: World, request: Request) -> Answer:
    """Answer for `/assets/...`, `/c/pay/<session>` and `/c/authenticate/<session>`."""
    if request.path in ASSETS:
        content = (PAGES / Path(request.path).name).read_bytes()
        return Answer(200, content, ASSETS[request.path], {"Cache-Control": "max-age=60"})
    _, _, place, identifier = [*request.path.split("/"), "", "", ""][:4]
    try:
        with world.lock:
            session = world.store.get("checkout.session", identifier)
            if request.method == "POST":
                form = request.form
                card = cards.CARDS.get(form.get("card", ""), cards.GOOD)
                location = act(world, session, form.get("outcome", ""), card)
                world.save()
                return redirect(location)
            return show(session, place, request)
    except StripeError:
        return page("unknown", language_of(request, None), status=404)


def act(world: World, session: Resource, outcome: str, card: cards.Card) -> str:
    """Do what a button says, and return where the browser goes next."""
    here = f"/c/pay/{session['id']}"
    if session["status"] == "complete":  # a second click, or a second tab: the same way out, nothing charged again
        return success_url(session)
    if session["status"] != "open":
        return here
    if outcome == "pay":
        outcome = _as_the_card_has_it(session, card)
    if outcome in ("pay", "confirm"):
        sessions.pay(world, session, card)
        return success_url(session)
    if outcome == "authenticate":
        return f"/c/authenticate/{session['id']}?card={card.number}"
    reasons = {
        "decline": ("card_declined", cards.DECLINED),
        "fail": (FAILED_AUTHENTICATION[session["mode"]], intents.NOT_AUTHENTICATED),
    }
    if outcome in reasons:
        code, message = reasons[outcome]
        sessions.decline(world, session, code=code, message=message)
        return f"{here}?after={outcome}"
    return f"{here}?after=abandon"


def _as_the_card_has_it(session: Resource, card: cards.Card) -> str:
    """Return what comes of pressing the main button with this card."""
    is_setup = session["mode"] == "setup"
    if card.declines_saving or (card.declines and not is_setup):
        return "decline"
    return "authenticate" if card.asks_always or (card.asks_at_saving and is_setup) else "pay"


def show(session: Resource, place: str, request: Request) -> Answer:
    """Return the page of a session: to pay, to authenticate, or to say that it is over."""
    language = language_of(request, session["locale"])
    words = WORDS[language]
    is_setup = session["mode"] == "setup"
    about = {
        "amount": words["nothing"] if is_setup else money(session["amount_total"], language),
        "label": words["label_save"] if is_setup else ", ".join(session["_labels"]),
        "action": f"/c/pay/{session['id']}",
        "back": session["cancel_url"] or success_url(session),
        "card_number": parse_qs(request.query).get("card", [""])[0],
    }
    allowed = f"{origin(session['success_url'])} {origin(session['cancel_url'])}"
    if session["status"] == "complete":
        return page("complete", language, allowed=allowed, **{**about, "back": success_url(session)})
    if session["status"] == "expired":
        return page("expired", language, allowed=allowed, **about)
    if place == "authenticate":
        return page("authenticate", language, allowed=allowed, **about)
    about["after"] = words.get(f"after_{request.query.removeprefix('after=')}", "")
    if is_setup:
        return page("save", language, allowed=allowed, **about)
    is_hold = session["_intent_data"].get("capture_method") == "manual"
    about |= {
        "verb": words["hold" if is_hold else "pay"],
        "terms": words["terms_hold" if is_hold else "terms_pay"],
        "email_value": session["customer_email"] or "—",
    }
    return page("pay", language, allowed=allowed, **about)


def success_url(session: Resource) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def money(cents: int, language: str) -> str:
    """Return an amount in euros, as it is written in French or in English."""
    if language == "fr":
        return f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d}\u00a0€"
    return f"€{cents // 100:,}.{cents % 100:02d}"
