"""The databases that this machine has, and an empty one of one's own in them: to measure in, or to try at length."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from backend.setup.suite import NOT_FOR_TESTS, POSTGRES, answering, postgres_answers


def engines(name: str, *, folder: Path) -> dict[str, str]:
    """
    Give the addresses of a database of that name, by engine: SQLite (a file in the folder), PostgreSQL if one answers.

    :raises Halt: when TEST_DATABASE_URL names a server that does not answer.
    """
    found = {"SQLite": f"sqlite:///{folder / name}.sqlite3"}
    if server := answering("TEST_DATABASE_URL", POSTGRES, postgres_answers):
        found["PostgreSQL"] = urlsplit(server)._replace(path=f"/moyeu_{name}").geturl()
    return found


def surroundings(database: str) -> dict[str, str]:
    """The environment of a process over that database, without what a person's own settings would change."""
    kept = {name: value for name, value in os.environ.items() if not NOT_FOR_TESTS.match(name)}
    ours = {"DJANGO_SETTINGS_MODULE": "backend.settings", "DATABASE_URL": database}
    return kept | ours | {name: os.environ[name] for name in ("MOYEU_VAR_DIR",) if name in os.environ}


@contextmanager
def own_database() -> Iterator[None]:
    """Set Django up over an empty test database beside DATABASE_URL's, with every migration; it goes at the end."""
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


@contextmanager
def without_guard(*, put_back: bool = True) -> Iterator[None]:
    """
    Take the database's guard against overlaps off, and put it back: PostgreSQL then judges what came meanwhile.

    Not put back where millions of rows were laid to be read only, in a database that is thrown away.
    """
    from django.db import connection

    from collective.timetable import guards

    def execute(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    editor: Any = SimpleNamespace(connection=connection, execute=execute)
    guards.remove(None, editor)  # type: ignore[arg-type]  # they read no apps
    try:
        yield
    finally:
        if put_back:
            guards.install(None, editor)  # type: ignore[arg-type]  # they read no apps
