"""Sellers' accounts, in the second API: made restricted, opened by their onboarding, closed for ever."""

from datetime import UTC, datetime
from typing import Any

from tests.stripe_emulator.errors import StripeError
from tests.stripe_emulator.store import Resource
from tests.stripe_emulator.world import World

KIND, LINK = "v2.core.account", "v2.core.account_link"
LINK_LASTS = 5 * 60  # seconds, and one visit
INCLUDABLE = ("configuration.recipient", "defaults", "identity", "requirements")
# Why a capability stands as it does, and what may be done: as the description names them.
WHY = {
    "active": [],
    "pending": [{"code": "requirements_pending_verification", "resolution": "no_resolution"}],
    "restricted": [{"code": "requirements_past_due", "resolution": "provide_info"}],
    "rejected": [{"code": "restricted_other", "resolution": "contact_stripe"}],
    "unsupported": [{"code": "unsupported_business", "resolution": "no_resolution"}],
}
STILL_DUE = ("identity.entity_type", "identity.business_details.registered_name", "payout_methods.default")

Params = dict[str, Any]


def create(world: World, params: Params, ids: dict[str, str]) -> Resource:
    """Make an account. :raises StripeError: unless it is a recipient for whose losses the platform answers."""
    recipient = params.get("configuration", {}).get("recipient")
    if recipient is None:
        raise StripeError("This emulator knows accounts with `configuration.recipient` only.")
    responsibilities = params.get("defaults", {}).get("responsibilities")
    if params.get("dashboard") == "express" and not responsibilities:
        raise StripeError("`defaults.responsibilities` is required for an account with a dashboard.")
    if "contact_email" not in params:
        raise StripeError("`contact_email` is required when configuring the account as a merchant or recipient.")
    account = world.new(
        KIND,
        "acct",
        applied_configurations=["recipient"],
        closed=False,
        configuration={"recipient": {"applied": True, "capabilities": {}}},
        contact_email=params["contact_email"],
        created=iso(world.clock.now()),
        dashboard=params.get("dashboard"),
        defaults={
            **params.get("defaults", {}),
            "responsibilities": {"requirements_collector": "stripe", **(responsibilities or {})},
        },
        display_name=params.get("display_name"),
        identity=params.get("identity", {}),
        livemode=False,
        metadata=params.get("metadata", {}),
        requirements={},
        _balance=0,
    )
    _stand(account, "restricted", due=STILL_DUE)
    world.emit_thin("v2.core.account.created", account)
    return _included(account, params)


def read(world: World, params: Params, ids: dict[str, str]) -> Resource:
    return _included(world.store.get(KIND, ids["id"]), params)


def _included(account: Resource, params: Params) -> Resource:
    """Leave out what was not asked for: it is null, which says nothing about what is there."""
    wanted = params.get("include", [])
    hidden = {name.partition(".")[0]: None for name in INCLUDABLE if name not in wanted}
    return {**account, **hidden}


def set_status(world: World, account: Resource, status: str, *, due: list[str] | None = None) -> None:
    """Let Stripe judge an account anew, and tell it."""
    if status not in WHY:
        raise StripeError(f"Unknown status {status}: one of {', '.join(WHY)}.")
    _stand(account, status, due=STILL_DUE if due is None and status == "restricted" else due or ())
    world.emit_thin("v2.core.account[configuration.recipient].capability_status_updated", account)
    world.emit_thin("v2.core.account[requirements].updated", account)


def close(world: World, account: Resource) -> None:
    account["closed"] = True
    _stand(account, "restricted", due=())
    world.emit_thin("v2.core.account.closed", account)


def _stand(account: Resource, status: str, *, due: Any) -> None:
    capability = {"status": status, "status_details": WHY[status]}
    account["configuration"]["recipient"]["capabilities"] = {
        "stripe_balance": {"payouts": dict(capability), "stripe_transfers": capability}
    }
    account["_status"] = status
    account["requirements"] = {"entries": [_entry(name) for name in due]}
    if due:
        account["requirements"]["summary"] = {"minimum_deadline": {"status": "currently_due"}}


def _entry(name: str) -> Resource:
    deadline = {"status": "currently_due"}
    restricts = {
        "capability": "stripe_balance.stripe_transfers",
        "configuration": "recipient",
        "deadline": deadline,
    }
    return {
        "awaiting_action_from": "user",
        "description": name,
        "errors": [],
        "impact": {"restricts_capabilities": [restricts]},
        "minimum_deadline": deadline,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def takes_transfers(world: World, identifier: str) -> Resource:
    """Return the account. :raises StripeError: if there is none, or it may not receive money."""
    account = world.store.kinds.get(KIND, {}).get(identifier)
    if account is None:
        raise StripeError(f"No such destination: '{identifier}'", code="resource_missing", param="destination")
    if account["closed"] or account["_status"] != "active":
        raise StripeError(
            "Your destination account needs to have at least one of the following capabilities enabled:"
            " transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def create_link(world: World, params: Params, ids: dict[str, str]) -> Resource:
    """Make a way into the onboarding, for one visit within five minutes."""
    account = world.store.get(KIND, params["account"])
    if account["closed"]:
        raise StripeError("This account is closed.", code="account_closed")
    use_case = params["use_case"]
    if use_case["type"] not in use_case:
        raise StripeError(f"`use_case.{use_case['type']}` is required.")
    now = world.clock.now()
    link = world.new(
        LINK,
        "link",
        account=account["id"],
        created=iso(now),
        expires_at=iso(now + LINK_LASTS),
        livemode=False,
        use_case=use_case,
        _ends=now + LINK_LASTS,
        _visited=False,
    )
    link["url"] = f"{world.base_url}/onboard/{account['id']}/{link['id']}"
    return {name: value for name, value in link.items() if name != "id"}


def iso(seconds: int) -> str:
    """Write a moment as the second API does."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
