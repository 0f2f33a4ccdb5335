"""Fault 35: two invoices at once, a crash while issuing, a credit note twice: no gap, no duplicate."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings as django_settings
from django.db import connection

from backend.lib.outbox import LEASE, sweep_outbox
from booking.appointments.models import Appointment
from booking.jobs.finish import finish_repair
from collective.invoices.check import what_is_wrong_in_the_invoices
from collective.invoices.credit import issue_credit_note
from collective.invoices.issue import PAPER, AlreadyIssued
from collective.invoices.models import Invoice, InvoicePaper
from collective.ledger.reverse import reverse
from tests.booking.appointments.scene import NINE, book_at, make_workshop, staff_of
from tests.collective.invoices.crash import POINTS
from tests.collective.payments.test_crash import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
DONE_AT = NINE + timedelta(hours=8)
HALF_AN_HOUR = timedelta(minutes=30)
AT_ONCE = 6


@pytest.fixture
def workshop(db, provider):
    return make_workshop(pay_now="counter", open_per_person=None)


@pytest.fixture
def staff(workshop):
    return staff_of(workshop)


@pytest.fixture
def booked(workshop, staff):
    return [book_at(workshop, NINE + place * HALF_AN_HOUR) for place in range(AT_ONCE)]


def at_once(*acts):
    """Run each in a thread of its own, all let go together; return what they raised."""
    gate, raised = Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


def test_fault_35_invoices_at_once_take_numbers_without_a_gap(booked, staff):
    def finishing(appointment):
        return lambda: finish_repair(appointment=appointment, by=staff, at=DONE_AT)

    assert at_once(*(finishing(appointment) for appointment in booked)) == []
    assert sorted(Invoice.objects.values_list("seq", flat=True)) == list(range(1, AT_ONCE + 1))
    assert what_is_wrong_in_the_invoices() == []


def test_fault_35_one_repair_finished_twice_at_once_has_one_invoice(booked, staff):
    one = booked[0]
    raised = at_once(*(lambda: finish_repair(appointment=one, by=staff, at=DONE_AT),) * 2)
    assert len(raised) == 1
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("point", POINTS)
def test_fault_35_a_crash_while_issuing_leaves_no_gap(booked, staff, point):
    finish_repair(appointment=booked[0], by=staff, at=DONE_AT)
    crash(point, booked[1], staff)
    survives = point in ("after_commit", "while_drawing")
    assert Invoice.objects.count() == (2 if survives else 1)
    assert (Appointment.objects.get(pk=booked[1].pk).status == "done") == survives
    for appointment in booked[1:3]:
        if Appointment.objects.get(pk=appointment.pk).status != "done":
            finish_repair(appointment=appointment, by=staff, at=DONE_AT)
    assert sorted(Invoice.objects.values_list("seq", flat=True)) == [1, 2, 3]
    sweep_outbox(at=DONE_AT + LEASE, kinds=[PAPER])
    assert InvoicePaper.objects.count() == 3
    assert what_is_wrong_in_the_invoices(xml_of_last=3) == []


def crash(point, appointment, staff):
    environment = {**os.environ, "DATABASE_URL": database_url(), "MOYEU_DEBUG": "", "MOYEU_DEMO": ""}
    told = [point, str(appointment.pk), str(staff.pk), DONE_AT.isoformat()]
    command = [sys.executable, "-m", "tests.collective.invoices.crash", *told]
    died = subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


def test_fault_35_a_credit_note_twice_at_once_is_issued_once(booked, staff):
    finish_repair(appointment=booked[0], by=staff, at=DONE_AT)
    back = reverse(entry=Invoice.objects.get().entry, label="test", at=DONE_AT)
    raised = at_once(*(lambda: issue_credit_note(entry=back, at=DONE_AT),) * 2)
    assert all(isinstance(error, AlreadyIssued) for error in raised)
    assert Invoice.objects.filter(kind=Invoice.Kind.CREDIT_NOTE).count() == 1
