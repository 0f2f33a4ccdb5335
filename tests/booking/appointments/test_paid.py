"""Payments that come in time, late, twice, or for something that is over: one end state each, the money right."""

from datetime import timedelta

import pytest

from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.expire import expire_holds
from booking.appointments.give_back import give_back_hold
from booking.appointments.models import Appointment
from collective.payments.models import Operation, Payment
from collective.payments.settle import look_at_payment
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    TEN,
    book_at,
    book_hold,
    confirmed,
    hear_of,
    hold_at,
    kept_cents,
    mails,
    open_page,
    pass_sweeps,
    pay,
    references,
    staff_of,
)

Status = Appointment.Status
LATE = AT + 12 * MINUTE


def test_the_news_of_a_payment_heard_twice_confirms_once(workshop, provider):
    appointment = confirmed(workshop, provider)

    again = hear_of(appointment, at=AT + MINUTE)

    assert (again.status, again.sequence) == (Status.CONFIRMED, appointment.sequence)
    assert len(mails()) == 1


def test_a_payment_after_the_hold_seats_the_person_when_the_slot_is_free(workshop, provider):
    unpaid = book_at(workshop)
    open_page(unpaid)

    appointment = pay(unpaid, provider, at=LATE)

    assert appointment.status == Status.CONFIRMED
    assert references() == {appointment.reference}
    assert kept_cents(appointment) == 600


def test_a_payment_after_the_hold_goes_back_when_somebody_else_has_the_slot(workshop, provider):
    unpaid = book_at(workshop)
    open_page(unpaid)
    other = hold_at(workshop, at=AT + 11 * MINUTE)

    appointment = pay(unpaid, provider, at=LATE)

    assert appointment.status == Status.LAPSED
    assert references() == {other.reference}
    assert kept_cents(appointment) == 0
    assert provider.standing(appointment.payment).refunded_cents == 600
    assert len(mails()) == 1


def test_a_payment_that_comes_after_the_lapse_is_seated_or_given_back_too(workshop, provider):
    """The page was closed, and yet the bank had taken the money: the webhook of Stripe comes after ours."""
    unpaid = book_at(workshop)
    open_page(unpaid)
    provider.pay(unpaid.payment)
    Payment.objects.filter(pk=unpaid.payment_id).update(state=Payment.State.EXPIRED)
    expire_holds(at=LATE)
    unpaid.refresh_from_db()
    assert unpaid.status == Status.LAPSED

    appointment = hear_of(unpaid, at=LATE + MINUTE)

    assert (appointment.status, appointment.closed_at) == (Status.CONFIRMED, None)
    assert kept_cents(appointment) == 600


def test_a_payment_after_the_lapse_goes_back_once_when_the_slot_is_gone(workshop, provider):
    unpaid = book_at(workshop)
    open_page(unpaid)
    provider.pay(unpaid.payment)
    Payment.objects.filter(pk=unpaid.payment_id).update(state=Payment.State.EXPIRED)
    expire_holds(at=LATE)
    other = hold_at(workshop, at=LATE)

    appointment = hear_of(unpaid, at=LATE + MINUTE)
    appointment = hear_of(appointment, at=LATE + 2 * MINUTE)

    assert (appointment.status, kept_cents(appointment)) == (Status.LAPSED, 0)
    assert [change.kind for change in appointment.changes.all()] == ["booked", "lapsed", "paid_too_late"]
    assert references() == {other.reference}
    assert len(mails()) == 1


def test_an_authorisation_that_comes_too_late_is_released(by_hand, provider):
    unpaid = book_at(by_hand)
    open_page(unpaid)
    hold_at(by_hand, at=AT + 11 * MINUTE)

    appointment = pay(unpaid, provider, at=LATE)

    assert appointment.status == Status.LAPSED
    assert appointment.payment.state == Payment.State.RELEASED


def test_what_is_paid_for_a_booking_that_its_person_gave_up_goes_back(workshop, provider):
    unpaid = book_at(workshop)
    open_page(unpaid)
    provider.pay(unpaid.payment)
    give_back_hold(hold=unpaid.hold, at=AT + MINUTE)

    appointment = hear_of(unpaid, at=AT + 2 * MINUTE)

    assert appointment.status == Status.CANCELLED
    assert kept_cents(appointment) == 0
    assert not references()


def test_two_tabs_that_both_pay_pay_once(workshop, provider):
    hold = hold_at(workshop)
    first = book_hold(hold)
    open_page(first)
    first_payment = first.payment
    provider.pay(first_payment)  # in the first tab; nobody has heard of it yet

    appointment = pay(book_hold(hold, pay="full"), provider)

    assert appointment.status == Status.CONFIRMED
    assert sum(payment.kept_cents for payment in Payment.objects.all()) == appointment.due_now_cents == 2000
    assert provider.standing(first_payment).refunded_cents == 600


def test_two_tabs_that_both_authorise_hold_the_card_once(by_hand, provider):
    hold = hold_at(by_hand)
    first = book_hold(hold)
    open_page(first)
    first_payment = first.payment
    provider.pay(first_payment)

    appointment = pay(book_hold(hold, pay="full"), provider)

    first_payment.refresh_from_db()
    assert (appointment.status, appointment.payment.state) == (Status.REQUESTED, Payment.State.AUTHORISED)
    assert first_payment.state == Payment.State.RELEASED


def test_a_choice_changed_after_the_bank_has_paid_changes_nothing(workshop, provider):
    hold = hold_at(workshop)
    unpaid = book_hold(hold)
    open_page(unpaid)
    provider.pay(unpaid.payment)
    look_at_payment(payment=unpaid.payment, at=AT)  # the money is there, the appointment has not heard of it

    book_hold(hold, pay="full", email="other@example.org")
    appointment = pass_sweeps(unpaid)

    assert (appointment.status, appointment.due_now_cents) == (Status.CONFIRMED, 600)
    assert Payment.objects.count() == 1


def test_a_cancellation_while_the_card_is_being_charged_gives_all_back(by_hand, provider):
    requested = pay(book_at(by_hand), provider)
    accept_appointment(appointment=requested, by=staff_of(by_hand), at=AT + MINUTE)  # the capture is ordered

    cancel_appointment(appointment=requested, by=None, at=AT + 2 * MINUTE)
    assert Operation.objects.filter(kind=Operation.Kind.CAPTURE, state=Operation.State.PENDING).exists()
    appointment = pass_sweeps(requested, at=AT + 3 * MINUTE)

    assert appointment.status == Status.CANCELLED
    assert appointment.payment.state == Payment.State.CAPTURED
    assert kept_cents(appointment) == 0


def test_a_refund_made_on_the_providers_own_pages_is_not_made_again(workshop, provider):
    appointment = confirmed(workshop, provider, TEN)
    provider.refund(intent_id=appointment.payment.intent_id, amount_cents=200, key="by hand:1")
    hear_of(appointment, at=AT + MINUTE)

    cancel_appointment(appointment=appointment, by=None, at=AT + timedelta(hours=1))
    pass_sweeps(appointment, at=AT + timedelta(hours=1))

    assert kept_cents(appointment) == 0
    assert provider.standing(appointment.payment).refunded_cents == 600


@pytest.mark.parametrize("state", [Payment.State.EXPIRED, Payment.State.FAILED])
def test_a_page_that_closes_leaves_the_hold_its_time(workshop, provider, state):
    unpaid = book_at(workshop)
    open_page(unpaid)
    provider.expire_session(session_id=unpaid.payment.session_id, key="elsewhere:1")

    appointment = hear_of(unpaid, at=AT + MINUTE)

    assert appointment.status == Status.UNPAID
    assert references() == {appointment.hold.reference}
