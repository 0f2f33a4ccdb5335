"""Events: signed, delivered again until taken, and what the faults do to them."""

import json
import time

import pytest
from stripe import SignatureVerificationError, Webhook

from tests.stripe_emulator.conftest import new_key
from tests.stripe_emulator.webhooks import sign
from tests.stripe_spec import load_spec


def taken(mailbox):
    return [json.loads(body)["type"] for body, _ in mailbox.taken]


def test_a_payment_is_told_in_signed_events(emulator, mailbox, paid_intent):
    intent = paid_intent()
    emulator.settle()
    assert taken(mailbox) == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    body, signature = mailbox.taken[1]
    event = Webhook.construct_event(body, signature, emulator.webhook_secret)
    assert event.data.object.id == intent.id
    with pytest.raises(SignatureVerificationError):
        Webhook.construct_event(body.replace(b"3500", b"9900"), signature, emulator.webhook_secret)


def test_a_hold_and_its_capture_and_refund_are_told(stripe, emulator, mailbox, paid_intent):
    intent = paid_intent(capture_method="manual")
    stripe.v1.payment_intents.capture(intent.id, {}, new_key())
    stripe.v1.refunds.create({"payment_intent": intent.id}, new_key())
    emulator.settle()
    assert taken(mailbox) == [
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "charge.captured",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
        "refund.updated",
    ]


def test_the_objects_in_events_are_as_described(stripe, emulator, paid_intent):
    intent = paid_intent(capture_method="manual")
    stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000}, new_key())
    stripe.v1.refunds.create({"payment_intent": intent.id}, new_key())
    reads = {
        "checkout.session": "/v1/checkout/sessions/x",
        "charge": "/v1/charges/x",
        "payment_intent": "/v1/payment_intents/x",
        "refund": "/v1/refunds/x",
    }
    told = [event["data"]["object"] for event in emulator.objects("event")]
    assert {subject["object"] for subject in told} == set(reads)
    for subject in told:
        operation, _ = load_spec().find("GET", reads[subject["object"]])
        operation.check_response(subject)


def test_an_old_signature_is_too_old():
    old = sign(b"{}", "whsec_x", at=int(time.time()) - 301)
    with pytest.raises(SignatureVerificationError, match="tolerance"):
        Webhook.construct_event(b"{}", old, "whsec_x")


def test_a_refused_event_comes_again(emulator, mailbox, open_session):
    mailbox.refusals = 2
    emulator.press(open_session().id, "decline")
    emulator.settle()
    assert taken(mailbox) == ["payment_intent.payment_failed"]
    assert [delivery["status"] for delivery in emulator.deliveries()] == [503, 503, 200]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("drop", ["payment_intent.succeeded", "checkout.session.completed"]),
        (
            "duplicate",
            ["charge.succeeded", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"],
        ),
        ("hold", ["payment_intent.succeeded", "checkout.session.completed"]),
        ("reorder", ["payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"]),
    ],
)
def test_faults_strike_the_event_they_match(emulator, mailbox, paid_intent, do, expected):
    emulator.fault(on="webhook", do=do, match="charge.*")
    paid_intent()
    emulator.settle()
    assert taken(mailbox) == expected
    assert len(emulator.objects("event")) == 3


def test_held_events_are_released_backwards(emulator, mailbox, paid_intent):
    emulator.fault(on="webhook", do="hold", times=3)
    paid_intent()
    assert taken(mailbox) == []
    emulator.release(backwards=True)
    emulator.settle()
    assert taken(mailbox) == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]


def test_a_lost_event_is_found_in_the_list(stripe, emulator, mailbox, paid_intent):
    emulator.fault(on="webhook", do="drop", times=3)
    paid_intent()
    found = stripe.v1.events.list({"types": ["checkout.session.completed", "payment_intent.*"]}).data
    assert [event.type for event in found] == ["checkout.session.completed", "payment_intent.succeeded"]
    assert mailbox.taken == []
