"""The world of the matrix, and a way to speak JSON to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import JsonResponse
from django.test import Client

from tests.matrix.conftest import _photos_of_the_world, clients, world

__all__ = ["_photos_of_the_world", "clients", "send", "world"]

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _limits_are_far(settings):
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/m")


@pytest.fixture
def send(world, clients, db) -> Send:
    """`send("POST", "holds/", {...}, by="mechanic")` asks the API and returns the answer; `.json()` is its body."""

    def ask(method: str, path: str, body: Any = None, *, by: str = "anonymous", **headers: str) -> JsonResponse:
        client: Client = clients[by]
        given = {"content_type": "application/json", "headers": headers}
        if method == "GET":
            return client.get(f"/api/v1/{path}", body, headers=headers)
        return client.generic(method, f"/api/v1/{path}", body if isinstance(body, str) else as_json(body), **given)

    return ask


def as_json(body: Any) -> str:
    return "" if body is None else json.dumps(body)
