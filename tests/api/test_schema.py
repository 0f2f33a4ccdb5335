"""The schema is complete, and the API keeps to it."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.api.fuzz import fuzz

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            found[f"{method} {path}"] = operation
    return found


def test_it_is_valid_and_nothing_had_to_be_guessed(schema):
    validate_schema(schema)
    assert not GENERATOR_STATS


def test_every_refusal_has_one_shape(schema):
    for name, operation in operations(schema).items():
        refusals = {status: body for status, body in operation["responses"].items() if status >= "400"}
        assert {"400", "429"} <= set(refusals), name
        for body in refusals.values():
            assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, name
            assert body["description"]


def test_every_operation_is_told_and_named_once(schema):
    told = operations(schema)
    assert all(operation.get("summary") and operation.get("tags") for operation in told.values())
    assert len({operation["operationId"] for operation in told.values()}) == len(told)


def test_what_programs_send_is_closed(schema):
    for name, component in schema["components"]["schemas"].items():
        if name.endswith("Request"):
            assert component["additionalProperties"] is False, name


def test_no_name_of_a_choice_was_made_up(schema):
    assert not [name for name in schema["components"]["schemas"] if name.endswith("Enum")]


def test_a_hundred_odd_requests_find_no_fault(world, db, settings):
    outcome = fuzz(persona="mechanic", cases=100, world=world)
    assert outcome.failures == {}
    assert outcome.cases >= 100
    assert min(outcome.statuses) == 200


def test_the_docs_need_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs/").content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page
