"""The platform's balance: one transaction for each thing that moves it, pending at first where Stripe waits."""

from typing import Any

from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

PENDING_FOR = 3 * 24 * 3600  # seconds until a charge's money is available


def book(
    world: World,
    *,
    type: str,
    category: str,
    amount: int,
    source: str | None,
    fee: int = 0,
    fee_name: str = "Stripe processing fees",
    available_on: int | None = None,
    description: str | None = None,
) -> Resource:
    """Move `amount` cents less `fee`; what is not available at once becomes so by the clock."""
    now = world.clock.now()
    moved = world.new(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=now if available_on is None else available_on,
        balance_type="payments",
        currency="eur",
        description=description,
        fee=fee,
        fee_details=[_fee_detail(fee, fee_name)] if fee else [],
        net=amount - fee,
        reporting_category=category,
        source=source,
        status="available" if available_on is None or available_on <= now else "pending",
        type=type,
    )
    if moved["status"] == "pending":
        world.timers.set(moved["available_on"], moved["id"])
    return moved


def _fee_detail(fee: int, name: str) -> Resource:
    return {"amount": fee, "application": None, "currency": "eur", "description": name, "type": "stripe_fee"}


def ripens_at(world: World, moved: Resource) -> int | None:
    return int(moved["available_on"]) if moved["status"] == "pending" else None


def ripen(world: World, moved: Resource) -> None:
    moved["status"] = "available"


def available(world: World) -> int:
    """Return what could be paid out now, in cents."""
    return sum(moved["net"] for moved in world.store.all("balance_transaction") if moved["status"] == "available")


def read(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Answer with what is available and what is pending."""
    moved = world.store.all("balance_transaction")
    pending = sum(row["net"] for row in moved if row["status"] == "pending")
    return {
        "object": "balance",
        "livemode": False,
        "available": [_amount(available(world))],
        "pending": [_amount(pending)],
        "refund_and_dispute_prefunding": {"available": [_amount(0)], "pending": [_amount(0)]},
    }


def _amount(cents: int) -> Resource:
    return {"amount": cents, "currency": "eur", "source_types": {"card": cents}}
