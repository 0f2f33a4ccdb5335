"""The workshop accepts or refuses what waits for it; silence lapses."""

from datetime import timedelta

import pytest

from backend.lib.errors import BadInput, NotAllowed
from booking.appointments.accept import AnsweredAlready, TooLateToAnswer, accept_appointment
from booking.appointments.confirm import CAPTURE_MARGIN
from booking.appointments.lapse import lapse_unanswered
from booking.appointments.models import Appointment
from booking.appointments.refuse import refuse_appointment
from collective.payments.models import Payment
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    TEN,
    book_at,
    confirmed,
    mails,
    make_workshop,
    pass_sweeps,
    pay,
    references,
    staff_of,
)

Status = Appointment.Status


@pytest.fixture
def requested(by_hand, provider):
    return pay(book_at(by_hand), provider)


def test_accepting_charges_the_card_and_confirms(by_hand, requested):
    accepted = accept_appointment(appointment=requested, by=staff_of(by_hand), at=AT + MINUTE)
    accepted = pass_sweeps(accepted, at=AT + MINUTE)

    assert (accepted.status, accepted.answer_by) == (Status.CONFIRMED, None)
    assert (accepted.payment.state, accepted.payment.captured_cents) == (Payment.State.CAPTURED, 600)
    assert len(mails()) == 2


def test_accepting_what_is_paid_at_the_counter_charges_nothing(db, provider):
    workshop = make_workshop(confirms="by_hand", pay_now="counter")

    accepted = accept_appointment(appointment=book_at(workshop), by=staff_of(workshop), at=AT + MINUTE)

    assert accepted.status == Status.CONFIRMED
    assert not provider.calls


def test_refusing_releases_the_card_frees_the_slot_and_says_why(by_hand, requested):
    refused = refuse_appointment(appointment=requested, by=staff_of(by_hand), reason="No fork left", at=AT + MINUTE)
    refused = pass_sweeps(refused, at=AT + MINUTE)

    assert (refused.status, refused.reason) == (Status.REFUSED, "No fork left")
    assert refused.payment.state == Payment.State.RELEASED
    assert not references()


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 241])
def test_a_refusal_has_a_short_reason(by_hand, requested, reason):
    with pytest.raises(BadInput):
        refuse_appointment(appointment=requested, by=staff_of(by_hand), reason=reason, at=AT + MINUTE)


def test_only_the_workshop_answers(requested, stranger):
    elsewhere = staff_of(make_workshop(name="Elsewhere"))

    for person in (stranger, elsewhere):
        with pytest.raises(NotAllowed):
            accept_appointment(appointment=requested, by=person, at=AT + MINUTE)
        with pytest.raises(NotAllowed):
            refuse_appointment(appointment=requested, by=person, reason="No", at=AT + MINUTE)


def test_an_answer_is_given_once(by_hand, requested):
    staff = staff_of(by_hand)
    accept_appointment(appointment=requested, by=staff, at=AT + MINUTE)

    with pytest.raises(AnsweredAlready):
        refuse_appointment(appointment=requested, by=staff, reason="Changed my mind", at=AT + 2 * MINUTE)


def test_a_paid_booking_is_not_refused(workshop, provider):
    with pytest.raises(AnsweredAlready):
        refuse_appointment(appointment=confirmed(workshop, provider), by=staff_of(workshop), reason="No", at=AT)


def test_silence_lapses_and_releases(requested):
    deadline = requested.answer_by
    assert lapse_unanswered(at=deadline - MINUTE) == 0

    assert lapse_unanswered(at=deadline) == 1

    lapsed = pass_sweeps(requested, at=deadline)
    assert lapsed.status == Status.LAPSED
    assert lapsed.payment.state == Payment.State.RELEASED
    assert not references()
    assert len(mails()) == 2


def test_no_answer_counts_after_the_deadline_even_before_the_sweep(by_hand, requested):
    with pytest.raises(TooLateToAnswer):
        accept_appointment(appointment=requested, by=staff_of(by_hand), at=requested.answer_by)


def test_the_deadline_is_the_first_of_the_workshops_delay_the_notice_and_the_card(db, provider):
    hurried = make_workshop(confirms="by_hand", answer_hours=4)
    assert pay(book_at(hurried), provider).answer_by == AT + timedelta(hours=4)

    patient = make_workshop(confirms="by_hand", answer_hours=200, notice_minutes=120)
    assert pay(book_at(patient), provider).answer_by == NINE - timedelta(hours=2)

    before = AT + timedelta(hours=30)
    later = pay(book_at(patient, TEN + timedelta(days=3)), provider, capture_before=before)
    assert later.answer_by == before - CAPTURE_MARGIN


def test_a_request_made_at_the_last_moment_leaves_time_to_answer(db, provider):
    workshop = make_workshop(confirms="by_hand", pay_now="counter", notice_minutes=60)
    just_in_time = NINE - timedelta(minutes=60)

    requested = book_at(workshop, at=just_in_time)

    assert requested.answer_by == just_in_time + 30 * MINUTE
