"""Faults 18 and 21 for the rest: its person never comes back from the page, or gives up on it."""

from datetime import timedelta

from booking.appointments.balance import PAGE_LASTS, pay_balance
from booking.appointments.payments_of import left_cents
from collective.payments.ask import open_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Payment
from collective.payments.receive import poll_payments
from tests.booking.appointments.scene import MINUTE, NINE, confirmed, pass_sweeps, press

LATER = NINE + timedelta(hours=2)


def test_fault_18_paid_and_never_back_the_poll_finds_it(workshop, provider):
    appointment = confirmed(workshop, provider)
    rest = pay_balance(appointment=appointment, at=NINE)
    open_payment(payment=rest, at=NINE)
    provider.pay(rest)

    poll_payments(at=NINE + 2 * MINUTE)

    assert left_cents(pass_sweeps(appointment, at=NINE + 2 * MINUTE)) == 0


def test_fault_21_given_up_on_the_page_the_rest_is_asked_for_on_a_new_one(workshop, provider):
    appointment = confirmed(workshop, provider)
    given_up = pay_balance(appointment=appointment, at=NINE)
    open_payment(payment=given_up, at=NINE)

    again = pay_balance(appointment=appointment, at=NINE + PAGE_LASTS + MINUTE)
    appointment = pass_sweeps(appointment, at=NINE + PAGE_LASTS + MINUTE)

    assert again.pk != given_up.pk
    assert not provider.is_open(given_up)
    assert expire_payment(payment=Payment.objects.get(pk=given_up.pk), at=LATER) is None
    assert left_cents(press(again, provider, at=LATER)) == 0
