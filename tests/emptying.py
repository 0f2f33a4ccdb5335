"""Empty the tables after a test whose transactions were real."""

from __future__ import annotations

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from booking.audit import guards as audit
from collective.invoices.guards import GUARDS as INVOICES
from collective.ledger import guards
from collective.ledger.counter_guards import GUARDS as COUNTER

# Rows of Django's own, which migrations made and no test changes.
KEPT = {"django_content_type", "auth_permission"}
# The guards refuse every deletion, and have no switch that production could use.
GUARDED = ("collective_line", "collective_entry", *INVOICES.tables, *COUNTER.tables)
ALL_GUARDS = (guards, INVOICES, COUNTER)


def empty_tables(connection: BaseDatabaseWrapper) -> None:
    """Delete all rows of all tables that have any, ledger included; a guard that a test took off comes back."""
    with transaction.atomic(using=connection.alias):
        filled = filled_tables(connection)
        is_guarded = not filled.isdisjoint(GUARDED) or any(some.missing(connection) for some in ALL_GUARDS)
        with connection.cursor() as cursor:
            audit.remove(connection)  # or each deletion would be written down
            if is_guarded:
                for some in ALL_GUARDS:
                    some.remove(connection)
            for table in sorted(filled):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            connection.check_constraints()  # now, since triggers cannot be made while some wait to be judged
            if is_guarded:
                for some in ALL_GUARDS:
                    some.install(connection)
            audit.install(connection)


def filled_tables(connection: BaseDatabaseWrapper) -> set[str]:
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return {table for (table,) in cursor.fetchall()}
