"""Webhooks: kept once, never believed; and words that disagree with our row."""

import hashlib
import hmac
import json
import logging
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from collective.ledger.models import Entry
from collective.payments.models import Payment, Refund, StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import BadEvent, poll_payments, receive_event, sweep_events
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books

State, Trouble = Payment.State, Payment.Trouble


def an_event(payment, kind="checkout.session.completed", **fields):
    metadata = {"reference": str(payment.reference)}
    subject = {"id": payment.session_id, "object": "checkout.session", "metadata": metadata}
    event = {"id": "evt_1", "object": "event", "type": kind, "created": 1, "livemode": False}
    return json.dumps({**event, "data": {"object": subject}, **fields}).encode()


def signed(payload, secret="whsec_emulator", sent=None):
    sent = int(time.time()) if sent is None else sent
    digest = hmac.new(secret.encode(), f"{sent}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={sent},v1={digest}"


def take(payload, at, **how):
    return receive_event(payload=payload, signature=signed(payload, **how), at=at)


def test_an_event_is_kept_once_and_makes_us_look(paid, at):
    payment = paid()
    payload = an_event(payment)
    assert take(payload, at) == take(payload, at)
    assert sweep_events(at=at) == 1
    assert sweep_events(at=at) == 0
    payment.refresh_from_db()
    assert payment.state == State.CAPTURED
    assert StripeEvent.objects.get().state == "done"


def test_events_in_any_order_and_of_several_kinds_end_in_one_state(paid, at):
    payment = paid()
    for number, kind in enumerate(["charge.refunded", "payment_intent.created", "checkout.session.completed"] * 2):
        take(an_event(payment, kind, id=f"evt_{number}"), at)
    assert sweep_events(at=at) == 6
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}
    assert (
        Entry.objects.filter(source__startswith="capture:").count() == 2
    )  # one in the platform's books, one in the seller's


def test_what_an_event_pretends_is_not_believed(opened, at):
    payment = opened()
    take(an_event(payment, "payment_intent.succeeded"), at)
    sweep_events(at=at)
    payment.refresh_from_db()
    assert payment.state == State.OPEN
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("how", "change"),
    [
        ({"secret": "whsec_other"}, None),
        ({"sent": int(time.time()) - 3600}, None),
        ({}, lambda body: body.replace(b"evt_1", b"evt_2")),
        ({}, lambda body: body + b" " * (256 * 1024)),
    ],
    ids=["another's secret", "an hour old", "changed on the way", "huge"],
)
def test_a_forged_event_is_refused_and_nothing_written(paid, at, how, change):
    payload = an_event(paid())
    signature = signed(payload, **how)
    with pytest.raises(BadEvent) as refused:
        receive_event(payload=change(payload) if change else payload, signature=signature, at=at)
    assert refused.value.status == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("payload", [b"[]", b"{}", b"not json", b"\xff", b'{"object": "v2.core.event"}'])
def test_a_signed_body_that_is_no_event_is_refused(stripe, db, at, payload):
    with pytest.raises(BadEvent):
        take(payload, at)


@pytest.mark.parametrize("signature", ["", "t=1", "t=x,v1=y", "t=1,v1=é"])
def test_a_signature_that_is_none_is_refused(paid, at, signature):
    with pytest.raises(BadEvent):
        receive_event(payload=an_event(paid()), signature=signature, at=at)


def test_real_money_and_test_money_do_not_mix(paid, at):
    with pytest.raises(BadEvent):
        take(an_event(paid(), livemode=True), at)
    assert not StripeEvent.objects.exists()


def test_events_about_other_things_are_put_aside(paid, at):
    assert take(an_event(paid(), "customer.created"), at).state == "ignored"
    assert sweep_events(at=at) == 0


def test_an_event_that_comes_before_its_row_waits_for_it_an_hour(opened, stripe, at):
    payment = opened()
    stripe.press(payment.session_id)
    session, reference = payment.session_id, payment.reference
    Payment.objects.filter(pk=payment.pk).update(session_id="", reference="00000000-0000-0000-0000-000000000000")
    subject = {"id": session, "object": "checkout.session", "metadata": {}}
    take(an_event(payment, data={"object": subject}), at)
    assert sweep_events(at=at) == 0
    Payment.objects.filter(pk=payment.pk).update(session_id=session, reference=reference)
    assert sweep_events(at=at) == 1
    payment.refresh_from_db()
    assert payment.state == State.CAPTURED


def test_an_event_about_nothing_of_ours_is_put_aside_after_an_hour(opened, at):
    subject = {"id": "cs_other", "object": "checkout.session", "metadata": None}
    event = take(an_event(opened(), data={"object": subject}), at)
    sweep_events(at=at + timedelta(minutes=61))
    event.refresh_from_db()
    assert event.state == "ignored"


def test_an_event_waits_while_the_provider_is_silent(paid, stripe, at):
    payment = paid()
    take(an_event(payment), at)
    stripe.fault(on="api", do="error_before", match="GET /v1/checkout/sessions/*", times=3)
    assert sweep_events(at=at) == 0
    assert sweep_events(at=at) == 1


def test_one_payment_that_cannot_be_read_does_not_keep_others_from_being_polled(paid, stripe, at):
    first, second = paid(), paid()
    stripe.fault(on="api", do="error_before", match="GET /v1/checkout/sessions/*", times=3)
    assert poll_payments(at=at + timedelta(minutes=2)) == 1
    assert {Payment.objects.get(pk=pk).state for pk in (first.pk, second.pk)} == {"open", "captured"}


# --- words that disagree with our row ---


@pytest.fixture
def said(gateway, monkeypatch):
    """Have the provider say something else of the money than it would."""

    def say(**other):
        read = type(gateway).read_intent
        monkeypatch.setattr(gateway, "read_intent", lambda **named: replace(read(gateway, **named), **other))

    return say


@pytest.mark.parametrize(
    ("other", "trouble"),
    [
        ({"amount_cents": 1}, Trouble.AMOUNT),
        ({"received_cents": 9601}, Trouble.AMOUNT),
        ({"currency": "USD"}, Trouble.CURRENCY),
        ({"reference": "another"}, Trouble.REFERENCE),
        ({"livemode": True}, Trouble.LIVEMODE),
    ],
)
def test_a_word_that_disagrees_is_never_booked_and_calls_a_person(paid, said, at, caplog, other, trouble):
    payment = paid()
    said(**other)
    for _ in range(2):
        payment = look_at_payment(payment=payment, at=at)
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents, payment.trouble) == (State.OPEN, 0, trouble)
    assert not Entry.objects.exists()
    assert list(Payment.objects.in_trouble()) == [payment]
    assert [record.levelno for record in caplog.records if str(payment.reference) in record.message] == [logging.ERROR]


def test_a_page_for_another_amount_is_not_taken(opened, at, gateway, monkeypatch):
    payment = opened()
    session = replace(gateway.read_session(session_id=payment.session_id), amount_cents=1)
    monkeypatch.setattr(gateway, "read_session", lambda *, session_id: session)
    assert look_at_payment(payment=payment, at=at).trouble == Trouble.AMOUNT


def test_a_fee_that_comes_late_is_booked_by_the_poll(paid, said, at, monkeypatch):
    payment = paid()
    with monkeypatch.context():
        said(fee_cents=None)
        payment = look_at_payment(payment=payment, at=at)
    assert (payment.state, payment.fee_cents) == (State.CAPTURED, None)
    said(fee_cents=77)
    assert poll_payments(at=at + timedelta(minutes=10)) == 1
    assert books(payment.workshop)["platform"]["627"] == 77


def test_a_fee_that_changes_calls_a_person(paid, said, at):
    payment = look_at_payment(payment=paid(), at=at)
    said(fee_cents=1)
    payment = look_at_payment(payment=payment, at=at)
    assert (payment.fee_cents, payment.trouble) == (169, Trouble.FEE)


def test_a_refund_made_in_the_dashboard_is_picked_up_once(paid, gateway, at):
    payment = look_at_payment(payment=paid(), at=at)
    gateway.refund(intent_id=payment.intent_id, amount_cents=2500, key="by hand")
    payment = look_at_payment(payment=payment, at=at)
    payment = look_at_payment(payment=payment, at=at)
    assert payment.refunded_cents == 2500
    assert Refund.objects.get().operation is None
    assert books(payment.workshop)["seller"] == {"467.platform": 7100, "4191": -7100}


def test_a_refund_of_ours_after_one_in_the_dashboard_for_all_is_refused_and_calls_a_person(paid, gateway, at):
    payment = look_at_payment(payment=paid(), at=at)
    gateway.refund(intent_id=payment.intent_id, amount_cents=9600, key="by hand")
    refund_payment(payment=payment, amount_cents=9600, reason="annulation", at=at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert (payment.refunded_cents, Refund.objects.count()) == (9600, 1)
    assert books(payment.workshop)["seller"] == {}
