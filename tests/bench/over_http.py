"""
Searches and bookings over HTTP, with everything on: two cores, the generator and the servers on the same machine.

Two processes serve pages and API, one sweeps, and live updates are on; each arrangement in turn has the same data.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from django.db import connection
from django.test import Client as Inside

from backend.serving import settle
from backend.setup.demo import HOST, free_port
from backend.setup.speak import tell
from backend.setup.suite import REDIS, answering, redis_answers
from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from booking.availability.search import find_slots
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop
from tests.bench.load import Client, Outcome, Visit, pour, press
from tests.bench.report import Row, show
from tests.bench.world import CODE, LILLE, World, lay
from tests.servers import running, wait_for

MECHANICS = 200
WORKERS = "2"
SEARCHES, BOOKINGS = 60, 30  # a second: the aims
SEARCH_MS, BOOKING_MS = 400, 600  # p95
SAMPLES = 30
COLUMNS = {
    "way": "served by",
    "what": "what",
    "a_second": "sent/s",
    "done_a_second": "done/s",
    "p50_ms": "median ms",
    "p95_ms": "95 % ms",
    "failed": "failed",
    "most_a_second": "at most/s",
    "aim": "aim, 95 % ms",
}
# A busy worker is no dead one: its supervisor would replace it after five seconds without an answer.
UVICORN = ["-m", "uvicorn", "--host", HOST, "--log-level", "error", "--timeout-worker-healthcheck", "60", "--workers"]


@dataclass(frozen=True, slots=True)
class Way:
    """How pages and API are served; where it is not by the process that has the sockets, one more has those."""

    name: str
    command: list[str]
    has_sockets: bool


WAYS = (
    Way("WSGI, sockets by ASGI", [*UVICORN, WORKERS, "--interface", "wsgi", "backend.wsgi:application"], False),
    Way("all by ASGI", [*UVICORN, WORKERS, "backend.asgi:application"], True),
)


def over_http(folder: Path, *, seconds: float, at: datetime) -> tuple[list[Row], list[Row]]:
    """Measure each arrangement, then what part of a request the search itself is."""
    world = lay(mechanics=MECHANICS, each=5, at=at)
    prepare(world)
    starts = iter(list(bookable(world)))  # a list's iterator serves threads one by one
    rows: list[Row] = []
    for way in WAYS:
        with serving(way, folder) as servers:
            rows += measure(way, servers, starts, seconds)
    show(f"Over HTTP, {connection.display_name}, {MECHANICS} mechanics, {seconds:.0f} s each", COLUMNS, rows)
    if faults := [f"{row['way']}, {row['what']}: {row['faults']}" for row in rows if row["failed"]]:
        tell("Failed: " + "; ".join(faults))
    settle()  # as the servers do
    shares = [share_of_search(what, path) for what, path in searches().items()]
    columns = {"what": "what", "request_ms": "request ms", "search_ms": "search ms", "share": "share"}
    show("What part of a request the search itself is, without the server", columns, shares)
    return rows, shares


def prepare(world: World) -> None:
    """Let each workshop be paid at its counter, under a sharing key."""
    Workshop.objects.update(pay_now=Workshop.PayNow.COUNTER)
    for collective in {workshop.collective for workshop in world.workshops}:
        SharingKey.objects.create(
            collective=collective, valid_from=world.first.replace(day=1, month=1), name="1", fund_bp=0, platform_bp=0
        )


def bookable(world: World) -> Iterator[dict[str, Any]]:
    """Give slots that do not touch, at one workshop after the other."""
    offered = []
    for workshop in world.workshops:
        offers = list(workshop.offers.filter(intervention__code=CODE).select_related("intervention"))
        work = work_at(workshop=workshop, offers=offers, bike_type="city")
        free: list[datetime] = []
        for slot in slots_of(work=work, first=world.first, last=world.last, at=world.at):
            if not free or slot.starts_at >= free[-1] + (slot.ends_at - slot.starts_at):
                free.append(slot.starts_at)
        offered.append([{"workshop": workshop.slug, "starts_at": start.isoformat()} for start in free])
    for turn in range(max(map(len, offered))):
        yield from (slots[turn] for slots in offered if turn < len(slots))


@contextmanager
def serving(way: Way, folder: Path) -> Iterator[list[str]]:
    port = free_port(18800)
    server = f"http://{HOST}:{port}"
    commands = [[*way.command, "--port", str(port)], ["manage.py", "run_huey"]]
    if not way.has_sockets:
        commands.append([*UVICORN, "1", "backend.asgi:application", "--port", str(free_port(port + 1))])
    everything = {
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "MOYEU_VAR_DIR": str(folder),
        "MOYEU_WAKE": "1",
        "REDIS_URL": answering("TEST_REDIS_URL", REDIS, redis_answers),
        "SITE_URL": server,
    }
    log = folder / "servers.log"
    with running(*commands, log=log, **everything):
        wait_for(server, log)
        yield [server]


def searches() -> dict[str, str]:
    lat, lon = LILLE
    page = {"i": CODE, "rayon": "10", "velo": "city"}  # without a place: around the middle of the workshops
    program = {"interventions": CODE, "lat": lat, "lon": lon, "radius_km": 10, "bike_type": "city"}
    return {"search, page": f"/creneaux/?{urlencode(page)}", "search, API": f"/api/v1/slots/?{urlencode(program)}"}


def measure(way: Way, servers: list[str], starts: Iterator[dict[str, Any]], seconds: float) -> list[Row]:
    asked: dict[str, Visit] = {"nothing": partial(get, "/nothing/")}
    asked |= {what: partial(get, path) for what, path in searches().items()}
    rows = []
    for what, visit in asked.items():
        press(servers, visit, people=4, seconds=1)  # templates are compiled
        poured = pour(servers, [visit] * int(SEARCHES * seconds), a_second=SEARCHES)
        most = press(servers, visit, people=8, seconds=seconds / 2)
        rows.append(row_of(way, what, SEARCHES, poured, most, SEARCH_MS if "search" in what else None))
    book_one = partial(book, starts)
    book_one(Client(servers[0]))
    poured = pour(servers, [book_one] * int(BOOKINGS * seconds), a_second=BOOKINGS)
    most = press(servers, book_one, people=8, seconds=seconds / 2)
    rows.append(row_of(way, "hold and book, API", BOOKINGS, poured, most, BOOKING_MS))
    return rows


def row_of(way: Way, what: str, a_second: int, poured: Outcome, most: Outcome, aim: int | None) -> Row:
    row = poured.as_row()
    row["failed"] += sum(most.failed.values())
    row["faults"] = dict(poured.failed + most.failed)
    return (
        {"way": way.name, "what": what, "a_second": a_second, "aim": aim}
        | row
        | {"most_a_second": len(most.took) / most.seconds}
    )


def get(path: str, client: Client) -> bool:
    return client.request("GET", path)[0] == 200


def book(starts: Iterator[dict[str, Any]], client: Client) -> bool:
    """Hold the next slot and book it, to be paid at the counter."""
    wanted = {**next(starts), "interventions": [CODE]}
    status, body = client.request("POST", "/api/v1/holds/", json.dumps(wanted))
    if status != 201:
        return False
    contact = {"email": "camille@example.org", "phone": "06 12 34 56 78", "pay": "counter"}
    order = contact | {"hold": json.loads(body)["token"], "work_may_begin_early": True}
    return client.request("POST", "/api/v1/appointments/", json.dumps(order))[0] == 201


def share_of_search(what: str, path: str) -> Row:
    """Time the request through all its layers but the server, and inside it the search: this process's work."""
    inside: list[float] = []

    def counted(**asked: Any) -> Any:
        began = time.process_time()
        found = find_slots(**asked)
        inside.append(time.process_time() - began)
        return found

    client, requests = Inside(), []
    with patch("booking.web.cyclist.slots.find_slots", counted), patch("api.slots.find_slots", counted):
        for _ in range(SAMPLES):
            began = time.process_time()
            answer = client.get(path)
            requests.append(time.process_time() - began)
            assert answer.status_code == 200, answer.content
    request, search = (statistics.median(times[SAMPLES // 3 :]) * 1000 for times in (requests, inside))
    return {"what": what, "request_ms": request, "search_ms": search, "share": search / request}
