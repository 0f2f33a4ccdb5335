"""Hold requests and responses to Stripe's published OpenAPI description."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft7Validator

from tests.stripe_spec.forms import decode
from tests.stripe_spec.newer import amend

DESCRIPTION = Path(__file__).with_name("stripe-openapi.json")
CODES = {"required": "parameter_missing", "additionalProperties": "parameter_unknown"}
OBJECT_WITHOUT_FIELDS = {"type": "object", "additionalProperties": False}


class SpecError(AssertionError):
    """
    A request or response that Stripe's description forbids. `str()` names the operation, the field and why.

    `code` is Stripe's own where it has one (parameter_missing, parameter_unknown), else parameter_invalid.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Operation:
    """One method on one path of the description, with its validators ready."""

    name: str  # Stripe's operationId, such as PostRefunds
    method: str
    path: str
    query_schema: Mapping[str, Any]
    body_schema: Mapping[str, Any]
    is_json: bool  # the second API takes JSON bodies, the first takes forms
    response: Draft7Validator
    pattern: re.Pattern[str] = field(compare=False)

    def parameters(self, *, query: str, body: str) -> dict[str, Any]:
        """
        Return the request's parameters, nested and typed.

        :raises SpecError: for a field unknown, missing, or of the wrong type.
        """
        in_query = decode(query, self.query_schema)
        _raise_first(self.query_validator, in_query, f"{self.method} {self.path} query")
        in_body = self._read_json(body) if self.is_json else decode(body, self.body_schema)
        _raise_first(self.body_validator, in_body, f"{self.method} {self.path} body")
        return dict(in_query | in_body)

    @cached_property
    def query_validator(self) -> Draft7Validator:
        return Draft7Validator(self.query_schema)

    @cached_property
    def body_validator(self) -> Draft7Validator:
        return Draft7Validator(self.body_schema)

    def _read_json(self, body: str) -> Any:
        try:
            return json.loads(body or "{}")
        except ValueError as error:
            raise SpecError(f"{self.method} {self.path} body: {error}", code="parameter_invalid") from error

    def check_response(self, body: Any) -> None:
        """:raises SpecError: if a successful answer is not as described."""
        _raise_first(self.response, body, f"{self.method} {self.path} response")


class Spec:
    """The operations of a (pruned) OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.version: str = document["info"]["version"]
        self._resources = document["components"]["schemas"]
        self._schemas = _json_schema(self._resources)
        found = [
            self._operation(path, method, description)
            for path, methods in document["paths"].items()
            for method, description in methods.items()
        ]
        self._blanks: dict[str, dict[str, None]] = {}
        self.operations = sorted(found, key=lambda operation: operation.path.count("{"))

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """
        Return the operation at a path, with the identifiers in that path by name.

        :raises SpecError: if there is none.
        """
        for operation in self.operations:
            match = operation.pattern.fullmatch(path)
            if operation.method == method.upper() and match:
                return operation, match.groupdict()
        raise SpecError(f"Unrecognized request URL ({method.upper()}: {path})", code="unknown_url")

    def check_request(self, method: str, url: str, body: str | None) -> Operation:
        """Return the operation that a request calls. :raises SpecError: if the description forbids the request."""
        target = urlsplit(url)
        operation, _ = self.find(method, target.path)
        operation.parameters(query=target.query, body=body or "")
        return operation

    def blank(self, kind: str) -> dict[str, None]:
        """Return the fields of a resource that may be null, all null: what Stripe shows of what nobody set."""
        if kind not in self._blanks:
            fields = self._resources[kind]["properties"].items()
            self._blanks[kind] = {name: None for name, field in fields if field.get("nullable")}
        return dict(self._blanks[kind])

    def _operation(self, path: str, method: str, description: dict[str, Any]) -> Operation:
        contents = description.get("requestBody", {}).get("content", {})
        bodies = list(contents.values())
        answer = description["responses"]["200"]["content"]["application/json"]["schema"]
        return Operation(
            name=description["operationId"],
            method=method.upper(),
            path=path,
            query_schema=_query_schema(description.get("parameters", [])),
            body_schema=_closed(bodies[0]["schema"]) if bodies else OBJECT_WITHOUT_FIELDS,
            is_json="application/json" in contents,
            response=Draft7Validator({**_json_schema(answer), "components": {"schemas": self._schemas}}),
            pattern=re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)),
        )


@cache
def load_spec() -> Spec:
    """Return the committed description, with what the pinned API version changed since."""
    return Spec(amend(json.loads(DESCRIPTION.read_text())))


def _query_schema(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    in_query = [parameter for parameter in parameters if parameter["in"] == "query"]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {parameter["name"]: _closed(parameter["schema"]) for parameter in in_query},
        "required": [parameter["name"] for parameter in in_query if parameter.get("required")],
    }


def _closed(schema: Any) -> Any:
    """Refuse unknown fields at every depth: the description says it at the top only, Stripe does it everywhere."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        closed.setdefault("additionalProperties", False)
    return closed


def _json_schema(schema: Any) -> Any:
    """Translate OpenAPI 3.0's `nullable`, which JSON Schema does not know."""
    if isinstance(schema, list):
        return [_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _json_schema(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [{"type": "null"}, plain]} if schema.get("nullable") is True else plain


def _raise_first(validator: Draft7Validator, value: Any, where: str) -> None:
    errors = sorted(validator.iter_errors(value), key=lambda error: [str(part) for part in error.path])
    if errors:
        told = (f"{'.'.join(map(str, error.path)) or '(root)'}: {error.message[:200]}" for error in errors[:5])
        raise SpecError(f"{where}: {'; '.join(told)}", code=CODES.get(str(errors[0].validator), "parameter_invalid"))
