"""Payouts to the platform's bank."""

from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World


def arrives_at(world: World, payout: Resource) -> int | None:
    return int(payout["arrival_date"]) if payout["status"] == "in_transit" else None


def arrive(world: World, payout: Resource) -> None:
    payout["status"] = "paid"
