"""What the lines of the table act upon: the rows their addresses name, and what their forms and bodies say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from booking.appointments.links import manage_link
from tests.matrix.world import CODE, World

Body = Callable[[World], dict[str, Any]]

ARGUMENTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "requested": lambda world: {"key": world.requested.number},
    "proposed": lambda world: {"key": world.proposed.number},
    "today": lambda world: {"key": world.today.number},
    "link": lambda world: {"key": world.link},
    "hold": lambda world: {"token": world.hold.token},
    "diagnosis": lambda world: {"token": world.diagnosis.token},
    "entry": lambda world: {"pk": world.entry.pk},
    "workshop": lambda world: {"slug": world.workshop.slug},
    "symptom": lambda world: {"code": world.symptom.code},
    "intervention": lambda world: {"code": CODE},
    "page of requested": lambda world: {"token": world.link},
    "page of proposed": lambda world: {"token": manage_link(world.proposed)},
    "forged page": lambda world: {"token": world.link[:-1] + ("A" if world.link[-1] != "A" else "B")},
    "photo by link": lambda world: {"token": world.link, "pk": world.photo.pk},
    "visit requested": lambda world: {"pk": world.requested.pk},
    "visit today": lambda world: {"pk": world.today.pk},
    "letter": lambda world: {"place": "1"},
    "photo": lambda world: {"pk": world.photo.pk},
    "passkey": lambda world: {"pk": 1},
    "reset key": lambda world: {"uidb36": "1", "key": "set-password"},
}
SEARCH = f"lat=50.63&lon=3.05&interventions={CODE}"


def hold_wanted(world: World) -> dict[str, Any]:
    starts_at = world.slots[6].starts_at.isoformat()
    return {"workshop": world.workshop.slug, "interventions": [CODE], "starts_at": starts_at}


def booking_wanted(world: World) -> dict[str, Any]:
    contact = {"email": "someone@example.org", "phone": "06 12 34 56 78", "work_may_begin_early": True}
    return contact | {"hold": str(world.hold.token), "pay": "counter"}


def another_time(world: World) -> dict[str, Any]:
    return {"starts_at": world.slots[7].starts_at.isoformat()}


def items_wanted(world: World) -> dict[str, Any]:
    return {"items": [{"symptom": world.symptom.code, "answers": {}}]}


def of(**values: Any) -> Body:
    return lambda world: values


def page_hold(world: World) -> dict[str, Any]:
    starts_at = world.slots[6].starts_at.isoformat()
    return {"atelier": world.workshop.slug, "i": CODE, "debut": starts_at, "velo": "city"}


def page_order(world: World) -> dict[str, Any]:
    contact = {"email": "someone@example.org", "phone": "06 12 34 56 78", "work_may_begin_early": "on"}
    return contact | {"pay": "counter"}


def page_time(world: World) -> dict[str, Any]:
    return {"debut": world.slots[7].starts_at.isoformat()}
