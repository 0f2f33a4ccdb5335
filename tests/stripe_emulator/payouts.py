"""Automatic payouts to the platform's bank: all that is available, itemised by its transactions."""

from typing import Any

from tests.stripe_emulator import balance
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource, list_page
from tests.stripe_emulator.world import World

TAKES = 2 * 24 * 3600  # seconds to the bank
KNOBS = {"wait", "fails", "unknown", "missing", "fee"}


def act(world: World, given: dict[str, Any]) -> Resource:
    """
    Answer `POST /_payout`: pay out what is available.

    With `wait` it arrives after two days of the clock, else at once; with `fails` the bank sends it back. What may not
    agree: `unknown` cents of a transaction that belongs to nothing, `fee` cents taken without any charge, a `missing`
    transaction (true, or its id) that is paid out and not listed.
    """
    if unknown := set(given) - KNOBS:
        raise StripeError(f"Unknown: {', '.join(sorted(unknown))}. The knobs are {', '.join(sorted(KNOBS))}.")
    if "unknown" in given:
        balance.book(world, type="adjustment", category="other_adjustment", amount=given["unknown"], source=None)
    if "fee" in given:
        balance.book(world, type="stripe_fee", category="fee", amount=-given["fee"], source=None)
    moved = [row for row in world.store.all("balance_transaction") if _is_left(row)]
    amount = sum(row["net"] for row in moved)
    if amount <= 0:
        raise StripeError(f"There is nothing to pay out: {amount} cents are available.")
    payout = _make(world, amount, wait=bool(given.get("wait")), fails=bool(given.get("fails")))
    _itemise(world, payout, moved, missing=given.get("missing"))
    world.emit("payout.created", payout)
    if given.get("wait"):
        world.timers.set(payout["arrival_date"], payout["id"])
    else:
        arrive(world, payout)
    return payout


def _is_left(moved: Resource) -> bool:
    return moved["status"] == "available" and not moved.get("_gone")


def _make(world: World, amount: int, *, wait: bool, fails: bool) -> Resource:
    return world.new(
        "payout",
        "po",
        amount=amount,
        arrival_date=world.clock.now() + (TAKES if wait else 0),
        automatic=True,
        currency="eur",
        destination="ba_emulated",
        livemode=False,
        metadata={},
        method="standard",
        reconciliation_status="in_progress",
        source_type="card",
        status="in_transit",
        type="bank_account",
        _fails=fails,
    )


def _itemise(world: World, payout: Resource, moved: list[Resource], *, missing: Any) -> None:
    sent = balance.book(world, type="payout", category="payout", amount=-payout["amount"], source=payout["id"])
    payout["balance_transaction"] = sent["id"]
    left_out = moved[-1]["id"] if missing is True else missing
    for row in (*moved, sent):
        row["_gone"] = True
        if row["id"] != left_out:
            world.store.change(row, "_payout", payout["id"])


def arrives_at(world: World, payout: Resource) -> int | None:
    return int(payout["arrival_date"]) if payout["status"] == "in_transit" else None


def arrive(world: World, payout: Resource) -> None:
    """Reach the bank, or come back from it; then its transactions are all listed."""
    if payout["_fails"]:
        back = balance.book(
            world, type="payout_failure", category="payout_reversal", amount=payout["amount"], source=payout["id"]
        )
        payout.update(
            status="failed",
            failure_code="account_closed",
            failure_message="The bank account has been closed.",
            failure_balance_transaction=back["id"],
        )
    else:
        payout["status"] = "paid"
    world.emit("payout.failed" if payout["_fails"] else "payout.paid", payout)
    payout["reconciliation_status"] = "completed"
    world.emit("payout.reconciliation_completed", payout)


def movements(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Answer with balance transactions, those of one payout if it is asked for."""
    if "payout" in params:
        world.store.get("payout", params["payout"], param="payout")
        params = {**params, "_payout": params["payout"]}
    rows = world.store.select("balance_transaction", params, by=("source", "type", "_payout"))
    return list_page(rows, params, url="/v1/balance_transactions")
