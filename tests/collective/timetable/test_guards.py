"""The database alone refuses an overlap, after the last migration, and a check says when it no longer would."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, transaction

from collective.timetable import guards
from collective.timetable.models import Occupancy
from tests.factories import BenchTimeFactory

pytestmark = pytest.mark.django_db

INSERT = (
    "INSERT INTO collective_occupancy (resource_id, starts_at, ends_at, reason, reference) "
    "VALUES (%s, %s, %s, 'hold', 'by hand')"
)
EIGHT, NINE, HALF_PAST, TEN, ELEVEN = (
    f"2026-11-24 {clock}" for clock in ("08:00:00", "09:00:00", "09:30:00.000001", "10:00:00", "11:00:00")
)


@pytest.fixture
def bench():
    bench = BenchTimeFactory()
    insert(bench, NINE, TEN)
    return bench


def insert(bench, starts_at, ends_at):
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [bench.pk, starts_at, ends_at])


@pytest.mark.parametrize(
    ("starts_at", "ends_at"), [(NINE, TEN), (HALF_PAST, ELEVEN), (EIGHT, HALF_PAST), (EIGHT, ELEVEN), (HALF_PAST, TEN)]
)
def test_an_overlap_is_refused_to_whoever_writes_it(bench, starts_at, ends_at):
    with pytest.raises(IntegrityError, match="never_overlap"), transaction.atomic():
        insert(bench, starts_at, ends_at)


def test_an_update_into_an_overlap_is_refused(bench):
    insert(bench, TEN, ELEVEN)
    with pytest.raises(IntegrityError, match="never_overlap"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE collective_occupancy SET starts_at = %s WHERE ends_at = %s", [HALF_PAST, ELEVEN])
    other = BenchTimeFactory()
    insert(other, NINE, TEN)
    with pytest.raises(IntegrityError, match="never_overlap"), transaction.atomic():
        Occupancy.objects.filter(resource=other).update(resource=bench)


def test_neighbours_and_others_are_let_in(bench):
    insert(bench, TEN, ELEVEN)
    insert(bench, EIGHT, NINE)
    insert(BenchTimeFactory(), NINE, TEN)
    Occupancy.objects.filter(resource=bench).update(reason="appointment")
    assert Occupancy.objects.count() == 4


def test_a_missing_guard_fails_the_system_check_until_it_is_back():
    call_command("check", tags=["database"], databases=["default"])
    editor = connection.SchemaEditorClass(connection)  # SQLite's refuses to begin inside a test's transaction
    editor.deferred_sql = []
    guards.remove(apps, editor)
    with pytest.raises(SystemCheckError, match=r"timetable\.E001"):
        call_command("check", tags=["database"], databases=["default"])
    guards.install(apps, editor)
    call_command("check", tags=["database"], databases=["default"])
    assert guards.missing_guards(connection) == set()
