"""Transfers to members, and their reversals."""

from typing import Any

from tests.stripe_emulator import accounts, balance
from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource, list_page
from tests.stripe_emulator.world import World


def create(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """
    Send money to an account.

    :raises StripeError: to an account that may not receive it; above what its source charge brought; without a source,
        above what is available.
    """
    if "amount" not in params or params["amount"] < 1:
        raise StripeError("A transfer needs a positive amount.", code="parameter_invalid_integer", param="amount")
    account = accounts.takes_transfers(world, params["destination"])
    available_on = None
    if "source_transaction" in params:
        available_on = _source(world, params)["available_on"]
    elif params["amount"] > balance.available(world):
        raise StripeError("You have insufficient available funds in your Stripe account.", code="balance_insufficient")
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
    account["_balance"] += params["amount"]
    moved = balance.book(
        world,
        type="transfer",
        category="transfer",
        amount=-params["amount"],
        source=transfer["id"],
        available_on=available_on,
    )
    transfer["balance_transaction"] = moved["id"]
    transfer["destination_payment"] = f"py_{transfer['id'].removeprefix('tr_')}"
    transfer["reversals"] = list_page([], {}, url=f"/v1/transfers/{transfer['id']}/reversals")
    world.emit("transfer.created", transfer)
    return transfer


def _source(world: World, params: dict[str, Any]) -> Resource:
    """Return the transaction whose money is sent on. What was reversed does not come back under the cap."""
    source = world.store.get("charge", params["source_transaction"], param="source_transaction")
    sent = sum(row["amount"] for row in world.store.by("transfer", "source_transaction", source["id"]))
    if sent + params["amount"] > source["amount_captured"]:
        raise StripeError(
            "Transfers using this transaction as a source must not exceed the source amount of"
            f" {source['amount_captured']}. There is already a total of {sent} using this source.",
            param="amount",
        )
    return world.store.get("balance_transaction", source["balance_transaction"])


def reverse(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    """
    Take back all or a part of a transfer.

    :raises StripeError: above what is left of it, or of the seller's balance.
    """
    transfer = world.store.get("transfer", ids["id"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise StripeError(
            f"The reversal amount ({amount}) must be between 1 and what is left ({left}).", param="amount"
        )
    account = world.store.get(accounts.KIND, transfer["destination"])
    if amount > account["_balance"]:
        raise StripeError(
            f"The connected account holds {account['_balance']}: too little to reverse {amount} of this transfer.",
            code="balance_insufficient",
        )
    account["_balance"] -= amount
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
    moved = balance.book(
        world, type="transfer_refund", category="transfer_reversal", amount=amount, source=reversal["id"]
    )
    reversal["balance_transaction"] = moved["id"]
    transfer["reversals"]["data"].insert(0, dict(reversal))
    world.emit("transfer.reversed", transfer)
    return reversal


def reversals(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    transfer = world.store.get("transfer", ids["id"])
    found = world.store.by("transfer_reversal", "transfer", transfer["id"])[::-1]
    return list_page(found, params, url=transfer["reversals"]["url"])
