"""Transfers to members, and their reversals."""

from typing import Any

from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource, list_page
from tests.stripe_emulator.world import World


def create(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Send money to an account. :raises StripeError: above what its source charge brought."""
    if "amount" not in params or params["amount"] < 1:
        raise StripeError("A transfer needs a positive amount.", code="parameter_invalid_integer", param="amount")
    if not params["destination"].startswith("acct_"):
        raise StripeError(
            f"No such destination: '{params['destination']}'", code="resource_missing", param="destination"
        )
    if "source_transaction" in params:
        _refuse_above_source(world, params)
    transfer = world.new(
        "transfer",
        "tr",
        amount=params["amount"],
        amount_reversed=0,
        currency=params["currency"],
        description=params.get("description"),
        destination=params["destination"],
        livemode=False,
        metadata=params.get("metadata") or {},
        reversed=False,
        source_transaction=params.get("source_transaction"),
        source_type="card",
        transfer_group=params.get("transfer_group"),
    )
    transfer["reversals"] = list_page([], {}, url=f"/v1/transfers/{transfer['id']}/reversals")
    world.emit("transfer.created", transfer)
    return transfer


def _refuse_above_source(world: World, params: dict[str, Any]) -> None:
    source = world.store.get("charge", params["source_transaction"], param="source_transaction")
    sent = sum(row["amount"] for row in world.store.all("transfer") if row["source_transaction"] == source["id"])
    if sent + params["amount"] > source["amount_captured"]:
        raise StripeError(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {source['amount_captured']}. There is already a total of {sent} using this source.",
            param="amount",
        )


def reverse(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """Take back all or a part of a transfer. :raises StripeError: above what is left of it."""
    transfer = world.store.get("transfer", ids["id"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise StripeError(
            f"The reversal amount ({amount}) must be between 1 and what is left ({left}).", param="amount"
        )
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    reversal = world.new(
        "transfer_reversal",
        "trr",
        amount=amount,
        currency=transfer["currency"],
        metadata=params.get("metadata") or {},
        transfer=transfer["id"],
    )
    transfer["reversals"]["data"].insert(0, dict(reversal))
    world.emit("transfer.reversed", transfer)
    return reversal


def reversals(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    transfer = world.store.get("transfer", ids["id"])
    found = [row for row in reversed(world.store.all("transfer_reversal")) if row["transfer"] == transfer["id"]]
    return list_page(found, params, url=transfer["reversals"]["url"])
