"""The schema: every operation lists the refusals it can give, all of one shape."""

from __future__ import annotations

import inspect
import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated

from api.fields import Asked

MEANINGS = {
    "400": "Something sent cannot be understood or accepted.",
    "401": "Nobody is signed in.",
    "403": "You see this, and have no right to do it; or the CSRF token is missing.",
    "404": "There is nothing here, or nothing that you may see.",
    "409": "This cannot be done now; the code says why.",
    "410": "This was here, and its time is over.",
    "413": "Too large.",
    "415": "Send application/json.",
    "429": "Too many requests in a short while: Retry-After says how many seconds to wait.",
    "503": "Something we need does not answer. Try again in a moment.",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "slot taken",
            value={
                "code": "slot_taken",
                "message": "Somebody has just taken this slot. Choose another one.",
                "details": {"alternatives": [{"workshop": "la-manivelle", "starts_at": "2026-11-24T09:30:00+01:00"}]},
            },
        )
    ]
)
class Error(serializers.Serializer[Any]):
    """Every refusal: a stable code for programs, a sentence for people, and what a program can use."""

    code = serializers.CharField(help_text="Stable.")
    message = serializers.CharField(help_text="A sentence to show, in the language that Accept-Language asks for.")
    details = serializers.DictField(child=serializers.JSONField(), required=False)


class Schema(AutoSchema):
    """Adds to each operation the refusals that follow from what kind of door it is, and those the door names."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._refusals():
            bodies.setdefault(status, self._get_response_for_code(Error, status, direction=direction))
            bodies[status]["description"] = MEANINGS[status]
        return dict(sorted(bodies.items()))

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        """Say that nothing else may be sent; a description that is only inherited describes nothing."""
        schema: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)
        if isinstance(serializer, Asked) and schema.get("type") == "object":
            schema["additionalProperties"] = False
            if schema.get("description") == inspect.getdoc(Asked):
                del schema["description"]
        return schema

    def _refusals(self) -> list[str]:
        found = {400, 429, *getattr(self.view, "refusals", ())}
        if "{" in self.path or getattr(self.view, "pagination_class", None):
            found.add(404)
        if IsAuthenticated in self.view.permission_classes:
            found |= {401, 403}
        if self.method not in ("GET", "HEAD"):
            found |= {403, 409, 413, 415}
        return [str(status) for status in sorted(found)]

    def get_operation_id(self) -> str:
        """Name an operation by its address and method, without the version."""
        words = re.sub(r"[{}]", "", self.path.removeprefix("/api/v1/")).replace("-", "_").strip("/").split("/")
        return "_".join([*words, self.method.lower()])
