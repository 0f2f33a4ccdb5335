"""The words of the table: a line, and who gets which status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.matrix.rows import Body
from tests.matrix.world import ROLES

Statuses = Mapping[str, int]


@dataclass(frozen=True)
class Line:
    """One route and method. `to` names the row when a route is tried on several; `body` is JSON for the API."""

    route: str
    method: str
    status: Statuses
    to: str = ""
    query: str = ""
    body: Body = field(default=lambda world: {})
    writes_session: bool = False  # a GET that keeps a challenge or a form's beginning in the session

    @property
    def id(self) -> str:
        return " ".join(filter(None, [self.method, self.route, self.to, self.query]))


# --- Who --------------------------------------------------------------------------------------------------------------

NOBODY_SIGNED_IN = ("anonymous", "suspended")


def everybody(status: int = 200) -> Statuses:
    return dict.fromkeys(ROLES, status)


def signed_in(status: int = 200, *, others: int = 401) -> Statuses:
    return everybody(status) | dict.fromkeys(NOBODY_SIGNED_IN, others)


def only(*roles: str, status: int = 200, seen_by: tuple[str, ...] = (), nobody: int = 404) -> Statuses:
    """`roles` may; `seen_by` see the row and may not; to all others it does not exist."""
    return (
        everybody(404)
        | dict.fromkeys(NOBODY_SIGNED_IN, nobody)
        | dict.fromkeys(seen_by, 403)
        | dict.fromkeys(roles, status)
    )


SHOP = ("mechanic", "workshop_owner")
SEES_APPOINTMENT = ("owner", *SHOP, "coordinator")
