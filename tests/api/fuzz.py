"""
The API against its own schema, with what nobody would send: `make fuzz` (1,000 cases a persona).

schemathesis draws requests from the schema, good and bad ones, and judges each answer: no 5xx, a status and a body that
the schema declares, bad data refused. Half of them go to rows that exist, in the persona's reach. Each case is rolled
back, so that the thousandth meets the same world as the first.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PERSONAS = ("anonymous", "cyclist", "mechanic", "coordinator", "treasurer")
ROLE = {"cyclist": "owner"}


@dataclass
class Outcome:
    """How many cases were tried and answered how; `failures` says what was wrong, each kind once an operation."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


def fuzz(*, persona: str, cases: int, world: Any, seed: int = 0) -> Outcome:
    """
    Try about `cases` requests as the persona, in the caller's transaction.

    Two checks are left out. `positive_data_acceptance`: a well-formed day that is past is refused with 400, by design;
    `ignored_auth`: the table of tests/matrix says who gets in, and says more.
    """
    import schemathesis
    from django.core.wsgi import get_wsgi_application
    from schemathesis.config import SchemathesisConfig

    # The session is ours to give: a request without it is no bad request.
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    outcome = Outcome()
    with one_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application(), config=config)
        operations = [found.ok() for found in schema.get_all_operations()]
        session = sign_in(world, persona)
        each = -(-cases // len(operations))
        for place, operation in enumerate(operations):
            try_operation(operation, world, session, each, outcome, seed=seed + place)
    return outcome


@contextmanager
def one_connection() -> Iterator[None]:
    """Each request would end by closing the connection that holds this world, as Django's own test client knows."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def sign_in(world: Any, persona: str) -> dict[str, Any]:
    """Return the cookies and headers of a session with its CSRF token; none for who is not signed in."""
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    plainly = {"Accept-Encoding": "identity"}  # the test client does not unpack answers
    person = world.people[ROLE.get(persona, persona)]
    if person is None:
        return {"headers": plainly}
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    secret = _get_new_csrf_string()
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": secret}
    return {"cookies": cookies, "headers": {"X-CSRFToken": secret} | plainly}


def try_operation(
    operation: Any, world: Any, session: dict[str, Any], cases: int, outcome: Outcome, *, seed: int
) -> None:
    import hypothesis
    from schemathesis.checks import CHECKS
    from schemathesis.core.failures import Failure, FailureGroup

    left_out = [check for check in CHECKS.get_all() if check.__name__ in ("positive_data_acceptance", "ignored_auth")]

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=strategy_for(operation, world))
    def one(case: Any) -> None:
        outcome.cases += 1
        with rolled_back():
            try:
                answer = case.call(**session)
                outcome.statuses[answer.status_code] += 1
                case.validate_response(answer, excluded_checks=left_out)
            except (Failure, FailureGroup) as failure:
                for wrong in getattr(failure, "exceptions", [failure]):
                    told = f"{wrong}\n{case.as_curl_command()}"
                    outcome.failures.setdefault(f"{operation.label}: {type(wrong).__name__}", told)

    one()


def strategy_for(operation: Any, world: Any) -> Any:
    """Good and bad requests; where a path, a body or a query can name rows that exist, half of them do."""
    from hypothesis import strategies as st
    from schemathesis.generation import GenerationMode

    good, bad = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    drawn = [operation.as_strategy(good), operation.as_strategy(bad)]
    real = real_values(operation, world)
    for path, body, query in real:
        if path:
            drawn.append(operation.as_strategy(bad, path_parameters=path))
        drawn.append(nearly_real(operation.as_strategy(good, path_parameters=path or None), body, query))
    return st.one_of(drawn)


def nearly_real(cases: Any, body: dict[str, Any], query: dict[str, Any]) -> Any:
    """Put values that mean something in the place of most drawn ones, so that the request goes far before it fails."""
    from hypothesis import strategies as st

    @st.composite
    def mended(draw: Any) -> Any:
        case = draw(cases)
        for place, values in ((case.body, body), (case.query, query)):
            if isinstance(place, dict):
                place.update({name: value for name, value in values.items() if draw(st.integers(0, 9))})
        return case

    return mended()


def real_values(operation: Any, world: Any) -> list[tuple[dict[str, str], dict[str, Any], dict[str, Any]]]:
    """The path, body and query of each line of the table that speaks of this operation."""
    from urllib.parse import parse_qs

    from tests.matrix.rows import ARGUMENTS
    from tests.matrix.table import API

    found = []
    for line in API:
        if line.method == operation.method.upper() and same_route(operation.path, line, world):
            arguments = ARGUMENTS[line.to](world) if line.to else {}
            path = {("id" if name == "pk" else name): str(value) for name, value in arguments.items()}
            asked = parse_qs(line.query).items()
            query = {name: values if name == "interventions" else values[0] for name, values in asked}
            found.append((path, line.body(world), query))
    return found


def same_route(path: str, line: Any, world: Any) -> bool:
    from tests.matrix.rows import ARGUMENTS
    from tests.matrix.test_matrix import address

    arguments = ARGUMENTS[line.to](world) if line.to else {}
    for name, value in arguments.items():
        path = path.replace("{id}" if name == "pk" else "{" + name + "}", str(value))
    return path == address(line, world).split("?")[0]


@contextmanager
def rolled_back() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def main() -> int:
    """Fuzz as each persona on a database of its own; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--persona", choices=PERSONAS, action="append")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    logging.disable(logging.CRITICAL)
    import django

    django.setup()
    wrong = 0
    with a_database(), TemporaryDirectory() as media:
        for persona in options.persona or PERSONAS:
            wrong += report(persona, in_a_world(Path(media), persona, options.cases, options.seed))
    return 1 if wrong else 0


def in_a_world(media: Path, persona: str, cases: int, seed: int) -> Outcome:
    from django.test import override_settings

    from tests.matrix.world import build_world

    rates = dict.fromkeys(("look", "write", "mail"), "1000000/m")
    with override_settings(MEDIA_ROOT=media, API_RATES=rates), rolled_back():
        return fuzz(persona=persona, cases=cases, world=build_world(media=media), seed=seed)


@contextmanager
def a_database() -> Iterator[None]:
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(old, verbosity=0)


def report(persona: str, outcome: Outcome) -> int:
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(outcome.statuses.items()))
    sys.stdout.write(f"{persona}: {outcome.cases} cases, {len(outcome.failures)} failures ({statuses})\n")
    for where, what in outcome.failures.items():
        sys.stdout.write(f"\n--- {where}\n{what}\n")
    return len(outcome.failures)


if __name__ == "__main__":
    raise SystemExit(main())
