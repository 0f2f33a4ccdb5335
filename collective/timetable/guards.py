"""
What the database refuses: two occupancies of one resource at the same time.

PostgreSQL has an exclusion constraint; int8range of the id with itself makes equality an overlap, so no extension is
needed. SQLite has triggers, which it drops whenever a migration rebuilds the table (AlterField, AddConstraint, ...):
such a migration ends with `migrations.RunPython(install, remove)` again. A system check says when that was forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder

MIGRATION = ("collective", "0003_guard_occupancies")
GUARD = "occupancies_never_overlap"

CONSTRAINT = f"""
ALTER TABLE collective_occupancy ADD CONSTRAINT {GUARD} EXCLUDE USING gist (
    int8range(resource_id, resource_id, '[]') WITH &&,
    tstzrange(starts_at, ends_at) WITH &&
)
"""

# Moments are kept as text of one shape, in UTC, so that their order is the alphabet's.
TRIGGER = """
CREATE TRIGGER {name} BEFORE {event} ON collective_occupancy
WHEN EXISTS (
    SELECT 1 FROM collective_occupancy AS other
    WHERE other.resource_id = NEW.resource_id
      AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at {apart}
)
BEGIN SELECT RAISE(ABORT, 'occupancies_never_overlap'); END
"""
TRIGGERS = {
    f"{GUARD}_on_insert": TRIGGER.format(name=f"{GUARD}_on_insert", event="INSERT", apart=""),
    f"{GUARD}_on_update": TRIGGER.format(
        name=f"{GUARD}_on_update", event="UPDATE OF id, resource_id, starts_at, ends_at", apart="AND other.id <> OLD.id"
    ),
}


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the guards in place, whatever is there already."""
    remove(apps, schema_editor)
    statements = [CONSTRAINT] if schema_editor.connection.vendor == "postgresql" else list(TRIGGERS.values())
    for statement in statements:
        schema_editor.execute(statement)


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE collective_occupancy DROP CONSTRAINT IF EXISTS {GUARD}")
        return
    for name in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing_guards(connection: BaseDatabaseWrapper) -> set[str]:
    """Name the guards that this database should have and has not; none is due before their migration has run."""
    if MIGRATION not in MigrationRecorder(connection).applied_migrations():
        return set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            due = {GUARD}
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'x' AND convalidated")
        else:
            due = set(TRIGGERS)
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return due - {name for (name,) in cursor.fetchall()}


@register(Tags.database)
def check_guards(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Fail when a database would let one resource be taken twice (`manage.py check --database default`)."""
    return [
        Error(
            f"The database {alias!r} lacks {', '.join(sorted(missing))}: two bookings could take one bench.",
            hint="End the migration that rebuilt the table with RunPython(guards.install, guards.remove), and run it "
            "with `migrate --skip-checks`.",
            id="timetable.E001",
        )
        for alias in databases or ()
        if (missing := missing_guards(connections[alias]))
    ]
