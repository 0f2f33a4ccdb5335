"""Which function answers which of Stripe's operations, by operationId."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from tests.stripe_emulator import accounts, balance, cards, intents, refunds, sessions, transfers
from tests.stripe_emulator.store import Resource, list_page
from tests.stripe_emulator.world import World

Effect = Callable[[World, dict[str, Any], dict[str, str]], Resource]


def read(kind: str) -> Effect:
    """Answer with the object whose id is in the path."""

    def effect(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
        ((param, identifier),) = ids.items()
        return world.store.get(kind, identifier, param=param)

    return effect


def browse(kind: str, url: str, *by: str) -> Effect:
    """Answer with a page of objects, filtered by the equalities that `by` names."""

    def effect(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
        return list_page(world.store.select(kind, params, by=by), params, url=url)

    return effect


def browse_events(world: World, params: dict[str, Any], ids: dict[str, str]) -> Resource:
    wanted = params.get("types") or [params.get("type", "*")]
    rows = world.store.select("event", params)
    return list_page(
        [row for row in rows if any(fnmatchcase(row["type"], pattern) for pattern in wanted)], params, url="/v1/events"
    )


ROUTES: dict[str, Effect] = {
    "PostCheckoutSessions": sessions.create,
    "GetCheckoutSessions": browse("checkout.session", "/v1/checkout/sessions", "payment_intent", "status"),
    "GetCheckoutSessionsSession": read("checkout.session"),
    "PostCheckoutSessionsSessionExpire": sessions.expire,
    "PostPaymentIntents": intents.create,
    "GetPaymentIntents": browse("payment_intent", "/v1/payment_intents", "customer"),
    "GetPaymentIntentsIntent": read("payment_intent"),
    "PostPaymentIntentsIntentCapture": intents.capture,
    "PostPaymentIntentsIntentCancel": intents.cancel,
    "GetCharges": browse("charge", "/v1/charges", "payment_intent", "transfer_group"),
    "GetChargesCharge": read("charge"),
    "PostCustomers": cards.create_customer,
    "GetCustomersCustomer": read("customer"),
    "GetPaymentMethodsPaymentMethod": read("payment_method"),
    "PostPaymentMethodsPaymentMethodDetach": cards.detach,
    "GetSetupIntentsIntent": read("setup_intent"),
    "GetBalance": balance.read,
    "PostRefunds": refunds.create,
    "GetRefunds": browse("refund", "/v1/refunds", "charge", "payment_intent"),
    "GetRefundsRefund": read("refund"),
    "GetBalanceTransactions": browse("balance_transaction", "/v1/balance_transactions", "source", "type"),
    "GetBalanceTransactionsId": read("balance_transaction"),
    "GetEvents": browse_events,
    "GetEventsId": read("event"),
    "PostTransfers": transfers.create,
    "GetTransfers": browse("transfer", "/v1/transfers", "destination", "transfer_group"),
    "GetTransfersTransfer": read("transfer"),
    "PostTransfersIdReversals": transfers.reverse,
    "GetTransfersIdReversals": transfers.reversals,
    "PostV2CoreAccounts": accounts.create,
    "GetV2CoreAccountsId": accounts.read,
    "PostV2CoreAccountLinks": accounts.create_link,
}
