"""Triggers by which the database itself refuses what must never be: put in place, taken off, looked for."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.checks import Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder


@dataclass(frozen=True)
class Guards:
    """
    The triggers of some tables on both databases, due from `migration` on.

    `sqlite` maps a name to what follows CREATE TRIGGER <name>; `functions` a name to a plpgsql body; `postgresql` a
    name to its table and what follows CREATE TRIGGER <name>.
    """

    name: str
    migration: tuple[str, str]
    tables: tuple[str, ...]
    sqlite: Mapping[str, str]
    functions: Mapping[str, str]
    postgresql: Mapping[str, tuple[str, str]]

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put every guard in place, anew where it stands already."""
        self.remove(connection)
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name, definition in self.sqlite.items():
                    cursor.execute(f"CREATE TRIGGER {name} {definition}")
                return
            for name, body in self.functions.items():
                cursor.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$")
            for name, (_table, definition) in self.postgresql.items():
                cursor.execute(f"CREATE TRIGGER {name} {definition}")

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name in self.sqlite:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                return
            for name, (table, _definition) in self.postgresql.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            for name in self.functions:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")

    @contextmanager
    def lifted(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Take the guards off for a while: for tests, which empty tables and break rows on purpose."""
        self.remove(connection)
        try:
            yield
        finally:
            self.install(connection)

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the names of the guards that do not stand, or are switched off."""
        if connection.vendor == "sqlite":
            wanted, query = set(self.sqlite), "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        else:
            wanted = set(self.postgresql)
            query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        with connection.cursor() as cursor:
            cursor.execute(query)
            standing = {name for (name,) in cursor.fetchall()}
        return sorted(wanted - standing)

    def faults(self, alias: str) -> list[Error]:
        """What a system check says of the database `alias`: nothing before the guards' migration."""
        if self.migration not in MigrationRecorder(connections[alias]).applied_migrations():
            return []
        names = self.missing(connections[alias])
        if not names:
            return []
        return [
            Error(
                f"The database {alias!r} lacks {', '.join(names)}: {self.name} could be changed.",
                hint=f"End the migration that rebuilt the table with their install, as {self.migration[1]} does, and "
                "run it with `migrate --skip-checks`.",
                id=f"{self.name}.E001",
            )
        ]
