"""Stripe's form encoding: `line_items[0][price_data][currency]=eur` to nested values of the types a schema wants."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft7Validator

SEGMENT = re.compile(r"\[([^\[\]]*)\]")
INTEGER = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def decode(encoded: str, schema: Mapping[str, Any]) -> Any:
    """Return the parameters of a query or form body, nested and typed as far as `schema` allows."""
    return coerce(nest(parse_qsl(encoded, keep_blank_values=True)), schema)


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Un-nest the brackets: names become dictionaries, `[0]` and `[]` become lists."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        *parents, last = [name.split("[", 1)[0], *SEGMENT.findall(name)]
        node = root
        for parent in parents:
            child = node.setdefault(parent, {})
            if not isinstance(child, dict):  # `a=1&a[b]=2`: keep the later one, the schema will judge it
                child = node[parent] = {}
            node = child
        if last == "":
            node.setdefault("", []).append(value)
        else:
            node[last] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if set(node) == {""}:
        return node[""]
    if all(key.isdigit() for key in node):
        return [_listed(node[key]) for key in sorted(node, key=int)]
    return {key: _listed(value) for key, value in node.items()}


def coerce(value: Any, schema: Mapping[str, Any]) -> Any:
    """
    Turn the strings in `value` into the types of `schema`.

    What cannot be turned stays as it is, for the validation that follows to refuse it. Of several branches the first
    that validates wins.
    """
    if "anyOf" in schema:
        typed = ((branch, coerce(value, branch)) for branch in schema["anyOf"])
        return next((found for branch, found in typed if Draft7Validator(branch).is_valid(found)), value)
    if isinstance(value, str):
        return _scalar(value, schema.get("type"))
    if isinstance(value, list):
        return [coerce(item, schema.get("items", {})) for item in value]
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    default = others if isinstance(others, Mapping) else {}
    return {key: coerce(item, properties.get(key, default)) for key, item in value.items()}


def _scalar(value: str, wanted: str | None) -> str | int | float | bool:
    if wanted == "integer" and INTEGER.fullmatch(value):
        return int(value)
    if wanted == "number" and NUMBER.fullmatch(value):
        return float(value)
    if wanted == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
