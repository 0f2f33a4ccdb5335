"""Operations left for longer than the provider keeps keys: what they did is looked for before they are sent again."""

from datetime import timedelta

import pytest

from collective.payments.ask import PaymentUnavailable, open_payment
from collective.payments.capture import capture_payment
from collective.payments.models import Operation, Payment, Refund
from collective.payments.operations import run_operations
from collective.payments.refund import refund_payment
from collective.payments.release import release_payment
from collective.payments.settle import look_at_payment

ARRIVED, NEVER_ARRIVED = "lose_response", "error_before"
LONG = timedelta(hours=25)
either = pytest.mark.parametrize("what", [ARRIVED, NEVER_ARRIVED])


@pytest.fixture
def leave(stripe, at):
    """Send what is due, hear nothing, and come back a day later."""

    def leave_it(what, path):
        stripe.fault(on="api", do=what, match=f"POST /v1/{path}", times=3)
        assert run_operations(at=at) == 0
        stripe.advance(int(LONG.total_seconds()))
        assert run_operations(at=at + LONG) == 1
        assert not Operation.objects.filter(state=Operation.State.PENDING).exists()

    return leave_it


@either
def test_a_refund_is_made_once(paid, stripe, leave, at, what):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    leave(what, "refunds")
    assert [refund["amount"] for refund in stripe.objects("refund")] == [4000]
    assert Refund.objects.get().operation.state == Operation.State.DONE


def test_another_refund_of_the_same_amount_is_not_taken_for_it(paid, stripe, leave, at):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="geste", at=at)
    run_operations(at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    leave(NEVER_ARRIVED, "refunds")
    assert [refund["amount"] for refund in stripe.objects("refund")] == [4000, 4000]


@either
def test_a_capture_is_made_once(paid, leave, at, what):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    capture_payment(payment=payment, amount_cents=9600, at=at)
    leave(what, "payment_intents/*/capture")
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents) == (Payment.State.CAPTURED, 9600)


@either
def test_a_hold_is_released(paid, leave, at, what):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    release_payment(payment=payment, at=at)
    leave(what, "payment_intents/*/cancel")
    payment.refresh_from_db()
    assert payment.state == Payment.State.RELEASED


def test_a_page_that_was_opened_is_found_and_not_opened_again(asked, stripe, leave):
    payment = asked()
    leave(ARRIVED, "checkout/sessions")
    payment.refresh_from_db()
    assert len(stripe.objects("checkout.session")) == 1
    assert payment.state == Payment.State.EXPIRED


def test_a_page_that_was_never_opened_is_given_up(asked, stripe, leave, at):
    payment = asked()
    leave(NEVER_ARRIVED, "checkout/sessions")
    payment.refresh_from_db()
    assert (payment.state, payment.trouble) == (Payment.State.FAILED, "")
    assert stripe.objects("checkout.session") == []


def test_silence_is_waited_out_longer_each_time(asked, stripe, at):
    payment = asked()
    stripe.fault(on="api", do="error_before", match="POST /v1/checkout/sessions", times=6)
    with pytest.raises(PaymentUnavailable):
        open_payment(payment=payment, at=at)
    assert run_operations(at=at + timedelta(seconds=1)) == 0
    assert run_operations(at=at + timedelta(seconds=2)) == 0
    assert payment.operations.get().due_at == at + timedelta(seconds=6)
    assert run_operations(at=at + timedelta(seconds=6)) == 1
