"""The declared table, tried: every line by every role; nothing undeclared; no GET writes; no form without its token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.matrix.rows import ARGUMENTS
from tests.matrix.table import TABLE, Line
from tests.matrix.world import ROLES, World

ALLAUTH = ("account_", "mfa_")
# What is nowhere, and the demonstration's doors, which are nowhere outside it
NOWHERE = ("api:nothing", "web:become", "web:mailbox", "web:letter")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _doors_stand_open(settings):
    """Limits have tests of their own; the payment provider is one that signs nothing here."""
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/m")
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_test_matrix", ["whsec_matrix"]
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"


def routes(patterns: list[URLPattern | URLResolver] | None = None, space: str = "") -> Iterator[str]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, space + (f"{entry.namespace}:" if entry.namespace else ""))
        else:
            assert entry.name, f"{space}{entry.pattern} has no name"
            yield space + entry.name


def address(line: Line, world: World) -> str:
    arguments = ARGUMENTS[line.to](world) if line.to else {}
    return reverse(line.route, kwargs=arguments) + (
        f"?{line.query.format(symptom=world.symptom.code, season=world.season)}" if line.query else ""
    )


def ask(client: Client, line: Line, world: World, *, method: str = "") -> HttpResponse:
    """Make one request; what it does to the client's cookies (a sign-out) is forgotten with the rest."""
    cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    try:
        return _ask(client, line, world, method=method or line.method)
    finally:
        client.cookies = cookies


def _ask(client: Client, line: Line, world: World, *, method: str) -> HttpResponse:
    if method in ("GET", "HEAD"):
        return client.generic(method, address(line, world))
    if line.route.startswith("api:"):
        data, kind = json.dumps(line.body(world)), "application/json"
        return client.generic(method, address(line, world), data, content_type=kind)
    if method == "POST":
        return client.post(address(line, world), line.body(world))
    return client.generic(method, address(line, world))


def writes(queries: CaptureQueriesContext, line: Line) -> list[str]:
    found = [query["sql"][:120] for query in queries.captured_queries if WRITES.match(query["sql"])]
    return [sql for sql in found if not (line.writes_session and "django_session" in sql)]


def test_every_route_stands_in_the_table():
    declared = {line.route for line in TABLE}
    real = set(routes())
    assert real - declared == set(), "routes that nobody decided on"
    assert declared - real == set(), "lines about routes that do not exist"


def test_every_line_speaks_of_every_role():
    assert [line.id for line in TABLE if set(line.status) != set(ROLES)] == []
    assert len({line.id for line in TABLE}) == len(TABLE), "a line stands twice"


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.id)
def test_each_role_gets_what_the_table_says(line, world, clients, db):
    seen, wrote = {}, {}
    for role in ROLES:
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            seen[role] = ask(clients[role], line, world).status_code
            transaction.set_rollback(True)
        if line.method == "GET" and (sql := writes(queries, line)):
            wrote[role] = sql
    assert seen == dict(line.status)
    assert wrote == {}, "a GET changed rows"


@pytest.mark.parametrize("route", sorted({line.route for line in TABLE}))
def test_other_methods_are_refused(route, world, clients, db):
    line = next(line for line in TABLE if line.route == route)
    for method in sorted(not_declared(route)):
        for role in ("anonymous", "mechanic"):
            with transaction.atomic(), CaptureQueriesContext(connection) as queries:
                status = ask(clients[role], line, world, method=method).status_code
                transaction.set_rollback(True)
            assert status in refusals(route, role), (method, role, status)
            assert [sql for sql in writes(queries, line) if "django_session" not in sql] == []


def refusals(route: str, role: str) -> tuple[int, ...]:
    """405; an address that is nowhere stays so; pages for people with an account ask to sign in first or send on."""
    if route in NOWHERE:
        return (404, 405)
    if route.startswith(ALLAUTH):
        return (405, 404, 302, 200)  # it answers some pages ("this link is used up") whatever the method
    return (405,) if route.startswith("api:") or role != "anonymous" else (405, 302)


def not_declared(route: str) -> set[str]:
    """The methods nobody may use. PUT at django-allauth's forms is POST by another name, and is counted as that."""
    taken = {line.method for line in TABLE if line.route == route}
    return set(METHODS) - taken - ({"PUT", "POST"} if route.startswith(ALLAUTH) else set())


UNSAFE = [line for line in TABLE if line.method != "GET" and line.route not in ("api:stripe", "api:nothing")]


@pytest.mark.parametrize("line", UNSAFE, ids=lambda line: line.id)
def test_no_change_without_the_csrf_token(line, world, clients, db):
    """Guests of the API have no session that another site could use; the payment provider signs its words."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = clients["owner"].cookies
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert ask(strict, line, world).status_code == 403
        transaction.set_rollback(True)
    assert [sql for sql in writes(queries, line) if "django_session" not in sql] == []
