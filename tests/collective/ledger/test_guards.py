"""What the database refuses by itself, tried with raw SQL after the last migration."""

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction

from collective.ledger import guards
from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import record
from tests.collective.money import AT, a_workshop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entry():
    seller = books_of(a_workshop().seller)
    lines = {"411": 1200, "706": -1000, "44571": -200}
    return record(entity=seller, journal="misc", source="test:1", label="Essai", lines=lines, occurred_at=AT)


def run(sql, *values):
    """One transaction, committed: PostgreSQL judges some of it only then."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def is_refused(sql, *values):
    try:
        run(sql, *values)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE collective_line SET amount = amount + 1 WHERE entry_id = %s",
        "UPDATE collective_line SET account = '707' WHERE entry_id = %s AND account = '706'",
        "DELETE FROM collective_line WHERE entry_id = %s",
        "DELETE FROM collective_entry WHERE id = %s",
        "UPDATE collective_entry SET label = 'autre' WHERE id = %s",
        "UPDATE collective_entry SET occurred_at = '2020-01-01' WHERE id = %s",
        "UPDATE collective_entry SET sealed_at = NULL WHERE id = %s",
        "UPDATE collective_entry SET sealed_at = '2020-01-01' WHERE id = %s",
        "INSERT INTO collective_line (entry_id, account, amount, unit) VALUES (%s, '411', 1, 'EUR')",
    ],
)
def test_a_sealed_entry_does_not_move(entry, sql):
    before = list(entry.lines.order_by("pk").values()), Entry.objects.values().get()
    assert is_refused(sql, entry.pk)
    assert (list(entry.lines.order_by("pk").values()), Entry.objects.values().get()) == before


def test_balanced_lines_cannot_join_a_sealed_entry_either(entry):
    assert is_refused(
        "INSERT INTO collective_line (entry_id, account, amount, unit)"
        " VALUES (%s, '411', 1, 'EUR'), (%s, '706', -1, 'EUR')",
        entry.pk,
        entry.pk,
    )


def write(entry, *lines, seal=True, relabel=False):
    """Write a second entry by SQL, whole, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO collective_entry (entity_id, journal, source, label, reference, occurred_at)"
            " SELECT entity_id, journal, 'test:2', label, reference, occurred_at FROM collective_entry WHERE id = %s",
            [entry.pk],
        )
        cursor.execute("SELECT id FROM collective_entry WHERE source = 'test:2'")
        (pk,) = cursor.fetchone()
        for account, amount, unit in lines:
            cursor.execute(
                "INSERT INTO collective_line (entry_id, account, amount, unit) VALUES (%s, %s, %s, %s)",
                [pk, account, amount, unit],
            )
        if relabel:
            cursor.execute("UPDATE collective_entry SET label = 'autre' WHERE id = %s", [pk])
        if seal:
            cursor.execute("UPDATE collective_entry SET sealed_at = '2026-11-21 09:00:00' WHERE id = %s", [pk])


def test_an_entry_that_balances_is_taken(entry):
    write(entry, ("411", 5, "EUR"), ("706", -5, "EUR"), ("411", 30, "MIN"), ("706", -30, "MIN"))
    assert Entry.objects.sealed().count() == 2


@pytest.mark.parametrize(
    "lines",
    [
        [("411", 5, "EUR")],
        [("411", 5, "EUR"), ("706", -4, "EUR")],
        [("411", 5, "EUR"), ("706", -5, "MIN")],
        [],
    ],
    ids=["one-sided", "a cent off", "cents against minutes", "empty"],
)
def test_an_entry_that_does_not_balance_is_refused(entry, lines):
    with pytest.raises(DatabaseError):
        write(entry, *lines)
    assert Entry.objects.count() == 1


def test_an_entry_left_unsealed_is_refused_at_the_commit_or_in_no_report(entry):
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="is not sealed"):
            write(entry, ("411", 5, "EUR"), ("706", -5, "EUR"), seal=False)
        return
    write(entry, ("411", 5, "EUR"), ("706", -5, "EUR"), seal=False)
    assert list(Entry.objects.sealed()) == [entry]


def test_an_entry_is_only_sealed_and_nothing_else(entry):
    with pytest.raises(DatabaseError):
        write(entry, ("411", 5, "EUR"), ("706", -5, "EUR"), relabel=True)


def test_a_line_of_zero_is_refused(entry):
    with pytest.raises(DatabaseError):
        write(entry, ("411", 0, "EUR"))


def test_an_entry_that_comes_sealed_is_refused(entry):
    assert is_refused(
        "INSERT INTO collective_entry (entity_id, journal, source, label, reference, occurred_at, sealed_at)"
        " SELECT entity_id, journal, 'test:2', label, reference, occurred_at, sealed_at"
        " FROM collective_entry WHERE id = %s",
        entry.pk,
    )


def test_the_check_names_a_guard_that_is_gone(db):
    assert run_checks(tags=["database"], databases=["default"]) == []
    gone = "ledger_line_never_changes"
    with connection.cursor() as cursor:
        where = " ON collective_line" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {gone}{where}")
    try:
        (error,) = [
            found for found in run_checks(tags=["database"], databases=["default"]) if found.id == "ledger.E001"
        ]
        assert gone in error.msg
    finally:
        guards.install(connection)
    assert guards.missing(connection) == []


def test_guards_can_be_installed_twice(db):
    guards.install(connection)
    guards.install(connection)
    assert guards.missing(connection) == []
