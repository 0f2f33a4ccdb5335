"""Moving to another slot, by link or account."""

from datetime import timedelta

import pytest

from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.move import SameTime, TooLateToMove, move_appointment
from booking.appointments.rights import Begun, Closed, NotPaidYet, NotYours
from booking.availability.take import NotASlot, SlotTaken
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NEXT_WEEK,
    NINE,
    TEN,
    book_at,
    confirmed,
    hold_at,
    mails,
    make_workshop,
    pay,
    references,
    staff_of,
)
from tests.factories import UserFactory

Status = Appointment.Status


def test_moving_takes_the_new_slot_and_frees_the_old(workshop, provider):
    appointment = confirmed(workshop, provider)

    moved = move_appointment(appointment=appointment, starts_at=NEXT_WEEK, by=None, at=AT + MINUTE)

    assert (moved.starts_at, moved.ends_at) == (NEXT_WEEK, NEXT_WEEK + timedelta(minutes=30))
    assert moved.sequence > appointment.sequence
    assert references() == {moved.reference}
    hold_at(workshop, NINE, at=AT + MINUTE)
    assert len(mails()) == 2
    assert len(mails("atelier@example.org")) == 2


def test_moving_by_half_its_own_length_is_possible(workshop, provider):
    appointment = confirmed(workshop, provider)

    moved = move_appointment(appointment=appointment, starts_at=NINE + 15 * MINUTE, by=None, at=AT + MINUTE)

    assert moved.starts_at == NINE + 15 * MINUTE


def test_a_move_that_fails_leaves_everything(workshop, provider):
    appointment = confirmed(workshop, provider)
    other = hold_at(workshop, TEN)

    for starts_at, refusal in ((TEN, SlotTaken), (NINE - timedelta(hours=2), NotASlot), (NINE, SameTime)):
        with pytest.raises(refusal):
            move_appointment(appointment=appointment, starts_at=starts_at, by=None, at=AT + MINUTE)

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE
    assert references() == {appointment.reference, other.reference}


def test_the_account_that_booked_may_move_nobody_else_may(counter):
    camille, eve = UserFactory(), UserFactory()
    appointment = book_at(counter, cyclist=camille)

    for person in (eve, staff_of(counter)):
        with pytest.raises(NotYours):
            move_appointment(appointment=appointment, starts_at=TEN, by=person, at=AT)
    assert move_appointment(appointment=appointment, starts_at=TEN, by=camille, at=AT).starts_at == TEN


def test_moving_is_free_until_the_hours_promised_at_booking(db, provider):
    workshop = make_workshop(pay_now="counter", free_cancel_hours=48)
    appointment = book_at(workshop, IN_A_MONTH)
    workshop.free_cancel_hours = 500
    workshop.save()
    other_day = IN_A_MONTH + timedelta(days=2)
    in_time = IN_A_MONTH - timedelta(hours=48)

    with pytest.raises(TooLateToMove):
        move_appointment(appointment=appointment, starts_at=other_day, by=None, at=in_time + MINUTE)

    moved = move_appointment(appointment=appointment, starts_at=other_day, by=None, at=in_time)
    assert moved.free_until == other_day - timedelta(hours=48)


def test_unpaid_begun_and_closed_ones_are_not_moved(workshop, provider):
    with pytest.raises(NotPaidYet):
        move_appointment(appointment=book_at(workshop, TEN), starts_at=NEXT_WEEK, by=None, at=AT)
    appointment = confirmed(workshop, provider)
    with pytest.raises(Begun):
        move_appointment(appointment=appointment, starts_at=NEXT_WEEK, by=None, at=NINE)
    cancel_appointment(appointment=appointment, by=None, at=AT)
    with pytest.raises(Closed):
        move_appointment(appointment=appointment, starts_at=NEXT_WEEK, by=None, at=AT)


def test_a_request_that_moves_stays_a_request_with_a_new_deadline(by_hand, provider):
    requested = pay(book_at(by_hand), provider)

    moved = move_appointment(appointment=requested, starts_at=NEXT_WEEK, by=None, at=AT + MINUTE)

    assert moved.status == Status.REQUESTED
    assert moved.answer_by == AT + MINUTE + timedelta(hours=24)
