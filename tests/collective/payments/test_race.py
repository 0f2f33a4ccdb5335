"""Several sweepers and deliveries at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from backend.lib.models import OutboxRow
from collective.ledger.models import Entry
from collective.payments.models import StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import receive_event, sweep_events
from collective.payments.refund import RefundTooLarge, refund_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.test_receive import an_event, signed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(act, times=4):
    """Do it in several threads that start together; raise what any of them raised."""
    ready, faults = threading.Barrier(times), []

    def run():
        try:
            ready.wait(timeout=10)
            act()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if faults:
        raise faults[0]


def test_an_event_delivered_three_times_to_four_threads_is_booked_once(paid, at):
    payment = paid()
    payload = an_event(payment)
    signature = signed(payload)

    def deliver():
        for _ in range(3):
            receive_event(payload=payload, signature=signature, at=at)
            sweep_events(at=at)

    at_once(deliver)
    assert StripeEvent.objects.count() == 1
    assert Entry.objects.filter(source=f"capture:{payment.reference}").count() == 2  # the platform's and the seller's
    assert Entry.objects.filter(source=f"fee:{payment.reference}").count() == 1
    assert OutboxRow.objects.filter(kind="payment.changed.appointment").count() == 1


def test_looking_and_polling_from_four_threads_books_once(paid, at):
    payment = paid()
    at_once(lambda: look_at_payment(payment=payment, at=at))
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}


def test_an_operation_is_made_by_one_of_four_sweepers(paid, stripe, wire, at):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    made = []
    at_once(lambda: made.append(run_operations(at=at)))
    assert sorted(made) == [0, 0, 0, 1]
    assert len(stripe.objects("refund")) == 1


def test_four_people_refunding_at_once_give_back_no_more_than_was_paid(paid, stripe, at):
    payment = look_at_payment(payment=paid(), at=at)
    refused = []

    def refund():
        try:
            refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
        except RefundTooLarge:
            refused.append(1)

    at_once(refund)
    at_once(lambda: run_operations(at=at + timedelta(seconds=1)))
    run_operations(at=at + timedelta(minutes=5))
    assert len(refused) == 2
    assert sum(refund["amount"] for refund in stripe.objects("refund")) == 8000
    assert books(payment.workshop)["seller"] == {"467.platform": 1600, "4191": -1600}
