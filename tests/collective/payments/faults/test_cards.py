"""Faults 21, 22 and 25: what people, their banks and the clock do to a card. After each, the invariants."""

from datetime import timedelta

import pytest

from collective.payments.capture import NothingHeld, capture_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Payment, Refund
from collective.payments.operations import run_operations
from collective.payments.ports import IntentStatus
from collective.payments.receive import poll_payments
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.faults.invariants import hold

State = Payment.State
HOUR, DAY = 3600, 86400
ASKS_ALWAYS = "4000002760003184"
both_ways = pytest.mark.parametrize("capture", ["now", "later"])


def takes(payment, at):
    payment = look_at_payment(payment=payment, at=at)
    return payment.state, payment.trouble


@both_ways
@pytest.mark.parametrize("outcome", ["abandon", "fail", "decline"])
def test_fault_21_a_confirmation_abandoned_or_failed_takes_nothing_and_may_be_tried_again(
    opened, stripe, at, outcome, capture
):
    payment = opened(capture=capture)
    for _ in range(2):
        assert "authenticate" in stripe.press(payment.session_id, card=ASKS_ALWAYS)
        stripe.press(payment.session_id, outcome)
        assert takes(payment, at) == (State.OPEN, "")
    hold(stripe)
    stripe.press(payment.session_id, "confirm", card=ASKS_ALWAYS)
    assert takes(payment, at) == (State.CAPTURED if capture == "now" else State.AUTHORISED, "")
    assert len(stripe.objects("payment_intent")) == 1
    hold(stripe)


def test_fault_21_a_slow_confirmation_before_the_page_closes_pays_once(opened, stripe, at):
    payment = opened()
    stripe.press(payment.session_id, card=ASKS_ALWAYS)
    stripe.advance(HOUR // 2)
    assert takes(payment, at) == (State.OPEN, "")
    stripe.press(payment.session_id, "confirm", card=ASKS_ALWAYS)
    expire_payment(payment=payment, at=at)
    run_operations(at=at)
    assert takes(payment, at) == (State.CAPTURED, "")
    hold(stripe)


def test_fault_21_a_confirmation_after_we_closed_the_page_takes_nothing(opened, stripe, at):
    payment = opened()
    stripe.press(payment.session_id, card=ASKS_ALWAYS)
    expire_payment(payment=payment, at=at)
    run_operations(at=at)
    stripe.press(payment.session_id, "confirm", card=ASKS_ALWAYS)
    assert takes(payment, at) == (State.EXPIRED, "")
    assert stripe.objects("charge") == []
    hold(stripe)


@pytest.fixture
def held(paid, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    assert payment.state == State.AUTHORISED
    return payment


def test_fault_22_a_hold_lapses_on_the_eighth_day_and_the_poll_finds_it(held, stripe, at):
    assert held.capture_before - at > timedelta(days=6, hours=23)
    stripe.advance(8 * DAY)
    assert poll_payments(at=at + timedelta(days=8)) == 1
    held.refresh_from_db()
    assert (held.state, held.captured_cents, held.trouble) == (State.RELEASED, 0, "")
    with pytest.raises(NothingHeld):
        capture_payment(payment=held, amount_cents=9600, at=at + timedelta(days=8))
    hold(stripe)


def test_fault_22_a_capture_that_comes_after_the_hold_lapsed_takes_nothing(held, stripe, at):
    capture_payment(payment=held, amount_cents=9600, at=at)
    stripe.advance(8 * DAY)
    assert run_operations(at=at + timedelta(days=8)) == 1
    held.refresh_from_db()
    assert (held.state, held.captured_cents) == (State.RELEASED, 0)
    assert books(held.workshop)["seller"] == {}
    hold(stripe)


def test_fault_22_a_merchants_own_hold_on_a_visa_card_lapses_after_4_days_and_18_hours(db, gateway, stripe, at):
    customer = gateway.create_customer(reference="c1", email="camille@exemple.fr", language="fr", key="customer:1")
    page = gateway.open_setup_session(
        reference="c1",
        customer_id=customer,
        language="fr",
        success_url="http://127.0.0.1:8000/merci",
        cancel_url="http://127.0.0.1:8000/retour",
        expires_at=at + timedelta(hours=1),
        key="setup:1",
    )
    stripe.press(page.session_id)
    intent = gateway.charge_saved_card(
        reference="p1",
        amount_cents=9600,
        label="Révision",
        customer_id=customer,
        method_id=gateway.read_setup_session(session_id=page.session_id).method.method_id,
        capture="later",
        transfer_group="appointment:1",
        key="charge:1",
    )
    stripe.advance(4 * DAY + 17 * HOUR)
    assert gateway.read_intent(intent_id=intent.intent_id).status == IntentStatus.AUTHORISED
    stripe.advance(HOUR + 60)
    lapsed = gateway.read_intent(intent_id=intent.intent_id)
    assert (lapsed.status, lapsed.capturable_cents, lapsed.refunded_cents) == (IntentStatus.RELEASED, 0, 0)


def test_fault_25_a_capture_in_part_releases_the_rest_and_is_no_refund(held, stripe, at):
    capture_payment(payment=held, amount_cents=2000, at=at)
    run_operations(at=at)
    held.refresh_from_db()
    assert (held.state, held.captured_cents, held.refunded_cents) == (State.CAPTURED, 2000, 0)
    assert takes(held, at) == (State.CAPTURED, "")
    assert not Refund.objects.exists()
    assert books(held.workshop)["seller"] == {"467.platform": 2000, "4191": -2000}
    (intent,) = stripe.objects("payment_intent")
    assert (intent["amount_capturable"], intent["amount_received"]) == (0, 2000)
    hold(stripe)
