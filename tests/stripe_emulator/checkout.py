"""The hosted payment page, plainly marked as simulated."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, urlsplit

from tests.stripe_emulator import cards, intents, sessions
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.http import Answer, Request, redirect
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.words import WORDS
from tests.stripe_emulator.world import World

PAGES = Path(__file__).with_name("pages")
FAILED_AUTHENTICATION = {
    "payment": "payment_intent_authentication_failure",
    "setup": "setup_intent_authentication_failure",
}
ASSETS = {"/assets/checkout.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def answer(world: World, request: Request) -> Answer:
    """Answer for `/assets/...`, `/c/pay/<session>` and `/c/authenticate/<session>`."""
    if request.path in ASSETS:
        content = (PAGES / Path(request.path).name).read_bytes()
        return Answer(200, content, ASSETS[request.path], {"Cache-Control": "max-age=60"})
    _, _, page, identifier = [*request.path.split("/"), "", "", ""][:4]
    try:
        with world.lock:
            session = world.store.get("checkout.session", identifier)
            if request.method == "POST":
                form = request.form
                card = cards.CARDS.get(form.get("card", ""), cards.GOOD)
                location = act(world, session, form.get("outcome", ""), card)
                world.save()
                return redirect(location)
            return show(world, session, page, request)
    except StripeError:
        return _page("unknown", _language(request, None), status=404)


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


def show(world: World, session: Resource, page: str, request: Request) -> Answer:
    """Return the page of a session: to pay, to authenticate, or to say that it is over."""
    language = _language(request, session["locale"])
    words = WORDS[language]
    is_setup = session["mode"] == "setup"
    about = {
        "amount": words["nothing"] if is_setup else money(session["amount_total"], language),
        "label": words["label_save"] if is_setup else ", ".join(session["_labels"]),
        "action": f"/c/pay/{session['id']}",
        "back": session["cancel_url"] or success_url(session),
        "card_number": parse_qs(request.query).get("card", [""])[0],
    }
    allowed = f"{_origin(session['success_url'])} {_origin(session['cancel_url'])}"
    if session["status"] == "complete":
        return _page("complete", language, allowed=allowed, **{**about, "back": success_url(session)})
    if session["status"] == "expired":
        return _page("expired", language, allowed=allowed, **about)
    if page == "authenticate":
        return _page("authenticate", language, allowed=allowed, **about)
    about["after"] = words.get(f"after_{request.query.removeprefix('after=')}", "")
    if is_setup:
        return _page("save", language, allowed=allowed, **about)
    is_hold = session["_intent_data"].get("capture_method") == "manual"
    about |= {
        "verb": words["hold" if is_hold else "pay"],
        "terms": words["terms_hold" if is_hold else "terms_pay"],
        "email_value": session["customer_email"] or "—",
    }
    return _page("pay", language, allowed=allowed, **about)


def success_url(session: Resource) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def money(cents: int, language: str) -> str:
    """Return an amount in euros, as it is written in French or in English."""
    if language == "fr":
        return f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d}\u00a0€"
    return f"€{cents // 100:,}.{cents % 100:02d}"


def _language(request: Request, locale: str | None) -> str:
    """Return the session's language; without one, what the browser asks for first."""
    wanted = locale if locale and locale != "auto" else request.headers.get("Accept-Language", "fr")
    return "en" if wanted.lower().startswith("en") else "fr"


def _origin(url: str | None) -> str:
    target = urlsplit(url or "")
    return f"{target.scheme}://{target.netloc}" if target.netloc else ""


def _page(name: str, language: str, *, status: int = 200, allowed: str = "", **values: str) -> Answer:
    words = WORDS[language] | {"language": language}
    shown = {key: escape(value) for key, value in (words | values).items()}
    body = Template((PAGES / f"{name}.html").read_text()).substitute(shown)
    title = shown[f"title_{name}"]
    page = Template((PAGES / "layout.html").read_text()).substitute(shown, title=title, body=body)
    headers = {
        "Content-Security-Policy": f"{POLICY} {allowed}",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Answer(status, page.encode(), "text/html; charset=utf-8", headers)
