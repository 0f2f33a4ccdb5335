"""Every change of state leaves its row, whoever makes it; chained, a row never changes again."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.audit import guards
from booking.audit.chain import chain_audit_rows, what_breaks_the_chain
from booking.audit.follow import what_was_not_written_down
from booking.audit.models import AuditRow
from tests.booking.appointments.conftest import provider, workshop  # noqa: F401 - fixtures
from tests.booking.appointments.scene import AT, confirmed

pytestmark = pytest.mark.django_db


def states(appointment: Appointment) -> list[str]:
    rows = AuditRow.objects.filter(watched="booking_appointment", row_id=appointment.pk).order_by("pk")
    return [row.became for row in rows]


@pytest.fixture
def appointment(workshop, provider):  # noqa: F811 - the fixtures above
    return confirmed(workshop, provider)


def test_a_booking_is_followed_from_its_first_state(appointment):
    cancel_appointment(appointment=appointment, by=None, at=AT)
    assert states(appointment) == ["unpaid", "confirmed", "cancelled"]
    payments = AuditRow.objects.filter(watched="collective_payment").order_by("pk")
    assert [(row.was, row.became) for row in payments] == [("", "new"), ("new", "open"), ("open", "captured")]


def test_what_a_query_or_a_hand_changes_is_written_down_too(appointment):
    Appointment.objects.filter(pk=appointment.pk).update(status="requested", note="another word")
    Appointment.objects.filter(pk=appointment.pk).update(note="no other state")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET status = 'confirmed'")
    assert states(appointment) == ["unpaid", "confirmed", "requested", "confirmed"]
    assert list(what_was_not_written_down()) == []


def test_a_change_that_is_taken_back_leaves_nothing(appointment):
    with transaction.atomic():
        Appointment.objects.filter(pk=appointment.pk).update(status="requested")
        transaction.set_rollback(True)
    assert states(appointment) == ["unpaid", "confirmed"]


def test_rows_are_chained_in_turn_and_once(appointment):
    count = AuditRow.objects.count()
    assert chain_audit_rows(at=AT, limit=3) == 3
    assert chain_audit_rows(at=AT) == count - 3
    assert chain_audit_rows(at=AT) == 0
    numbers = AuditRow.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == list(range(1, count + 1))
    assert list(what_breaks_the_chain(at=AT)) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE booking_auditrow SET became = 'done'",
        "UPDATE booking_auditrow SET number = 77, digest = 'x', was = 'y'",
        "DELETE FROM booking_auditrow",
    ],
)
@pytest.mark.parametrize("chained", [True, False])
def test_the_log_is_only_added_to(appointment, statement, chained):
    if chained:
        chain_audit_rows(at=AT)
    refused = pytest.raises((IntegrityError, DatabaseError), match="only added to")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_missing_trigger_is_said(db):
    call_command("check", tags=["database"], databases=["default"])
    table = "" if connection.vendor == "sqlite" else " ON booking_appointment"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_booking_appointment_changes{table}")
    assert guards.missing(connection) == ["audit_booking_appointment_changes"]
    assert [error.id for error in guards.check_audit_guards(databases=["default"])] == ["audit.E001"]
