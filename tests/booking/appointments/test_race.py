"""Two things at once: one end state, and the money where it belongs. On PostgreSQL rows lock, on SQLite the file."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from backend.lib.errors import RuleBroken
from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.expire import expire_holds
from booking.appointments.lapse import lapse_unanswered
from booking.appointments.models import Appointment, Hold
from booking.appointments.move import move_appointment
from booking.jobs.finish import finish_repair
from collective.activity.models import FinishedWork
from collective.payments.models import Payment
from collective.payments.operations import run_operations
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NEXT_WEEK,
    NINE,
    TEN,
    book_at,
    book_hold,
    confirmed,
    hear_of,
    hold_at,
    kept_cents,
    open_page,
    pass_sweeps,
    pay,
    references,
    staff_of,
)
from tests.collective.money import books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
Status = Appointment.Status
SECOND = timedelta(seconds=1)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do all of them in threads that start together; return what each gave, a refusal included. A fault is raised."""
    ready = threading.Barrier(len(acts))
    gave: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            ready.wait(timeout=10)
            gave[place] = act()
        except Exception as fault:
            gave[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for fault in gave:
        if isinstance(fault, Exception) and not isinstance(fault, RuleBroken):
            raise fault
    return gave


def test_one_hold_booked_twice_is_one_appointment_with_one_payment(workshop):
    hold = hold_at(workshop)

    gave = at_once(*[lambda: book_hold(hold)] * 4)

    assert len({appointment.pk for appointment in gave}) == 1
    assert Payment.objects.count() == 1


def test_a_person_who_holds_twice_at_once_keeps_one_hold(workshop):
    first = hold_at(workshop)

    at_once(lambda: hold_at(workshop, TEN, instead_of=first), lambda: hold_at(workshop, NEXT_WEEK, instead_of=first))

    first.refresh_from_db()
    assert first.ended_at is not None
    assert first.reference not in references()


def test_the_end_of_a_hold_while_its_payment_arrives(workshop, provider):
    unpaid = book_at(workshop)
    open_page(unpaid)
    provider.pay(unpaid.payment)
    over = AT + 10 * MINUTE

    at_once(lambda: expire_holds(at=over), lambda: hear_of(unpaid, at=over), lambda: expire_holds(at=over))
    appointment = pass_sweeps(unpaid, at=over)

    assert appointment.status == Status.CONFIRMED
    assert references() == {appointment.reference}
    assert kept_cents(appointment) == 600


def test_an_answer_at_the_moment_it_lapses(by_hand, provider):
    requested = pay(book_at(by_hand), provider)
    staff, deadline = staff_of(by_hand), requested.answer_by

    at_once(
        lambda: accept_appointment(appointment=requested, by=staff, at=deadline - SECOND),
        lambda: lapse_unanswered(at=deadline),
    )
    appointment = pass_sweeps(requested, at=deadline)

    assert (appointment.status, appointment.payment.state, bool(references())) in {
        (Status.CONFIRMED, Payment.State.CAPTURED, True),
        (Status.LAPSED, Payment.State.RELEASED, False),
    }


def test_a_cancellation_while_the_card_is_charged(by_hand, provider):
    requested = pay(book_at(by_hand), provider)
    accept_appointment(appointment=requested, by=staff_of(by_hand), at=AT + MINUTE)

    at_once(
        lambda: run_operations(at=AT + 2 * MINUTE),
        lambda: cancel_appointment(appointment=requested, by=None, at=AT + 2 * MINUTE),
    )
    appointment = pass_sweeps(requested, at=AT + 3 * MINUTE)

    assert appointment.status == Status.CANCELLED
    assert kept_cents(appointment) == 0
    assert not references()


def test_an_acceptance_while_the_customer_cancels(by_hand, provider):
    requested = pay(book_at(by_hand), provider)
    staff = staff_of(by_hand)

    at_once(
        lambda: accept_appointment(appointment=requested, by=staff, at=AT + MINUTE),
        lambda: cancel_appointment(appointment=requested, by=None, at=AT + MINUTE),
    )
    appointment = pass_sweeps(requested, at=AT + 2 * MINUTE)

    assert appointment.status == Status.CANCELLED
    assert kept_cents(appointment) == 0
    assert appointment.payment.state in (Payment.State.RELEASED, Payment.State.CAPTURED)


def test_a_move_and_a_hold_that_want_the_same_slot(workshop, provider):
    appointment = confirmed(workshop, provider)

    moved, held = at_once(
        lambda: move_appointment(appointment=appointment, starts_at=TEN, by=None, at=AT + MINUTE),
        lambda: hold_at(workshop, TEN, at=AT + MINUTE),
    )

    assert isinstance(moved, RuleBroken) != isinstance(held, RuleBroken)
    appointment.refresh_from_db()
    assert appointment.starts_at == (NINE if isinstance(moved, RuleBroken) else TEN)
    assert references() == {appointment.reference} | {hold.reference for hold in Hold.objects.live(at=AT + MINUTE)}


def test_a_repair_finished_by_two_people_is_booked_once(workshop, provider):
    appointment = confirmed(workshop, provider)
    staff = staff_of(workshop)

    gave = at_once(*[lambda: finish_repair(appointment=appointment, by=staff, at=NINE)] * 3)

    assert sum(isinstance(one, RuleBroken) for one in gave) == 2
    assert FinishedWork.objects.count() == 1
    assert books(workshop)["seller"]["53"] == 1400


def test_a_slot_held_by_many_is_held_by_one(workshop):
    gave = at_once(*[lambda: hold_at(workshop)] * 5)

    assert sum(isinstance(one, Hold) for one in gave) == 1
    assert Hold.objects.count() == 1
