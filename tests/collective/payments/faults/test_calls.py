"""
Faults 11 to 16 and 39: what may become of our calls; and 30, of a charge that succeeded.

Each for a capture, a release, a refund and the opening of a page. After each, the invariants.
"""

from datetime import timedelta

import pytest

from collective.payments.ask import PaymentUnavailable, open_payment
from collective.payments.capture import capture_payment
from collective.payments.models import Operation, Payment
from collective.payments.operations import run_operations
from collective.payments.refund import refund_payment
from collective.payments.release import release_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.faults.invariants import hold

State = Payment.State
TRIES = 3  # of one call, by the client itself
MINUTE = timedelta(minutes=1)
ROUTES = {
    "open": "POST /v1/checkout/sessions",
    "capture": "POST /v1/payment_intents/*/capture",
    "release": "POST /v1/payment_intents/*/cancel",
    "refund": "POST /v1/refunds",
}
each_call = pytest.mark.parametrize("call", ROUTES)


@pytest.fixture
def planned(asked, paid, at):
    """Plan one call; nothing is sent yet."""

    def plan(call):
        if call == "open":
            return asked()
        payment = look_at_payment(payment=paid(capture="now" if call == "refund" else "later"), at=at)
        if call == "capture":
            capture_payment(payment=payment, amount_cents=9600, at=at)
        elif call == "release":
            release_payment(payment=payment, at=at)
        else:
            refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
        return payment

    return plan


def happened_once(payment, stripe, call):
    payment.refresh_from_db()
    done = {
        "open": payment.state == State.OPEN,
        "capture": (payment.state, payment.captured_cents) == (State.CAPTURED, 9600),
        "release": (payment.state, payment.captured_cents) == (State.RELEASED, 0),
        "refund": (payment.state, payment.refunded_cents) == (State.CAPTURED, 4000),
    }
    assert done[call], payment
    assert payment.trouble == ""
    assert len(stripe.objects("checkout.session")) == 1
    assert len(stripe.objects("refund")) == (call == "refund")
    hold(stripe)


def strike(stripe, call, do, *, times=TRIES, **more):
    stripe.fault(on="api", do=do, match=ROUTES[call], times=times, **more)


def silent_then_done(payment, stripe, call, at):
    assert run_operations(at=at) == 0
    assert payment.operations.get(state=Operation.State.PENDING).last_error
    assert run_operations(at=at + MINUTE) == 1
    happened_once(payment, stripe, call)


@each_call
def test_fault_11_the_answer_is_lost(planned, stripe, at, call):
    payment = planned(call)
    strike(stripe, call, "lose_response")
    silent_then_done(payment, stripe, call, at)


@pytest.mark.parametrize("call", ["capture", "refund"])
def test_fault_11_the_answer_comes_too_late(planned, stripe, at, call, wire):
    payment = planned(call)
    wire._timeout = 0.1
    strike(stripe, call, "delay", times=1, seconds=0.3)
    assert run_operations(at=at) == 0
    assert any(run_operations(at=at + number * MINUTE) for number in range(1, 1000))  # 409 while it is still at work
    happened_once(payment, stripe, call)


@each_call
def test_fault_12_an_error_of_theirs_is_stored_under_the_key(planned, stripe, at, call):
    """The work is done and every repetition under the key says 500: after three tries, what it acted on tells."""
    payment = planned(call)
    strike(stripe, call, "error_after", times=1)
    assert [run_operations(at=at + number * MINUTE) for number in range(4)] == [0, 0, 0, 1]
    happened_once(payment, stripe, call)


def test_fault_12_a_page_that_was_opened_behind_an_error_is_found_while_it_can_be_paid(asked, stripe, at):
    payment = asked()
    strike(stripe, "open", "error_after", times=1)
    for number in range(3):
        with pytest.raises(PaymentUnavailable):
            open_payment(payment=payment, at=at + number * MINUTE)
    assert open_payment(payment=payment, at=at + 3 * MINUTE).startswith(stripe.url)
    stripe.press(payment.session_id)
    assert look_at_payment(payment=payment, at=at).state == State.CAPTURED
    hold(stripe)


@each_call
def test_fault_12_an_error_before_the_work(planned, stripe, at, call):
    payment = planned(call)
    strike(stripe, call, "error_before")
    silent_then_done(payment, stripe, call, at)


@each_call
def test_fault_13_too_many_requests(planned, stripe, at, call):
    payment = planned(call)
    strike(stripe, call, "rate_limit", times=1)
    silent_then_done(payment, stripe, call, at)


@each_call
@pytest.mark.parametrize(("do", "times"), [("conflict", TRIES), ("lock", 1)])
def test_fault_14_locked_by_another_call(planned, stripe, at, call, do, times):
    payment = planned(call)
    strike(stripe, call, do, times=times)
    silent_then_done(payment, stripe, call, at)


def test_fault_15_the_same_key_with_another_amount_moves_nothing_more(planned, stripe, at):
    payment = planned("refund")
    strike(stripe, "refund", "lose_response")
    assert run_operations(at=at) == 0
    operation = payment.operations.get(state=Operation.State.PENDING)
    operation.params = {**operation.params, "amount_cents": 5000}
    operation.save()
    assert run_operations(at=at + MINUTE) == 1
    operation.refresh_from_db()
    assert operation.state == Operation.State.REFUSED
    assert "idempotency_error" in operation.last_error
    assert [refund["amount"] for refund in stripe.objects("refund")] == [4000]
    payment.refresh_from_db()
    assert payment.refunded_cents == 4000
    hold(stripe)


@pytest.mark.parametrize("call", ["capture", "release", "refund"])
@pytest.mark.parametrize("do", ["lose_response", "error_before"])
def test_fault_16_a_key_older_than_a_day_is_not_sent_again_blindly(planned, stripe, at, call, do):
    payment = planned(call)
    strike(stripe, call, do)
    assert run_operations(at=at) == 0
    later = timedelta(hours=25)
    stripe.advance(int(later.total_seconds()))
    assert run_operations(at=at + later) == 1
    happened_once(payment, stripe, call)


@each_call
def test_fault_39_our_secret_key_is_revoked_in_between(planned, stripe, at, call):
    payment = planned(call)
    strike(stripe, call, "revoked", times=1)
    silent_then_done(payment, stripe, call, at)


def test_fault_30_a_charge_that_succeeded_comes_back_and_calls_a_person(paid, stripe, at):
    payment = look_at_payment(payment=paid(), at=at)
    stripe.fault(on="charge", do="fail", match=payment.charge_id)
    payment = look_at_payment(payment=payment, at=at)
    assert (payment.state, payment.captured_cents, payment.trouble) == (State.CAPTURED, 9600, Payment.Trouble.AMOUNT)
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}
