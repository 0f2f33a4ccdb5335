"""At the end of its time a hold ends; the payment page is closed first."""

from booking.appointments.expire import expire_holds
from booking.appointments.extend import extend_hold
from booking.appointments.models import Appointment
from collective.payments.models import Payment
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    TEN,
    book_at,
    hold_at,
    kept_cents,
    open_page,
    pass_sweeps,
    references,
)

Status = Appointment.Status
OVER = AT + 10 * MINUTE


def test_what_is_over_ends_and_what_is_not_stays(workshop):
    over = hold_at(workshop)
    extended = extend_hold(hold=hold_at(workshop, TEN), at=AT + MINUTE)

    assert expire_holds(at=OVER) == 1

    over.refresh_from_db()
    assert over.ended_at == OVER
    assert references() == {extended.reference}


def test_the_page_is_closed_before_the_booking_lapses(workshop, provider):
    appointment = book_at(workshop)
    open_page(appointment)

    assert expire_holds(at=OVER) == 1

    appointment.refresh_from_db()
    assert appointment.status == Status.LAPSED
    assert not provider.is_open(appointment.payment)
    assert not references()


def test_nothing_lapses_while_the_provider_is_away(workshop, provider):
    appointment = book_at(workshop)
    open_page(appointment)
    provider.is_away = True

    assert expire_holds(at=OVER) == 0
    appointment.refresh_from_db()
    assert appointment.status == Status.UNPAID

    provider.is_away = False
    assert expire_holds(at=OVER + 5 * MINUTE) == 1


def test_who_paid_at_the_last_moment_keeps_the_slot(workshop, provider):
    appointment = book_at(workshop)
    open_page(appointment)
    provider.pay(appointment.payment)

    assert expire_holds(at=OVER) == 0
    appointment = pass_sweeps(appointment, at=OVER)

    assert appointment.status == Status.CONFIRMED
    assert references() == {appointment.reference}
    assert kept_cents(appointment) == 600
    assert expire_holds(at=OVER + MINUTE) == 0


def test_a_booking_whose_page_was_never_opened_lapses_without_a_call(workshop, provider):
    appointment = book_at(workshop)

    assert expire_holds(at=OVER) == 1

    appointment.refresh_from_db()
    assert (appointment.status, appointment.payment.state) == (Status.LAPSED, Payment.State.EXPIRED)
    assert not provider.calls
