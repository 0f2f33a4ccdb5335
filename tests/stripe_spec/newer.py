"""
What the pinned API version (2026-10-28.endive) changed since the published description (2026-08-26.dahlia).

`payment_method_types` may no longer be sent, `allowed_payment_method_types` takes its place:
https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions and
https://docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents
"""

from typing import Any

FORM = "application/x-www-form-urlencoded"


def amend(document: dict[str, Any]) -> dict[str, Any]:
    """Bring an OpenAPI document of dahlia up to endive, in place."""
    for path in ("/v1/checkout/sessions", "/v1/payment_intents"):
        fields = document["paths"][path]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
        fields["allowed_payment_method_types"] = fields.pop("payment_method_types")
    return document
