"""The hosted onboarding of a seller, plainly marked as simulated: finish, leave, or be rejected."""

from tests.stripe_emulator import accounts
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.http import Answer, Request, redirect
from tests.stripe_emulator.page import language_of, origin, page
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

OUTCOMES = {"finish": "active", "wait": "pending", "reject": "rejected"}


def answer(world: World, request: Request) -> Answer:
    """Answer for `/onboard/<account>/<link>`. A link that is over leads to its refresh_url."""
    language = language_of(request, None)
    try:
        with world.lock:
            link = world.store.get(accounts.LINK, request.path.rpartition("/")[2])
            account = world.store.get(accounts.KIND, link["account"])
            if request.path != f"/onboard/{account['id']}/{link['id']}":
                return page("unknown", language, status=404)
            flow = link["use_case"][link["use_case"]["type"]]
            if request.method == "POST":
                location = _act(world, account, flow, request.form.get("outcome", ""))
                world.save()
                return redirect(location)
            return _show(world, link, account, flow, language)
    except StripeError:
        return page("unknown", language, status=404)


def _act(world: World, account: Resource, flow: Resource, outcome: str) -> str:
    if outcome in OUTCOMES and not account["closed"]:
        accounts.set_status(world, account, OUTCOMES[outcome])
    return str(flow.get("return_url") or flow["refresh_url"])


def _show(world: World, link: Resource, account: Resource, flow: Resource, language: str) -> Answer:
    if link["_visited"] or link["_ends"] <= world.clock.now():
        return redirect(flow["refresh_url"])
    link["_visited"] = True
    world.save()
    allowed = f"{origin(flow.get('return_url'))} {origin(flow['refresh_url'])}"
    return page(
        "onboard",
        language,
        allowed=allowed,
        action=f"/onboard/{account['id']}/{link['id']}",
        seller=account["display_name"] or account["id"],
        email_value=account["contact_email"],
        back=flow.get("return_url") or flow["refresh_url"],
    )
