"""The knobs of the emulator itself, each under `/_…`. Stripe has none of these."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_emulator import accounts, disputes, intents, payouts, refunds
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.faults import BadFault, Fault
from tests.stripe_emulator.http import Answer, Request, as_json
from tests.stripe_emulator.lapse import lapse
from tests.stripe_emulator.store import published
from tests.stripe_emulator.world import World

AT_ONCE: dict[tuple[str, str], Callable[[World, str], Any]] = {
    ("refund", "fail"): refunds.fail,
    ("refund", "succeed"): refunds.succeed,
    ("charge", "fail"): intents.bounce,
}


def answer(world: World, request: Request) -> Answer:
    """Answer one request to a knob; what it does not understand is a 400 with the reason."""
    door = DOORS.get((request.method, request.path))
    if door is None:
        knobs = ", ".join(sorted({path for _, path in DOORS}))
        return as_json(404, {"error": {"message": f"The knobs are {knobs}."}})
    try:
        return as_json(200, door(world, json.loads(request.body) if request.body else dict(parse_qsl(request.query))))
    except (BadFault, StripeError, ValueError, KeyError, TypeError) as error:
        return as_json(400, {"error": {"message": f"{type(error).__name__}: {error}"}})


def set_faults(world: World, given: Any) -> list[Any]:
    return [set_fault(world, fault) for fault in (given if isinstance(given, list) else [given])]


def set_fault(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """Arm a fault, or act at once: release held events, clear all faults, fail a refund or a charge."""
    if given.get("do") == "release":
        return {"released": world.courier.release(backwards=bool(given.get("backwards")))}
    if given.get("do") == "clear":
        world.faults.clear()
        return {"cleared": True}
    act = AT_ONCE.get((given.get("on", ""), given.get("do", "")))
    if act:
        with world.lock:
            act(world, given["match"])
            world.save()
        return {"done": given["match"]}
    world.faults.arm(Fault.read(given))
    return {"armed": given}


def advance(world: World, given: dict[str, Any]) -> dict[str, int]:
    """Move the clock forward, and let lapse what lapses."""
    with world.lock:
        world.clock.advance(int(given["advance"]))
        lapse(world)
        world.courier.advance(int(given["advance"]))
        world.save()
        return {"now": world.clock.now()}


def reset(world: World, given: Any) -> dict[str, Any]:
    with world.lock:
        world.reset()
    return {}


def dispute(world: World, given: dict[str, Any]) -> Any:
    return _change(world, disputes.act, given)


def pay_out(world: World, given: dict[str, Any]) -> Any:
    return _change(world, payouts.act, given)


def _change(world: World, act: Callable[[World, dict[str, Any]], Any], given: dict[str, Any]) -> Any:
    with world.lock:
        made = published(act(world, given))
        world.save()
        return made


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


def objects(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """
    Return objects by kind and id, the sellers' balances, what was delivered with which status.

    Everything, or one `kind` only, which is quicker after thousands of calls.
    """
    with world.lock:
        kinds = world.store.kinds
        if "kind" in given:
            kinds = {given["kind"]: kinds.get(given["kind"], {})}
        return {
            "objects": published(kinds),
            "balances": {account["id"]: account["_balance"] for account in world.store.all(accounts.KIND)},
            "deliveries": list(world.courier.deliveries),
        }


def totals(world: World, given: Any) -> dict[str, int]:
    """Return what moved in all, in cents: to hold against the books."""
    with world.lock:

        def add_up(kind: str, field: str, *statuses: str) -> int:
            rows = world.store.all(kind)
            return sum(row[field] for row in rows if not statuses or row["status"] in statuses)

        return {
            "captured": add_up("payment_intent", "amount_received"),
            "held": add_up("payment_intent", "amount_capturable"),
            "refunded": add_up("refund", "amount", "succeeded", "pending"),
            "fees": add_up("balance_transaction", "fee"),
            "transferred": add_up("transfer", "amount"),
            "reversed": add_up("transfer_reversal", "amount"),
            "disputed": add_up("dispute", "amount", "needs_response", "under_review", "lost"),
            "paid_out": add_up("payout", "amount", "in_transit", "paid"),
            "balance": add_up("balance_transaction", "net"),
        }


DOORS: dict[tuple[str, str], Callable[[World, Any], Any]] = {
    ("GET", "/_fault"): lambda world, given: world.faults.listed(),
    ("POST", "/_fault"): set_faults,
    ("POST", "/_clock"): advance,
    ("POST", "/_account"): set_account,
    ("POST", "/_dispute"): dispute,
    ("POST", "/_payout"): pay_out,
    ("POST", "/_reset"): reset,
    ("GET", "/_objects"): objects,
    ("GET", "/_totals"): totals,
}
