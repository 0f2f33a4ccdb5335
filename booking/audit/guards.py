"""
What the database itself writes down: every change of a watched state, whoever makes it and however.

A use case, a query over many rows, a command or a hand in the database's own shell leave the same trace, since triggers
write it in the same transaction. The trace itself is only added to: a row is chained once, and never goes.

SQLite drops a table's triggers when a migration rebuilds the table: such a migration ends with `install` again, and the
system check below says so when it did not. A table joins the watched ones by a line here and a migration that installs
the triggers anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

MIGRATION = ("booking", "0006_audit")
TABLE = "booking_auditrow"
WATCHED = {  # table: the column that holds its state
    "booking_appointment": "status",
    "booking_claim": "state",
    "booking_quote": "state",
    "booking_tender": "state",
    "collective_dispute": "status",
    "collective_keptcard": "state",
    "collective_operation": "state",
    "collective_payment": "state",
    "collective_reversal": "state",
    "collective_transfer": "state",
}

_COLUMNS = "(watched, row_id, was, became, happened_at, digest)"
_MOMENT = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"  # as Django writes microseconds in SQLite
SQLITE_OWN = {
    "audit_is_chained_once": f"""
        BEFORE UPDATE ON {TABLE} WHEN OLD.number IS NOT NULL OR NEW.number IS NULL
            OR (NEW.id, NEW.watched, NEW.row_id, NEW.was, NEW.became, NEW.happened_at)
                IS NOT (OLD.id, OLD.watched, OLD.row_id, OLD.was, OLD.became, OLD.happened_at)
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END""",
    "audit_never_goes": f"""
        BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END""",
}
POSTGRESQL_FUNCTIONS = {
    "audit_write": f"""
        DECLARE was text := ''; becomes text := ''; which bigint;
        BEGIN
            IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD) ->> TG_ARGV[0]; which := OLD.id; END IF;
            IF TG_OP <> 'DELETE' THEN becomes := to_jsonb(NEW) ->> TG_ARGV[0]; which := NEW.id; END IF;
            INSERT INTO {TABLE} {_COLUMNS} VALUES (TG_TABLE_NAME, which, was, becomes, clock_timestamp(), '');
            RETURN NULL;
        END""",
    "audit_chain_only": """
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
            AND to_jsonb(NEW) - 'number' - 'digest' = to_jsonb(OLD) - 'number' - 'digest' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'check_violation';
        END""",
}


def sqlite_triggers() -> dict[str, str]:
    found = dict(SQLITE_OWN)
    for table, column in WATCHED.items():
        old, new = f'OLD."{column}"', f'NEW."{column}"'
        found |= {
            f"audit_{table}_begins": f"AFTER INSERT ON {table} BEGIN {_written(table, 'NEW.id', _NOTHING, new)}; END",
            f"audit_{table}_changes": f"AFTER UPDATE ON {table} WHEN {old} IS NOT {new}"
            f" BEGIN {_written(table, 'NEW.id', old, new)}; END",
            f"audit_{table}_goes": f"AFTER DELETE ON {table} BEGIN {_written(table, 'OLD.id', old, _NOTHING)}; END",
        }
    return found


_NOTHING = "''"


def _written(table: str, row: str, before: str, after: str) -> str:
    return f"INSERT INTO {TABLE} {_COLUMNS} VALUES ('{table}', {row}, {before}, {after}, {_MOMENT}, '')"


def postgresql_triggers() -> dict[str, tuple[str, str]]:
    """Return, by name, the table of each trigger and its definition."""
    found = {"audit_chain_only": (TABLE, f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {{}}()")}
    found = {name: (table, definition.format("audit_chain_only")) for name, (table, definition) in found.items()}
    for table, column in WATCHED.items():
        writes = f"FOR EACH ROW EXECUTE FUNCTION audit_write('{column}')"
        changes = f'FOR EACH ROW WHEN (OLD."{column}" IS DISTINCT FROM NEW."{column}")'
        found |= {
            f"audit_{table}_begins": (table, f"AFTER INSERT OR DELETE ON {table} {writes}"),
            f"audit_{table}_changes": (
                table,
                f"AFTER UPDATE ON {table} {changes} EXECUTE FUNCTION audit_write('{column}')",
            ),
        }
    return found


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, anew where it stands already."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, definition in sqlite_triggers().items():
                cursor.execute(f"CREATE TRIGGER {name} {definition}")
            return
        for name, body in POSTGRESQL_FUNCTIONS.items():
            cursor.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$")
        for name, (_table, definition) in postgresql_triggers().items():
            cursor.execute(f"CREATE TRIGGER {name} {definition}")


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in sqlite_triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name in POSTGRESQL_FUNCTIONS:
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")  # its triggers go with it


def catch_up(connection: BaseDatabaseWrapper) -> None:
    """Write down, once, the rows that were there before anybody watched."""
    with connection.cursor() as cursor:
        for table, column in WATCHED.items():
            cursor.execute(
                f"INSERT INTO {TABLE} {_COLUMNS} SELECT %s, held.id, '', held.{column}, CURRENT_TIMESTAMP, ''"
                f" FROM {table} AS held WHERE NOT EXISTS"
                f" (SELECT 1 FROM {TABLE} AS known WHERE known.watched = %s AND known.row_id = held.id)",
                [table, table],
            )


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the triggers off for a while: for tests, which empty tables and break the log on purpose."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that do not stand, or are switched off."""
    if connection.vendor == "sqlite":
        wanted, query = set(sqlite_triggers()), "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = set(postgresql_triggers())
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return sorted(wanted - {name for (name,) in cursor.fetchall()})


@register(Tags.database)
def check_audit_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Fail `check --database default` and `migrate` when states could change unseen."""
    return [
        Error(
            f"The database {alias!r} lacks {', '.join(names)}: states could change without a trace.",
            hint="End the migration that rebuilt the table with audit.guards.install, as 0006_audit does, and "
            "run it with `migrate --skip-checks`.",
            id="audit.E001",
        )
        for alias in databases or ()
        if MIGRATION in MigrationRecorder(connections[alias]).applied_migrations()
        and (names := missing(connections[alias]))
    ]
