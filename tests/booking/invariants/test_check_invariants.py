"""Each invariant is broken once by SQL, guards off: the command turns red and says which."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from booking.audit import guards as audit
from collective.ledger import guards as ledger
from collective.timetable.models import Occupancy
from tests.booking.appointments.scene import AT
from tests.engines import without_guard
from tests.factories import CollectiveFactory

pytestmark = pytest.mark.django_db(transaction=True)

CANCELLED = "(SELECT min(id) FROM booking_appointment)"
ENTRY = "(SELECT min(id) FROM collective_entry)"
SEATED = "(SELECT max(id) FROM booking_appointment WHERE status = 'confirmed')"


def broken() -> dict[str, str]:
    """Run the command; return what it says under each invariant that it finds broken."""
    out = StringIO()
    try:
        call_command("check_invariants", at=AT, stdout=out)
    except CommandError:
        pass
    else:
        assert "broken" not in out.getvalue()
        return {}
    said: dict[str, str] = {}
    number = ""
    for line in out.getvalue().splitlines():
        if line.startswith("    "):
            said[number] = said.get(number, "") + line
        else:
            number = line[:2]
    return said


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # rows that lean on what is taken away
            cursor.execute("SET session_replication_role = replica")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
        try:
            cursor.execute(statement)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = DEFAULT")
            else:
                cursor.execute("PRAGMA foreign_keys = ON")


def test_a_house_that_is_lived_in_holds(lived_in):
    assert broken() == {}


BREAKS = {
    "I1": (
        "INSERT INTO collective_occupancy (resource_id, starts_at, ends_at, reason, reference)"
        " SELECT resource_id, starts_at, ends_at, reason, 'appointment:twice' FROM collective_occupancy",
        "is taken twice",
    ),
    "I2": (f"UPDATE collective_line SET amount = amount + 1 WHERE entry_id = {ENTRY} AND amount > 0", "out of balance"),
    "I3": (
        "UPDATE collective_payment SET captured_cents = 1, refunded_cents = 0 WHERE captured_cents > 0",
        "books say",
    ),
    "I4": (f"DELETE FROM booking_appointment WHERE id = {SEATED}", "is not there"),
    "I5": ("UPDATE booking_hold SET expires_at = '2026-11-23 07:00:00+00:00'", "still keeps its slot"),
    "I6": ("DELETE FROM lib_outboxrow WHERE key LIKE 'mail:appointment:booked:%'", "told 0 times"),
    "I7": ("UPDATE booking_auditrow SET became = 'done' WHERE number = 1", "is not as it was written"),
    "I8": ("UPDATE collective_workshop SET collective_id = {other}", "lead to two collectives"),
}


@pytest.mark.parametrize("number", BREAKS)
def test_broken_by_hand_it_is_said(lived_in, number):
    assert broken() == {}
    statement, words = BREAKS[number]
    other = CollectiveFactory(slug="ailleurs").pk
    with without_guard(), ledger.lifted(connection), audit.lifted(connection):
        run(statement.format(other=other))
        assert words in broken()[number]
        Occupancy.objects.filter(reference="appointment:twice").delete()  # or the guard could not come back


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE booking_appointment SET keeps_cents = 100 WHERE status = 'cancelled'", "and may keep 100"),
        ("DELETE FROM booking_auditrow WHERE number = 2", "the audit log goes from 1 to 3"),
        (f"UPDATE booking_appointment SET status = 'requested' WHERE id = {SEATED}", "the log says confirmed"),
        ("UPDATE booking_auditrow SET was = 'open' WHERE watched = 'collective_payment'", "had left it at"),
    ],
)
def test_other_ways_to_break_it_are_seen(lived_in, statement, words):
    assert broken() == {}
    with ledger.lifted(connection), audit.lifted(connection):
        run(statement)
    assert words in " ".join(broken().values())
