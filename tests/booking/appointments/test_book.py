"""Booking what is held: contact, price, ways to pay, what is promised."""

from datetime import date

import pytest

from backend.lib.errors import BadInput
from booking.appointments.book import EarlyStartNotAsked
from booking.appointments.contact import AddressMissing, BadEmail, BadPhone, TooLong
from booking.appointments.extend import HoldExpired
from booking.appointments.models import Appointment
from booking.appointments.pay_plan import NotAWayToPay, ways_to_pay
from collective.payments.models import Payment
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    FUND_BP,
    IN_A_MONTH,
    MINUTE,
    PLATFORM_BP,
    TEN,
    book_at,
    book_hold,
    confirmed,
    hold_at,
    mails,
    make_workshop,
    open_page,
    pay,
    references,
)

Status = Appointment.Status


def test_a_deposit_is_asked_of_the_holds_price_and_the_slot_waits_for_it(workshop):
    hold = hold_at(workshop)
    workshop.offers.update(labour_cents=9900)  # the price rises while the person types

    appointment = book_hold(hold)

    assert appointment.status == Status.UNPAID
    assert (appointment.total_cents, appointment.due_now_cents) == (2000, 600)
    assert (appointment.payment.amount_cents, appointment.payment.capture) == (600, Payment.Capture.NOW)
    assert references() == {hold.reference}


def test_nothing_due_now_confirms_at_once_and_tells_both(counter):
    appointment = book_at(counter)

    assert appointment.status == Status.CONFIRMED
    assert references() == {appointment.reference}
    assert len(mails()) == len(mails("atelier@example.org")) == 1


def test_a_workshop_that_confirms_by_hand_gets_a_request_and_the_card_is_only_authorised(by_hand, provider):
    appointment = book_at(by_hand)
    assert appointment.payment.capture == Payment.Capture.LATER

    appointment = pay(appointment, provider)

    assert appointment.status == Status.REQUESTED
    assert appointment.payment.state == Payment.State.AUTHORISED
    assert appointment.answer_by > AT


def test_the_rules_in_force_are_kept_with_the_booking(workshop):
    SharingKey.objects.create(
        collective=workshop.collective, name="later", valid_from=date(2026, 12, 1), fund_bp=1, platform_bp=1
    )

    appointment = book_at(workshop)

    assert (appointment.fund_bp, appointment.platform_bp) == (FUND_BP, PLATFORM_BP)
    assert (appointment.late_cancel_keeps_bp, appointment.deposit_kind) == (10000, "acompte")
    assert appointment.terms_version


def test_a_form_sent_twice_books_and_asks_once(workshop):
    hold = hold_at(workshop)

    first, second = book_hold(hold), book_hold(hold, at=AT + MINUTE)

    assert first == second
    assert Payment.objects.count() == 1


def test_back_from_the_payment_page_with_another_choice_closes_the_first_page(workshop, provider):
    hold = hold_at(workshop)
    first = book_hold(hold)
    open_page(first)
    before = first.payment

    again = book_hold(hold, pay="full", email="camille.martin@example.org", at=AT + MINUTE)
    again = pay(again, provider, at=AT + MINUTE)

    assert (again.pk, again.status, again.email) == (first.pk, Status.CONFIRMED, "camille.martin@example.org")
    assert (again.due_now_cents, again.payment.captured_cents) == (2000, 2000)
    assert not provider.is_open(before)


def test_back_after_the_payment_gives_the_appointment_as_it_is(workshop, provider):
    hold = hold_at(workshop)
    paid = pay(book_hold(hold), provider)

    again = book_hold(hold, pay="full", at=AT + MINUTE)

    assert (again.pk, again.status, again.due_now_cents) == (paid.pk, Status.CONFIRMED, 600)
    assert Payment.objects.count() == 1


def test_an_expired_hold_books_nothing(workshop):
    hold = hold_at(workshop)

    with pytest.raises(HoldExpired):
        book_hold(hold, at=AT + 10 * MINUTE)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email": "camille"}, BadEmail),
        ({"email": "a" * 250 + "@example.org"}, BadEmail),
        ({"phone": "12"}, BadPhone),
        ({"phone": "call me"}, BadPhone),
        ({"note": "x" * 1001}, TooLong),
        ({"name": "x" * 121}, TooLong),
        ({"pay": "counter"}, NotAWayToPay),
        ({"pay": "nothing"}, NotAWayToPay),
        ({"work_may_begin_early": False}, EarlyStartNotAsked),
    ],
)
def test_what_can_be_corrected_is_refused_and_the_hold_stays(workshop, given, refusal):
    hold = hold_at(workshop)

    with pytest.raises(refusal) as raised:
        book_hold(hold, **given)

    assert isinstance(raised.value, BadInput)
    assert not Appointment.objects.exists()
    assert book_hold(hold).status == Status.UNPAID


def test_phone_numbers_are_kept_in_one_form(counter):
    assert book_at(counter, phone="06.12.34.56.78").phone == "+33612345678"
    assert book_hold(hold_at(counter, TEN), phone="+32 470 12 34 56").phone == "+32470123456"


def test_signs_that_no_database_keeps_are_dropped(counter):
    assert book_at(counter, note="wheel\x00 bent\nand\x07 loud").note == "wheel bent\nand loud"


def test_a_mechanic_who_comes_needs_an_address(db, provider):
    itinerant = make_workshop(itinerant=True, benches=("van",), pay_now=Workshop.PayNow.COUNTER)
    hold = hold_at(itinerant)
    with pytest.raises(AddressMissing):
        book_hold(hold)

    assert book_hold(hold, address="3 rue Nationale, Lille").address == "3 rue Nationale, Lille"


def test_no_express_request_is_needed_after_the_right_to_withdraw(workshop):
    assert book_at(workshop, IN_A_MONTH, work_may_begin_early=False).status == Status.UNPAID


@pytest.mark.parametrize(
    ("pay_now", "deposit_bp", "total", "ways"),
    [
        ("deposit", 3000, 2000, {"deposit": 600, "full": 2000}),
        ("deposit", 3000, 300, {"counter": 0}),  # a deposit of 90 cents is not worth a card's fee
        ("deposit", 10000, 2000, {"full": 2000}),
        ("full", 3000, 2000, {"full": 2000}),
        ("full", 3000, 99, {"counter": 0}),
        ("counter", 3000, 2000, {"counter": 0}),
    ],
)
def test_ways_to_pay(pay_now, deposit_bp, total, ways):
    workshop = Workshop(pay_now=pay_now, deposit_bp=deposit_bp)

    assert ways_to_pay(workshop=workshop, total_cents=total) == ways


def test_a_paid_booking_stands_and_its_calendar_file_is_sent(workshop, provider):
    appointment = confirmed(workshop, provider)

    assert appointment.status == Status.CONFIRMED
    assert references() == {appointment.reference}
    assert appointment.hold.ended_at == AT
    assert [change.kind for change in appointment.changes.all()] == ["booked", "confirmed"]
