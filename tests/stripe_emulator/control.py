"""The knobs of the emulator itself, each under `/_…`. Stripe has none of these."""

import json
from typing import Any

from tests.stripe_emulator import accounts, refunds
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.faults import BadFault, Fault
from tests.stripe_emulator.http import Answer, Request, as_json
from tests.stripe_emulator.lapse import lapse
from tests.stripe_emulator.store import published
from tests.stripe_emulator.world import World


def answer(world: World, request: Request) -> Answer:
    """Answer one request to a knob; what it does not understand is a 400 with the reason."""
    try:
        given = json.loads(request.body or "{}")
        match request.method, request.path:
            case "GET", "/_fault":
                return as_json(200, world.faults.listed())
            case "POST", "/_fault":
                return as_json(
                    200, [set_fault(world, fault) for fault in (given if isinstance(given, list) else [given])]
                )
            case "POST", "/_clock":
                return as_json(200, advance(world, int(given["advance"])))
            case "POST", "/_reset":
                with world.lock:
                    world.reset()
                return as_json(200, {})
            case "POST", "/_account":
                return as_json(200, set_account(world, given))
            case "GET", "/_objects":
                return as_json(200, objects(world))
    except (BadFault, StripeError, ValueError, KeyError, TypeError) as error:
        return as_json(400, {"error": {"message": f"{type(error).__name__}: {error}"}})
    return as_json(404, {"error": {"message": "The knobs are /_fault, /_clock, /_account, /_reset and /_objects."}})


def set_fault(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Arm a fault, or act at once: release held events, clear all faults, fail a refund."""
    if given.get("do") == "release":
        return {"released": world.courier.release(backwards=bool(given.get("backwards")))}
    if given.get("do") == "clear":
        world.faults.clear()
        return {"cleared": True}
    if given.get("on") == "refund":
        with world.lock:
            refunds.fail(world, given["match"])
            world.save()
        return {"failed": given["match"]}
    world.faults.arm(Fault.read(given))
    return {"armed": given}


def advance(world: World, seconds: int) -> dict[str, int]:
    """Move the clock forward, and let lapse what lapses."""
    with world.lock:
        world.clock.advance(seconds)
        lapse(world)
        world.save()
        return {"now": world.clock.now()}


def set_account(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Judge a seller's account anew (`status`, `due`), close it (`closed`), or take money from it (`spend` cents)."""
    with world.lock:
        account = world.store.get(accounts.KIND, given["id"])
        if unknown := set(given) - {"id", "status", "due", "closed", "spend"}:
            raise BadFault(f"Unknown: {', '.join(sorted(unknown))}.")
        if "status" in given:
            accounts.set_status(world, account, given["status"], due=given.get("due"))
        if given.get("closed"):
            accounts.close(world, account)
        account["_balance"] -= int(given.get("spend", 0))
        world.save()
        return {"id": account["id"], "status": account["_status"], "balance": account["_balance"]}


def objects(world: World) -> dict[str, Any]:
    """Return everything: objects by kind and id, the sellers' balances, what was delivered with which status."""
    with world.lock:
        sellers = world.store.all(accounts.KIND)
        return {
            "objects": published(world.store.kinds),
            "balances": {account["id"]: account["_balance"] for account in sellers},
            "deliveries": list(world.courier.deliveries),
        }
