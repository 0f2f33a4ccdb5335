"""
What the database itself refuses in the ledger, on both databases.

An entry is written unsealed, gets its lines, is sealed in the same transaction, and from then on nothing moves:

- PostgreSQL: deferred constraint triggers judge at the commit that each new entry is sealed, has lines and balances per
  unit. SQLite has no deferred trigger: there the sealing itself is judged, and an entry left unsealed is in no
  report (`Entry.objects.sealed()`) and turns `check_ledger` red.
- Both: no line joins a sealed entry; no line is changed or deleted; an entry changes only by being sealed, and is never
  deleted. PostgreSQL's TRUNCATE is not a row operation and stays possible to the table's owner.

SQLite drops a table's triggers when a migration rebuilds the table: such a migration calls `install` again, and the
system check below says so when it did not. No switch in the schema lifts the guards: the tests, which must empty the
tables, take the triggers off and put them back (`lifted`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

MIGRATION = ("collective", "0004_guard_ledger")
SQLITE = {
    "ledger_entry_begins_unsealed": """
        BEFORE INSERT ON collective_entry WHEN NEW.sealed_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a ledger entry is sealed after its lines are written'); END""",
    "ledger_entry_is_sealed_balanced": """
        BEFORE UPDATE ON collective_entry WHEN OLD.sealed_at IS NULL AND NEW.sealed_at IS NOT NULL AND (
            NOT EXISTS (SELECT 1 FROM collective_line WHERE entry_id = NEW.id)
            OR EXISTS (SELECT 1 FROM collective_line WHERE entry_id = NEW.id GROUP BY unit HAVING SUM(amount) <> 0))
        BEGIN SELECT RAISE(ABORT, 'a ledger entry sums to zero in each unit'); END""",
    "ledger_entry_never_changes": """
        BEFORE UPDATE ON collective_entry WHEN OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL
            OR (NEW.id, NEW.entity_id, NEW.journal, NEW.source, NEW.label)
                IS NOT (OLD.id, OLD.entity_id, OLD.journal, OLD.source, OLD.label)
            OR (NEW.reference, NEW.workshop_id, NEW.occurred_at, NEW.mirrors_id)
                IS NOT (OLD.reference, OLD.workshop_id, OLD.occurred_at, OLD.mirrors_id)
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to: record a mirror entry'); END""",
    "ledger_entry_never_goes": """
        BEFORE DELETE ON collective_entry
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to: record a mirror entry'); END""",
    "ledger_line_joins_no_sealed_entry": """
        BEFORE INSERT ON collective_line
        WHEN (SELECT sealed_at FROM collective_entry WHERE id = NEW.entry_id) IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a sealed ledger entry takes no more lines'); END""",
    "ledger_line_never_changes": """
        BEFORE UPDATE ON collective_line
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to: record a mirror entry'); END""",
    "ledger_line_never_goes": """
        BEFORE DELETE ON collective_line
        BEGIN SELECT RAISE(ABORT, 'the ledger is only added to: record a mirror entry'); END""",
}
POSTGRESQL_FUNCTIONS = {
    "ledger_judge_entry": """
        DECLARE judged bigint;
        BEGIN
            -- Lines name their entry, an entry is itself.
            judged := coalesce(to_jsonb(NEW) ->> 'entry_id', to_jsonb(NEW) ->> 'id')::bigint;
            IF EXISTS (SELECT 1 FROM collective_entry WHERE id = judged AND sealed_at IS NULL) THEN
                RAISE EXCEPTION 'ledger entry % is not sealed', judged USING ERRCODE = 'check_violation';
            END IF;
            IF NOT EXISTS (SELECT 1 FROM collective_line WHERE entry_id = judged)
            OR EXISTS (SELECT 1 FROM collective_line WHERE entry_id = judged GROUP BY unit HAVING SUM(amount) <> 0) THEN
                RAISE EXCEPTION 'ledger entry % does not sum to zero in each unit', judged
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END""",
    "ledger_refuse": """
        BEGIN
            RAISE EXCEPTION 'the ledger is only added to: record a mirror entry' USING ERRCODE = 'check_violation';
        END""",
    "ledger_seal_only": """
        BEGIN
            -- The row as it was, but for the seal.
            IF OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL
            OR to_jsonb(NEW) - 'sealed_at' IS DISTINCT FROM to_jsonb(OLD) - 'sealed_at' THEN
                RAISE EXCEPTION 'the ledger is only added to: record a mirror entry' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END""",
    "ledger_join_unsealed": """
        BEGIN
            IF (SELECT sealed_at FROM collective_entry WHERE id = NEW.entry_id) IS NOT NULL THEN
                RAISE EXCEPTION 'a sealed ledger entry takes no more lines' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END""",
}
POSTGRESQL = {  # name: (table, kind, definition)
    "ledger_entry_is_judged": (
        "collective_entry",
        "CONSTRAINT",
        "AFTER INSERT ON collective_entry DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION ledger_judge_entry()",
    ),
    "ledger_line_is_judged": (
        "collective_line",
        "CONSTRAINT",
        "AFTER INSERT ON collective_line DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION ledger_judge_entry()",
    ),
    "ledger_entry_never_changes": (
        "collective_entry",
        "",
        "BEFORE UPDATE ON collective_entry FOR EACH ROW EXECUTE FUNCTION ledger_seal_only()",
    ),
    "ledger_entry_never_goes": (
        "collective_entry",
        "",
        "BEFORE DELETE ON collective_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    ),
    "ledger_line_joins_no_sealed_entry": (
        "collective_line",
        "",
        "BEFORE INSERT ON collective_line FOR EACH ROW EXECUTE FUNCTION ledger_join_unsealed()",
    ),
    "ledger_line_never_changes": (
        "collective_line",
        "",
        "BEFORE UPDATE OR DELETE ON collective_line FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    ),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, anew where it stands already."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, definition in SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {definition}")
            return
        for name, body in POSTGRESQL_FUNCTIONS.items():
            cursor.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard${body}$guard$")
        for name, (_table, kind, definition) in POSTGRESQL.items():
            cursor.execute(f"CREATE {kind} TRIGGER {name} {definition}")


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name, (table, _kind, _definition) in POSTGRESQL.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        for name in POSTGRESQL_FUNCTIONS:
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the guards off for a while: for tests, which empty tables and break books on purpose."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the guards that do not stand, or are switched off."""
    if connection.vendor == "sqlite":
        wanted, query = set(SQLITE), "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted, query = set(POSTGRESQL), "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {name for (name,) in cursor.fetchall()}
    return sorted(wanted - standing)


@register(Tags.database)
def check_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Fail `check --database default` and `migrate` when the ledger stands open; none is due before their migration."""
    return [
        Error(
            f"The database {alias!r} lacks {', '.join(names)}: what is booked could be changed.",
            hint="End the migration that rebuilt the table with ledger.guards.install, as 0004_guard_ledger does, and "
            "run it with `migrate --skip-checks`.",
            id="ledger.E001",
        )
        for alias in databases or ()
        if MIGRATION in MigrationRecorder(connections[alias]).applied_migrations()
        and (names := missing(connections[alias]))
    ]
