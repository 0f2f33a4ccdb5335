"""
What the pinned API version (2026-10-28.endive) changed since the published description (2026-08-26.dahlia).

`payment_method_types` may no longer be sent, `allowed_payment_method_types` takes its place:
https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions and
https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents

Of the second API the published copy is older still (2026-05-27.dahlia). Since then an account link no longer names the
configurations to collect for, and a capability may be `rejected`: both as the `stripe` package 16.1.0 has them. And it
never said that what is not asked for by `include` comes as null.
"""

from typing import Any

FORM = "application/x-www-form-urlencoded"


def amend(document: dict[str, Any]) -> dict[str, Any]:
    """Bring an OpenAPI document of dahlia up to endive, in place."""
    for path in ("/v1/checkout/sessions", "/v1/payment_intents"):
        fields = document["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
        fields["allowed_payment_method_types"] = fields.pop("payment_method_types")
    customer = document["paths"]["/v1/customers"]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
    customer["validate"] = {"type": "boolean"}  # in the package; no changelog page read
    _amend_accounts(document)
    return document


def _amend_accounts(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    asked = document["paths"]["/v2/core/account_links"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    for link in (asked, schemas["v2.core.account_link"]):
        for flow in ("account_onboarding", "account_update"):
            options = link["properties"]["use_case"]["properties"][flow]
            options["properties"].pop("configurations")
            options["required"].remove("configurations")
    account = schemas["v2.core.account"]
    for name, field in account["properties"].items():
        field["nullable"] = name not in account["required"]
    recipient = account["properties"]["configuration"]["properties"]["recipient"]["properties"]
    stripe_balance = recipient["capabilities"]["properties"]["stripe_balance"]["properties"]
    for capability in stripe_balance.values():
        capability["properties"]["status"]["enum"].append("rejected")
