"""
Prune Stripe's OpenAPI description to the operations we use.

    python -m tests.stripe_spec.prune path/to/spec3.json path/to/stripe_spec.py

The first file describes the first API. The second is a Python module with the whole description in `sspec`; the second
API (/v2) is taken from it.

The result keeps one operation or schema a line, so that a newer description shows as a readable difference. NOTICE.md
says where the full file comes from.
"""

import json
import runpy
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("stripe-openapi.json")

OPERATIONS = {
    "/v1/balance": ["get"],
    "/v1/balance_transactions": ["get"],
    "/v1/balance_transactions/{id}": ["get"],
    "/v1/charges": ["get"],
    "/v1/charges/{charge}": ["get"],
    "/v1/checkout/sessions": ["get", "post"],
    "/v1/checkout/sessions/{session}": ["get"],
    "/v1/checkout/sessions/{session}/expire": ["post"],
    "/v1/customers": ["post"],
    "/v1/customers/{customer}": ["get"],
    "/v1/disputes": ["get"],
    "/v1/disputes/{dispute}": ["get"],
    "/v1/events": ["get"],
    "/v1/events/{id}": ["get"],
    "/v1/payment_intents": ["get", "post"],
    "/v1/payment_intents/{intent}": ["get"],
    "/v1/payment_intents/{intent}/cancel": ["post"],
    "/v1/payment_intents/{intent}/capture": ["post"],
    "/v1/payment_methods/{payment_method}": ["get"],
    "/v1/payment_methods/{payment_method}/detach": ["post"],
    "/v1/payouts": ["get"],
    "/v1/payouts/{payout}": ["get"],
    "/v1/refunds": ["get", "post"],
    "/v1/refunds/{refund}": ["get"],
    "/v1/setup_intents/{intent}": ["get"],
    "/v1/transfers": ["get", "post"],
    "/v1/transfers/{id}/reversals": ["get", "post"],
    "/v1/transfers/{transfer}": ["get"],
    "/v2/core/account_links": ["post"],
    "/v2/core/accounts": ["post"],
    "/v2/core/accounts/{id}": ["get"],
}
RESOURCES = {
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "dispute",
    "event",
    "payment_intent",
    "payment_method",
    "payout",
    "refund",
    "setup_intent",
    "transfer",
    "transfer_reversal",
}
# Objects that hold one property for each of some sixty means of payment: cards and direct debits are enough for us.
MEANS_OF_PAYMENT = {
    "payment_method_details",
    "payment_method_options",
    "payment_method_data",
    "checkout_session_payment_method_options",
    "payment_intent_payment_method_options",
    "refund_destination_details",
}
MEANS_KEPT = {"card", "sepa_debit", "type", "metadata", "billing_details", "allow_redisplay"}
# Of the second API's accounts: the parts that a seller of ours has.
KEPT_OF = {
    "configuration": {"recipient"},
    "identity": {"country", "entity_type"},
    "defaults": {"currency", "locales", "responsibilities"},
    "capabilities": {"stripe_balance"},
}
ACCOUNT_WITHOUT = {"future_requirements", "account_token", "contact_phone"}
PROSE = {"description", "summary", "encoding", "title", "tags"}
REF = "#/components/schemas/"


def prune(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Return the part of two OpenAPI documents that OPERATIONS needs, without its prose."""
    sources = {**second["paths"], **first["paths"]}
    described = {**second["components"]["schemas"], **first["components"]["schemas"]}
    paths = {
        path: {method: _operation(sources[path][method]) for method in methods} for path, methods in OPERATIONS.items()
    }
    schemas: dict[str, Any] = {}
    wanted = _references(paths)
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = _slim(described[name], name)
            wanted |= _references(schemas[name]) - schemas.keys()
    info = {"title": first["info"]["title"], "version": first["info"]["version"], "x-v2": second["info"]["version"]}
    return {"openapi": first["openapi"], "info": info, "paths": paths, "components": {"schemas": schemas}}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    kept = {key: operation[key] for key in ("operationId", "parameters", "requestBody") if key in operation}
    return {**_slim(kept, ""), "responses": {"200": _slim(operation["responses"]["200"], "")}}


def _slim(node: Any, name: str) -> Any:
    """Drop prose, extensions, foreign resources and the means of payment we do not take; `name` is the property's."""
    if isinstance(node, list):
        return [_slim(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    slim = {}
    for key, value in node.items():
        if key == "properties":
            slim[key] = _properties(value, node, name)
        elif key == "anyOf":
            slim[key] = [_slim(branch, name) for branch in value if _is_ours(branch, node)]
        elif key not in PROSE and not key.startswith("x-"):
            slim[key] = _slim(value, name)
    return slim


def _properties(properties: dict[str, Any], owner: dict[str, Any], name: str) -> dict[str, Any]:
    if name in MEANS_OF_PAYMENT or owner.get("title") in MEANS_OF_PAYMENT:
        properties = {key: value for key, value in properties.items() if key in MEANS_KEPT}
    if name in KEPT_OF and KEPT_OF[name] & properties.keys():
        properties = {key: value for key, value in properties.items() if key in KEPT_OF[name]}
    if "future_requirements" in properties or "account_token" in properties:
        properties = {key: value for key, value in properties.items() if key not in ACCOUNT_WITHOUT}
    return {key: _slim(value, key) for key, value in properties.items()}


def _is_ours(branch: dict[str, Any], owner: dict[str, Any]) -> bool:
    """Tell whether a branch of an expandable property leads to a resource we read."""
    return "$ref" not in branch or "x-expansionResources" not in owner or branch["$ref"].removeprefix(REF) in RESOURCES


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node))
    if not isinstance(node, dict):
        return set()
    here = {node["$ref"].removeprefix(REF)} if isinstance(node.get("$ref"), str) else set()
    return here.union(*map(_references, node.values()))


def _lines(pruned: dict[str, Any]) -> str:
    """Write the document as JSON, one operation or schema a line."""

    def block(entries: dict[str, Any]) -> str:
        return "{\n" + ",\n".join(f"{json.dumps(key)}: {_compact(entries[key])}" for key in sorted(entries)) + "\n}"

    operations = {f"{path}": methods for path, methods in pruned["paths"].items()}
    return (
        f'{{"openapi": {json.dumps(pruned["openapi"])},\n"info": {_compact(pruned["info"])},\n'
        f'"paths": {block(operations)},\n"components": {{"schemas": {block(pruned["components"]["schemas"])}}}}}\n'
    )


def _compact(node: Any) -> str:
    return json.dumps(node, sort_keys=True, separators=(",", ":"))


def main(first: str, second: str) -> None:
    pruned = prune(json.loads(Path(first).read_text()), runpy.run_path(second)["sspec"])
    TARGET.write_text(_lines(pruned))
    counts = len(pruned["paths"]), len(pruned["components"]["schemas"]), TARGET.stat().st_size
    print("{} paths, {} schemas, {} bytes".format(*counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
