"""The repair is done: takings, books, facts."""

from datetime import timedelta

import pytest

from backend.lib.errors import NotAllowed
from booking.appointments.accept import accept_appointment
from booking.appointments.models import Appointment
from booking.appointments.rights import NotConfirmed
from booking.jobs.finish import PaymentOnItsWay, TooEarlyToFinish, finish_repair
from booking.tenders.amounts import MoreThanLeft, WrongTakings
from booking.tenders.given import Given
from collective.activity.models import FinishedWork
from collective.ledger.models import Entry
from tests.booking.appointments.provider import fee
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    TEN,
    book_at,
    confirmed,
    hear_of,
    kept_cents,
    leave_for_the_day,
    make_workshop,
    pass_sweeps,
    pay,
    staff_of,
)
from tests.collective.money import books
from tests.factories import MechanicFactory

DONE_AT = NINE + timedelta(hours=1)


def cash(cents):
    return Given(means="cash", amount=cents, key=f"cash-{cents}")


def test_the_advance_becomes_revenue_and_shares_and_the_rest_is_taken_at_the_counter(workshop, provider):
    appointment = confirmed(workshop, provider)

    done = finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)

    assert (done.status, done.closed_at) == (Appointment.Status.DONE, DONE_AT)
    seller = books(workshop)["seller"]
    assert "4191" not in seller  # no advance is owed any more
    assert seller["53"] == 1400  # the rest, at the counter
    assert seller["627"] == fee(600)
    fund = books(workshop)["fund"]
    assert fund == {"467.platform": 75, "754": -75} or sum(fund.values()) == 0
    work = FinishedWork.objects.get(reference=appointment.number)
    assert (work.minutes, work.labour_cents, work.interventions) == (30, 1500, ["PUNCTURE"])


@pytest.mark.parametrize("works_at_a_bench", [True, False])
def test_a_bicycle_left_for_the_day_was_repaired_by_whoever_finishes_it(counter, works_at_a_bench):
    appointment = leave_for_the_day(book_at(counter), left_on=NINE.date(), days=0)
    staff = staff_of(counter)
    mechanic = MechanicFactory(workshop=counter, user=staff) if works_at_a_bench else None

    finish_repair(appointment=appointment, by=staff, at=DONE_AT)

    work = FinishedWork.objects.get(reference=appointment.number)
    assert (work.mechanic, work.minutes) == (mechanic, 30)


def test_the_same_whole_way_at_the_counter(counter):
    done = finish_repair(appointment=book_at(counter), by=staff_of(counter), at=DONE_AT)

    assert done.keeps_cents == 0
    assert books(counter)["seller"]["53"] == 2000


def test_takings_are_between_nothing_and_what_is_left(workshop, provider):
    appointment = confirmed(workshop, provider)
    staff = staff_of(workshop)
    for wrong, refusal in ((-1, WrongTakings), (1401, MoreThanLeft)):
        with pytest.raises(refusal):
            finish_repair(appointment=appointment, by=staff, tenders=[cash(wrong)], at=DONE_AT)
    assert not Entry.objects.filter(journal=Entry.Journal.SALES).exists()

    finish_repair(appointment=appointment, by=staff, tenders=[cash(1000)], at=DONE_AT)

    assert books(workshop)["seller"]["411"] == 400  # still owed


def test_not_before_the_morning_not_by_others_and_once(counter, stranger):
    appointment = book_at(counter)
    staff, elsewhere = staff_of(counter), staff_of(make_workshop(name="Elsewhere"))
    with pytest.raises(TooEarlyToFinish):
        finish_repair(appointment=appointment, by=staff, at=AT)
    for person in (stranger, elsewhere):
        with pytest.raises(NotAllowed):
            finish_repair(appointment=appointment, by=person, at=DONE_AT)

    finish_repair(appointment=appointment, by=staff, at=NINE - timedelta(hours=1))

    entries = Entry.objects.count()
    with pytest.raises(NotConfirmed):
        finish_repair(appointment=appointment, by=staff, at=DONE_AT)
    assert Entry.objects.count() == entries


def test_a_card_that_is_being_charged_is_waited_for(by_hand, provider):
    requested = pay(book_at(by_hand), provider)
    staff = staff_of(by_hand)
    accepted = accept_appointment(appointment=requested, by=staff, at=AT + MINUTE)
    with pytest.raises(PaymentOnItsWay):
        finish_repair(appointment=accepted, by=staff, at=DONE_AT)
    pass_sweeps(accepted, at=DONE_AT)

    done = finish_repair(appointment=accepted, by=staff, at=DONE_AT)

    assert done.keeps_cents == 600


def test_a_refund_before_the_end_is_taken_into_account(workshop, provider):
    appointment = confirmed(workshop, provider, TEN)
    provider.refund(intent_id=appointment.payment.intent_id, amount_cents=600, key="by hand:1")
    hear_of(appointment, at=AT + MINUTE)
    assert kept_cents(appointment) == 0

    finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)

    assert books(workshop)["seller"]["53"] == 2000
