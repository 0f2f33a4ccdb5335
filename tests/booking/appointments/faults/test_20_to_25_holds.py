"""Faults 20, 22, 23 and 25: a hold that lapses, a price above or below it, a cancellation that meets a capture."""

from datetime import timedelta

import pytest

from booking.appointments.accept import accept_appointment
from booking.appointments.balance import pay_balance
from booking.appointments.cancel import cancel_appointment, what_is_refunded
from booking.appointments.models import Appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.pay_plan import HOLD_TRIED_FOR, ways_to_pay
from booking.appointments.payments_of import held_cents, left_cents, paid_cents
from booking.jobs.answer_quote import agree_to_quote
from booking.jobs.finish import PaymentOnItsWay
from booking.jobs.pick_up import finish_at_pick_up, release_lapsing_holds
from booking.jobs.quote import Wanted, write_quote
from booking.tenders.given import Given
from collective.payments.capture import MoreThanHeld, capture_payment
from collective.payments.models import Payment
from collective.payments.ports import IntentStatus
from collective.payments.receive import poll_payments
from tests.booking.appointments.scene import (
    AT,
    NEXT_WEEK,
    NINE,
    book_at,
    mails,
    make_workshop,
    pass_sweeps,
    pay,
    press,
    staff_of,
)
from tests.collective.money import books

pytestmark = pytest.mark.django_db(transaction=True)
Status = Appointment.Status
DONE_AT = NINE + timedelta(hours=1)
CARD_LASTS = timedelta(days=7)


def held(holds, provider) -> Appointment:
    return pay(book_at(holds), provider, capture_before=AT + CARD_LASTS)


def test_a_hold_takes_nothing_before_the_bicycle_is_ready_and_its_price_then(holds, provider, taken):
    appointment = held(holds, provider)
    assert (appointment.status, held_cents(appointment), paid_cents(appointment)) == (Status.CONFIRMED, 2000, 0)
    assert taken() == 0

    done = finish_at_pick_up(appointment=appointment, by=staff_of(holds), at=DONE_AT)

    assert (done.status, taken(), left_cents(done)) == (Status.DONE, 2000, 0)
    assert "53" not in books(holds)["seller"]


def test_a_workshop_that_confirms_by_hand_holds_too(db, provider, taken):
    by_hand = make_workshop(pay_now="hold", confirms="by_hand")
    appointment = held(by_hand, provider)
    assert appointment.status == Status.REQUESTED
    appointment = pass_sweeps(accept_appointment(appointment=appointment, by=staff_of(by_hand), at=AT))

    assert (appointment.status, taken()) == (Status.CONFIRMED, 0)


def test_fault_22_a_hold_is_given_back_a_day_before_the_card_takes_it_and_asked_again_by_link(holds, provider, taken):
    appointment = pay(book_at(holds), provider, capture_before=AT + timedelta(hours=30))
    assert release_lapsing_holds(at=AT + timedelta(hours=5)) == 0

    assert release_lapsing_holds(at=AT + timedelta(hours=7)) == 1
    appointment = pass_sweeps(appointment, at=AT + timedelta(hours=7))
    assert release_lapsing_holds(at=AT + timedelta(hours=8)) == 0

    assert provider.standing(appointment.payment).status == IntentStatus.RELEASED
    assert (held_cents(appointment), left_cents(appointment)) == (0, 2000)
    assert len([subject for subject in mails() if "de nouveau libre" in subject]) == 1
    appointment = press(pay_balance(appointment=appointment, at=NINE), provider, at=NINE)
    finish_at_pick_up(appointment=appointment, by=staff_of(holds), at=DONE_AT)
    assert taken() == 2000


def test_fault_22_a_hold_that_the_bank_let_go_is_found_and_asked_again_once(holds, provider):
    appointment = held(holds, provider)
    provider.lapse(appointment.payment)

    for hours in (1, 2):
        Payment.objects.update(looked_at=AT)
        poll_payments(at=AT + timedelta(hours=hours))
        appointment = pass_sweeps(appointment, at=AT + timedelta(hours=hours))

    assert appointment.status == Status.CONFIRMED
    assert len([subject for subject in mails() if "de nouveau libre" in subject]) == 1
    done = finish_at_pick_up(appointment=appointment, by=staff_of(holds), at=DONE_AT)
    assert (done.status, books(holds)["seller"]["53"]) == (Status.DONE, 2000)


def test_fault_22_too_far_ahead_a_card_is_saved_instead_of_held(holds):
    near = ways_to_pay(workshop=holds, total_cents=2000, ready_at=AT + HOLD_TRIED_FOR, at=AT)
    far = ways_to_pay(workshop=holds, total_cents=2000, ready_at=NEXT_WEEK, at=AT)

    assert (near, far) == ({"hold": 2000}, {"later": 0})
    assert book_at(holds, NEXT_WEEK).pay_now == "later"


def test_fault_23_a_price_above_the_hold_is_a_second_payment_never_an_over_capture(holds, provider, taken):
    appointment, staff = held(holds, provider), staff_of(holds)
    chain = Wanted(name="Chaîne", labour_cents=1000, parts_cents=2500)
    quote = write_quote(appointment=appointment, lines=[chain], reason="Chaîne usée", by=staff, at=NINE)
    appointment = agree_to_quote(quote=quote, at=NINE)
    with pytest.raises(MoreThanHeld):
        capture_payment(payment=appointment.payment, amount_cents=5500, at=NINE)

    appointment = press(pay_balance(appointment=appointment, amount_cents=3500, at=NINE), provider, at=NINE)
    done = finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)

    assert (done.status, taken(), left_cents(done)) == (Status.DONE, 5500, 0)
    assert provider.standing(appointment.payment).received_cents == 2000
    assert "53" not in books(holds)["seller"]


def test_fault_23_the_difference_unpaid_is_taken_at_the_counter(holds, provider, taken):
    appointment, staff = held(holds, provider), staff_of(holds)
    chain = Wanted(name="Chaîne", labour_cents=1000, parts_cents=2500)
    quote = write_quote(appointment=appointment, lines=[chain], reason="Chaîne usée", by=staff, at=NINE)

    finish_at_pick_up(appointment=agree_to_quote(quote=quote, at=NINE), by=staff, at=DONE_AT)

    assert (taken(), books(holds)["seller"]["53"]) == (2000, 3500)


def test_fault_25_a_lower_price_takes_less_and_lets_the_rest_go(holds, provider, taken):
    appointment, staff = held(holds, provider), staff_of(holds)
    line = appointment.lines.get()
    lower = Wanted(line=line.pk, labour_cents=1201, parts_cents=0)
    quote = write_quote(appointment=appointment, lines=[lower], reason="Sans pièce", by=staff, at=NINE)

    done = finish_at_pick_up(appointment=agree_to_quote(quote=quote, at=NINE), by=staff, at=DONE_AT)

    standing = provider.standing(appointment.payment)
    assert (standing.received_cents, standing.capturable_cents, standing.refunded_cents) == (1201, 0, 0)
    assert (done.status, taken()) == (Status.DONE, 1201)


def test_fault_25_what_the_counter_takes_is_not_taken_from_the_card(holds, provider, taken):
    appointment = held(holds, provider)

    finish_at_pick_up(
        appointment=appointment, by=staff_of(holds), tenders=[Given(means="cash", key="k", amount=500)], at=DONE_AT
    )

    assert (taken(), books(holds)["seller"]["53"]) == (1500, 500)


def test_fault_20_a_cancellation_after_the_capture_was_ordered_gives_everything_back(holds, provider, taken):
    appointment = held(holds, provider)
    capture_payment(payment=appointment.payment, amount_cents=2000, at=AT)

    cancel_appointment(appointment=appointment, by=None, at=AT)
    appointment = pass_sweeps(appointment)

    assert (appointment.status, taken()) == (Status.CANCELLED, 0)


def test_a_capture_without_an_answer_closes_nothing_and_a_second_press_takes_once(holds, provider, taken):
    appointment, staff = held(holds, provider), staff_of(holds)
    provider.is_away = True
    with pytest.raises(PaymentOnItsWay):
        finish_at_pick_up(appointment=appointment, by=staff, at=DONE_AT)
    provider.is_away = False

    later = DONE_AT + timedelta(minutes=2)
    done = finish_at_pick_up(appointment=appointment, by=staff, at=later)

    assert (done.status, taken()) == (Status.DONE, 2000)


@pytest.mark.parametrize(("late_by", "keeps"), [(-timedelta(days=30), 600), (timedelta(days=30), 0)])
def test_a_late_cancellation_takes_of_the_hold_what_was_promised_and_shown(holds, provider, taken, late_by, keeps):
    appointment = held(holds, provider)
    Appointment.objects.filter(pk=appointment.pk).update(free_until=AT + late_by)
    appointment.refresh_from_db()
    shown = what_is_refunded(appointment=appointment, at=AT)

    appointment = pass_sweeps(cancel_appointment(appointment=appointment, by=None, at=AT))

    assert (shown.kept_cents, shown.refund_cents) == (keeps, 2000 - keeps)
    assert taken() == keeps
    assert books(holds)["seller"].get("758", 0) == -keeps


def test_nobody_came_takes_what_was_promised_and_nothing_where_nothing_was(holds, provider, taken):
    appointment = held(holds, provider)
    Appointment.objects.filter(pk=appointment.pk).update(late_charge_cents=0)

    pass_sweeps(mark_no_show(appointment=appointment, by=staff_of(holds), at=DONE_AT))

    assert taken() == 0
