"""What an appointment's people may still do while its payment is contested, and what follows once the bank decides."""

import pytest

from backend.lib.outbox import put
from booking.appointments.ask import PURPOSE
from booking.appointments.cancel import cancel_appointment
from booking.appointments.check import what_disagrees_with_appointments
from booking.appointments.models import Appointment
from booking.jobs.finish import finish_repair
from collective.payments.models import Operation, Payment, Refund
from collective.payments.refund import came_back_cents
from collective.payments.settle import look_at_payment
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    confirmed,
    kept_cents,
    make_workshop,
    pass_sweeps,
    staff_of,
)
from tests.collective.money import books
from tests.collective.payments.disputes import Bank

LATER = AT + 60 * MINUTE


@pytest.fixture
def appointment(workshop, provider):
    return confirmed(workshop, provider)


@pytest.fixture
def bank(appointment, provider, monkeypatch):
    return Bank(appointment.payment, provider, monkeypatch, at=AT)


def refunds():
    return Operation.objects.filter(kind="refund").count()


def test_a_contested_one_can_be_cancelled_and_nothing_is_refunded_before_the_bank_decides(appointment, bank):
    bank.contest(600)
    cancelled = pass_sweeps(cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE), at=AT + MINUTE)
    assert cancelled.status == Appointment.Status.CANCELLED
    assert refunds() == 0
    assert list(what_disagrees_with_appointments(LATER)) == []


def test_won_the_refund_goes_by_itself(appointment, bank, workshop):
    bank.contest(600)
    cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)
    bank.win()
    appointment = pass_sweeps(appointment, at=AT + MINUTE)
    assert (kept_cents(appointment), Refund.objects.get().amount_cents) == (0, 600)
    assert books(workshop)["seller"] == {}


def test_lost_the_bank_has_given_it_back_already(appointment, bank, workshop):
    bank.contest(600)
    cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)
    bank.lose()
    appointment = pass_sweeps(appointment, at=AT + MINUTE)
    assert (kept_cents(appointment), refunds()) == (0, 0)
    assert books(workshop)["seller"] == {}
    assert list(what_disagrees_with_appointments(LATER)) == []


def test_a_repair_lost_before_it_is_finished_is_paid_at_the_counter(appointment, bank, workshop):
    bank.contest(600)
    bank.lose()
    finish_repair(appointment=appointment, by=staff_of(workshop), at=NINE + 60 * MINUTE)
    assert books(workshop)["seller"]["53"] == 2000
    assert list(what_disagrees_with_appointments(NINE + 120 * MINUTE)) == []


def test_a_refund_that_came_back_is_not_sent_again_by_itself(appointment, provider, workshop):
    cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)
    appointment = pass_sweeps(appointment, at=AT + MINUTE)
    provider.refuse_refunds(appointment.payment)
    look_at_payment(payment=Payment.objects.get(), at=LATER)
    payment = Payment.objects.get()
    assert came_back_cents(payment) == 600
    put(f"payment.changed.{PURPOSE}", {"payment": payment.pk, "subject": payment.subject}, due_at=LATER)
    pass_sweeps(appointment, at=LATER)
    assert refunds() == 1
    assert list(what_disagrees_with_appointments(LATER + 60 * MINUTE)) == []


# --- the check itself: each thing it looks for, broken once ---


def said():
    return " ".join(what_disagrees_with_appointments(LATER))


def test_a_sound_appointment_is_not_named(appointment):
    assert said() == ""


def test_a_payment_for_nothing_is_named(appointment):
    Payment.objects.update(subject="M99999")
    assert "is kept for M99999, which does not exist" in said()


def test_a_payment_of_another_workshop_is_named(appointment):
    Payment.objects.update(workshop=make_workshop(slug="autre"))
    assert "is of another workshop" in said()


def test_a_second_payment_that_stays_is_named(appointment):
    Appointment.objects.update(payment=None)
    assert "was paid by another" in said()


def test_a_cancelled_one_that_keeps_too_much_is_named(appointment):
    Appointment.objects.update(status="cancelled", closed_at=AT, keeps_cents=100)
    assert "is cancelled, and 600 are held instead of 100" in said()


def test_one_that_is_done_and_was_never_sold_is_named(appointment):
    Appointment.objects.update(status="done", closed_at=AT)
    assert "does not stand in the books" in said()
