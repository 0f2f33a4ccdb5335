"""Fault 17: double click, two tabs, two pages open and both paid: the second goes back, whatever it was asked for."""

from datetime import timedelta

from booking.appointments.balance import pay_balance
from booking.appointments.models import Appointment
from booking.appointments.payments_of import left_cents, paid_cents, payments_of
from booking.jobs.finish import finish_repair
from collective.ledger.check import what_is_wrong_in_the_books
from collective.payments.ask import open_payment
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.models import Payment
from tests.booking.appointments.scene import NINE, confirmed, hear_of_payment, press, staff_of
from tests.collective.money import books

DONE_AT = NINE + timedelta(hours=1)


def agrees() -> bool:
    return not what_is_wrong_in_the_books() and not what_disagrees_with_the_payments()


def test_fault_17_pressed_twice_there_is_one_page_to_pay_the_rest(workshop, provider):
    appointment = confirmed(workshop, provider)

    first, second = (pay_balance(appointment=appointment, at=NINE) for _ in range(2))

    assert first.pk == second.pk
    assert first.amount_cents == 1400


def test_fault_17_the_rest_paid_in_two_tabs_goes_back_once(workshop, provider):
    """Two pages: the first was for a part, and its person had it open still when the second was asked for."""
    appointment = confirmed(workshop, provider)
    part = pay_balance(appointment=appointment, amount_cents=1000, at=NINE)
    open_payment(payment=part, at=NINE)
    provider.pay(part)  # at the very moment the other one is asked for: closing it comes too late
    whole = pay_balance(appointment=appointment, at=NINE)
    open_payment(payment=whole, at=NINE)
    provider.pay(whole)
    for payment in (part, whole, part, whole):
        appointment = hear_of_payment(payment, at=NINE)

    assert paid_cents(appointment) == 2000
    assert [payment.kept_cents for payment in payments_of(appointment)] == [600, 1000, 400]
    assert left_cents(appointment) == 0
    done = finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)
    assert (done.status, books(workshop)["seller"].get("53", 0)) == (Appointment.Status.DONE, 0)
    assert agrees()


def test_fault_17_the_rest_paid_while_the_counter_took_it_goes_back_whole(workshop, provider):
    appointment = confirmed(workshop, provider)
    rest = pay_balance(appointment=appointment, at=NINE)
    open_payment(payment=rest, at=NINE)
    finish_repair(appointment=appointment, by=staff_of(workshop), at=DONE_AT)  # 14 euros in cash

    press(rest, provider, at=DONE_AT)

    assert Payment.objects.get(pk=rest.pk).kept_cents == 0
    assert books(workshop)["seller"]["53"] == 1400
    assert agrees()


def test_what_is_owed_after_the_repair_is_paid_by_link_once(workshop, provider):
    appointment = confirmed(workshop, provider)
    done = finish_repair(appointment=appointment, by=staff_of(workshop), tenders=[], at=DONE_AT)
    assert left_cents(done) == 1400

    rest = pay_balance(appointment=done, at=DONE_AT)
    done = press(rest, provider, at=DONE_AT)
    hear_of_payment(rest, at=DONE_AT)

    assert left_cents(done) == 0
    assert "411" not in books(workshop)["seller"]
    assert "4191" not in books(workshop)["seller"]
    assert agrees()
