"""What the emulator remembers: Stripe's objects as it publishes them, plus private notes whose names start with `_`."""

import json
import os
from pathlib import Path
from typing import Any

from tests.stripe_emulator.errors import StripeError, no_such

Resource = dict[str, Any]

# The fields that lists are filtered by, so that a list costs what it holds and not what was ever made.
INDEXED = {
    "balance_transaction": ("source", "_payout"),
    "charge": ("payment_intent", "transfer_group"),
    "checkout.session": ("payment_intent",),
    "dispute": ("payment_intent", "charge"),
    "refund": ("payment_intent", "charge"),
    "transfer": ("transfer_group", "source_transaction", "destination"),
    "transfer_reversal": ("transfer",),
}


class Store:
    """Objects by kind and id, in the order they were made."""

    def __init__(self) -> None:
        self.kinds: dict[str, dict[str, Resource]] = {}
        self.index: dict[tuple[str, str, str], list[str]] = {}

    def add(self, resource: Resource) -> Resource:
        self.kinds.setdefault(resource["object"], {})[resource["id"]] = resource
        for field in INDEXED.get(resource["object"], ()):
            self._note(resource, field)
        return resource

    def change(self, resource: Resource, field: str, value: str) -> None:
        """Set an indexed field that was null until now."""
        resource[field] = value
        self._note(resource, field)

    def load(self, kinds: dict[str, dict[str, Resource]]) -> None:
        """Take over the objects of a file."""
        for rows in kinds.values():
            for resource in rows.values():
                self.add(resource)

    def _note(self, resource: Resource, field: str) -> None:
        value = resource.get(field)
        if value is not None:
            self.index.setdefault((resource["object"], field, value), []).append(resource["id"])

    def by(self, kind: str, field: str, value: str) -> list[Resource]:
        """Return the objects whose indexed field has this value, oldest first."""
        rows = self.kinds.get(kind, {})
        return [rows[identifier] for identifier in self.index.get((kind, field, value), [])]

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Resource:
        """:raises StripeError: 404 if there is none."""
        try:
            return self.kinds[kind][identifier]
        except KeyError:
            raise no_such(kind, identifier, param=param) from None

    def find(self, identifier: str) -> Resource | None:
        """Return the object with this id, of whatever kind."""
        return next((found[identifier] for found in self.kinds.values() if identifier in found), None)

    def all(self, kind: str) -> list[Resource]:
        """Return the objects of a kind, oldest first."""
        return list(self.kinds.get(kind, {}).values())

    def select(self, kind: str, params: Resource, *, by: tuple[str, ...] = ()) -> list[Resource]:
        """Return the objects that were made when `created` says, newest first; `by` names plain equalities."""
        wanted = {field: params[field] for field in by if field in params}
        indexed = next((field for field in INDEXED.get(kind, ()) if field in wanted), None)
        rows = self.by(kind, indexed, wanted[indexed]) if indexed else self.all(kind)
        return [
            row
            for row in reversed(rows)
            if _is_in_range(row["created"], params.get("created"))
            and all(row.get(field) == value for field, value in wanted.items())
        ]


def list_page(rows: list[Resource], params: Resource, *, url: str) -> Resource:
    """Cut one page out of rows, by `limit`, `starting_after` and `ending_before`."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise StripeError("Invalid integer: limit must be between 1 and 100.", code="parameter_invalid_integer")
    if "ending_before" in params:
        before = rows[: _position(rows, params["ending_before"], "ending_before")]
        return _page(before[-limit:], has_more=len(before) > limit, url=url)
    if "starting_after" in params:
        rows = rows[_position(rows, params["starting_after"], "starting_after") + 1 :]
    return _page(rows[:limit], has_more=len(rows) > limit, url=url)


def _page(rows: list[Resource], *, has_more: bool, url: str) -> Resource:
    return {"object": "list", "url": url, "has_more": has_more, "data": rows}


def _position(rows: list[Resource], identifier: str, param: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == identifier:
            return position
    raise no_such("object", identifier, param=param)


def _is_in_range(moment: int, asked: int | Resource | None) -> bool:
    if asked is None:
        return True
    if isinstance(asked, int):
        return moment == asked
    return (
        asked.get("gt", moment - 1) < moment
        and asked.get("gte", moment) <= moment
        and moment < asked.get("lt", moment + 1)
        and moment <= asked.get("lte", moment)
    )


def published(node: Any) -> Any:
    """Return a copy as Stripe shows it, without the private notes."""
    if isinstance(node, dict):
        return {
            key: published(value) if isinstance(value, dict | list) else value
            for key, value in node.items()
            if key[:1] != "_"
        }
    return [published(item) for item in node] if isinstance(node, list) else node


def write_state(path: Path, state: Resource) -> None:
    """Replace the file at once, so that a crash leaves the old state or the new one."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(state))
    os.replace(draft, path)
