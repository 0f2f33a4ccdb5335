"""
How the search grows: the first 20 slots in an area of 10, 100 and 1,000 mechanics of 100, 1,000 and 10,000.

Beside each stands its floor in the same rounds: the same statements sent, the same rows fetched, nothing made of them.
Then the same search again in a copy of the database that also holds two years of past appointments.
"""

from __future__ import annotations

import shutil
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from django.db import connection
from django.db.models import Model, Q

from booking.appointments.models import Appointment
from booking.availability.search import find_first
from collective.timetable.models import Occupancy, Resource
from tests.bench.report import Median, Row, show, timed
from tests.bench.world import (
    CODE,
    DAY,
    WITH_A_TOOL,
    World,
    analyse,
    check_sample,
    insert,
    lay,
    share_taken,
    values_of,
)
from tests.engines import without_guard

ROUNDS, RUNS = 5, 5
FIRST_FEW = 20
AREAS = (10, 100, 1000)
RESOURCES = {"mechanic, bench": CODE, "mechanic, bench, shared tool": WITH_A_TOOL}
PAST_DAYS = 730
FOUR_WEEKS = timedelta(days=28)
PAST_OF = 100  # mechanics
PAST_ROUNDS = 15
COLUMNS = {
    "mechanics": "mechanics",
    "area": "in the area",
    "resources": "at once",
    "ms": "ms",
    "cpu_ms": "(work ms)",
    "queries": "queries",
    "rows": "rows",
    "peak_kb": "peak kB",
    "floor_ms": "floor ms",
    "ratio": "ratio",
    "found": "slots",
}
PAST_COLUMNS = {"resources": "at once", "ms": "ms", "past_ms": "with the past", "change": "change %", "past": "rows"}
Statement = tuple[str, Any]


def grow(sizes: Sequence[int], *, at: datetime) -> tuple[list[Row], list[Row]]:
    """Measure worlds of these numbers of mechanics, each in the emptied database; then what the past changes."""
    rows: list[Row] = []
    past: list[Row] = []
    for mechanics in sizes:
        empty()
        began = time.monotonic()
        world = lay(mechanics=mechanics, each=5, at=at)
        seconds = time.monotonic() - began
        check_sample(world)
        taken = share_taken(world)
        areas = [area for area in AREAS if area <= mechanics]
        laid = {"mechanics": mechanics, "database": connection.vendor, "taken": taken, "laid_in_s": seconds}
        rows += [laid | measure(world, area, name) for area in areas for name in RESOURCES]
        if mechanics == PAST_OF:
            past = with_past(world)
    title = f"The first {FIRST_FEW} slots, 30 days at {rows[-1]['taken']:.0%} taken, {connection.display_name}"
    show(f"{title}: medians of {ROUNDS} interleaved rounds", COLUMNS, rows)
    show(f"Two years of past appointments of {PAST_OF} mechanics, {connection.display_name}", PAST_COLUMNS, past)
    return rows, past


def empty() -> None:
    """Forget the world before, not what migrations laid."""
    tables = ", ".join(
        f'"{table}"'
        for table in connection.introspection.table_names()
        if table.startswith(("collective_", "booking_", "schedule_"))
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {tables} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in tables.split(", "):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("PRAGMA foreign_keys = ON")


def measure(world: World, area: int, resources: str) -> Row:
    ask = partial(find_first, **world.question(mechanics=area, code=RESOURCES[resources]), count=FIRST_FEW)
    statements = statements_of(ask)
    rows = fetch(statements)
    rounds, floors = [], []
    for _ in range(ROUNDS):
        rounds.append(timed(ask, RUNS))
        floors.append(timed(partial(fetch, statements), RUNS))
    median, floor = Median.of(rounds), Median.of(floors)
    return {
        "area": area,
        "resources": resources,
        "found": len(ask()),
        "ms": median.wall,
        "cpu_ms": median.cpu,
        "queries": len(statements),
        "rows": rows,
        "peak_kb": peak_kb(ask),
        "floor_ms": floor.wall,
        "ratio": median.wall / floor.wall,
    }


def statements_of(function: Callable[[], object]) -> list[Statement]:
    said: list[Statement] = []

    def listening(execute: Callable[..., Any], sql: str, params: Any, *words: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, *words)

    with connection.execute_wrapper(listening):
        function()
    return said


def fetch(statements: Sequence[Statement]) -> int:
    """Send the statements and take their rows; give how many."""
    count = 0
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            count += len(cursor.fetchall())
    return count


def peak_kb(function: Callable[[], object]) -> float:
    """How much memory it takes at most, beside what was there before."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 1024
    finally:
        tracemalloc.stop()


def with_past(world: World) -> list[Row]:
    """Ask the same of this database and of a copy that holds the past, in turn."""
    with a_copy() as other:
        with connected_to(other):
            count = lay_past(world)
        rows = []
        for resources, code in RESOURCES.items():
            ask = partial(find_first, **world.question(mechanics=PAST_OF, code=code), count=FIRST_FEW)
            here, there = [], []
            for _ in range(PAST_ROUNDS):
                here.append(after_a_first(ask))
                with connected_to(other):
                    there.append(after_a_first(ask))
            ms, past_ms = Median.of(here).wall, Median.of(there).wall
            change = 100 * (past_ms / ms - 1)
            row = {"resources": resources, "ms": ms, "past_ms": past_ms, "change": change, "past": count}
            rows.append(row | {"database": connection.vendor})
    return rows


def after_a_first(ask: Callable[[], object]) -> list[tuple[float, float]]:
    """A connection just opened has its catalogues to read: the first run is not counted."""
    ask()
    return timed(ask, RUNS)


@contextmanager
def a_copy() -> Iterator[str]:
    """Copy the database we are connected to; give the copy's name. It goes at the end."""
    ours = connection.settings_dict
    name = f"{ours['NAME']}_past"
    connection.close()
    if connection.vendor == "sqlite":
        shutil.copy(ours["NAME"], name)
        yield name
        return
    login = {key: value for key in ("user", "password", "host", "port") if (value := ours[key.upper()])}
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{ours["NAME"]}"')
        try:
            yield name
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    ours = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = ours


def lay_past(world: World) -> int:
    """Lay two years of visits with their appointments: the coming four weeks again and again. Give how many rows."""
    kept = Q(starts_at__lt=world.at + FOUR_WEEKS)
    visits = Occupancy.objects.filter(kept, resource__kind=Resource.Kind.MECHANIC).select_related("resource")
    insert(Appointment, (promised(visit) for visit in list(visits)))
    count = 0
    with without_guard(put_back=False):
        for weeks in range(4, PAST_DAYS // 7, 4):
            count += repeat(Occupancy, weeks, world, moments=("starts_at", "ends_at"))
            count += repeat(Appointment, weeks, world, moments=("starts_at", "ends_at", "closed_at", "booked_at"))
    analyse()
    return count


def repeat(model: type[Model], weeks: int, world: World, *, moments: Sequence[str]) -> int:
    """Lay the rows that begin in the coming four weeks again, so many weeks before."""
    is_postgresql = connection.vendor == "postgresql"
    before = f"{{}} - interval '{weeks} weeks'" if is_postgresql else f"datetime({{}}, '-{7 * weeks} days')"
    token = "gen_random_uuid()" if is_postgresql else "lower(hex(randomblob(16)))"
    columns = {field.column: f'"{field.column}"' for field in model._meta.concrete_fields if not field.primary_key}
    made = {name: before.format(name) for name in moments} | {"token": token}
    chosen = [made.get(name, quoted) for name, quoted in columns.items()]
    until = model._meta.get_field("starts_at").get_db_prep_value(world.at + FOUR_WEEKS, connection)
    since = model._meta.get_field("starts_at").get_db_prep_value(world.at, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns.values())}) SELECT {', '.join(chosen)} "
            f"FROM {model._meta.db_table} WHERE starts_at >= %s AND starts_at < %s",
            [since, until],
        )
        return int(cursor.rowcount)


def promised(visit: Occupancy) -> Row:
    """Give the appointment of a visit, done by its end."""
    appointment = Appointment(
        workshop_id=visit.resource.workshop_id,
        mechanic_id=visit.resource.mechanic_id,
        email="past@example.org",
        phone="+33612345678",
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=Appointment.Status.DONE,
        booked_at=visit.starts_at - 7 * DAY,
        closed_at=visit.ends_at,
        pay_now="counter",
        labour_cents=1500,
        parts_cents=500,
        free_until=visit.starts_at - DAY,
        late_cancel_keeps_bp=10000,
        fund_bp=0,
        platform_bp=0,
    )
    return values_of(appointment)
