"""Events: signed, delivered again until taken, and what the faults do to them."""

import json
import time

import pytest
from stripe import SignatureVerificationError, Webhook

from tests.stripe_emulator import running_emulator
from tests.stripe_emulator.conftest import ACCOUNT, client_of, new_key
from tests.stripe_emulator.envelope import sign
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


@pytest.mark.parametrize(
    "how", ["wrong_secret", "unsigned", "old", "tamper", "livemode", "bare", "thin", "huge", "twice_at_once"]
)
def test_a_distorted_event_comes_again_as_it_should_be(emulator, mailbox, open_session, how):
    mailbox.refusals = 0 if how in ("thin", "twice_at_once") else 1
    emulator.fault(on="webhook", do=how)
    emulator.press(open_session().id, "decline")
    emulator.settle()
    body, signature = mailbox.taken[-1]
    if how == "thin":
        assert json.loads(body)["type"] == "v1.payment_intent.payment_failed"
        return
    assert Webhook.construct_event(body, signature, emulator.webhook_secret).type == "payment_intent.payment_failed"
    assert len(mailbox.taken) == (2 if how == "twice_at_once" else 1)


def test_what_is_refused_comes_again_by_the_emulators_clock(mailbox):
    with running_emulator(webhook_url=f"http://127.0.0.1:{mailbox.server_port}/hook", first_wait=1000) as slow:
        mailbox.refusals = 2
        client_of(slow).v1.customers.create({"email": "a@exemple.fr"}, new_key())
        for expected in (1, 2, 3):
            deadline = time.monotonic() + 5
            while len(slow.deliveries()) < expected and time.monotonic() < deadline:
                time.sleep(0.01)
            assert len(slow.deliveries()) == expected
            slow.advance(60)
    assert taken(mailbox) == ["customer.created"]


def test_thin_events_go_to_their_own_endpoint_with_their_own_secret(mailbox):
    base = f"http://127.0.0.1:{mailbox.server_port}"
    with running_emulator(webhook_url=f"{base}/first", second_url=f"{base}/second") as both:
        client_of(both).v1.customers.create({"email": "a@exemple.fr"}, new_key())
        client_of(both).v2.core.accounts.create(ACCOUNT, new_key())
        both.settle()
        told = [(row["type"], row["url"].rpartition("/")[2]) for row in both.deliveries()]
        assert told == [("customer.created", "first"), ("v2.core.account.created", "second")]
        body, signature = mailbox.taken[1]
        thin = client_of(both).parse_event_notification(body, signature, "whsec_second")
        assert thin.related_object.id == both.objects("v2.core.account")[0]["id"]
        with pytest.raises(SignatureVerificationError):
            Webhook.construct_event(body, signature, both.webhook_secret)


def test_while_a_secret_is_replaced_both_sign():
    signature = sign(b'{"object": "event"}', "whsec_old,whsec_new", at=int(time.time()))
    for secret in ("whsec_old", "whsec_new"):
        assert Webhook.construct_event(b'{"object": "event"}', signature, secret)


def test_random_faults_of_webhooks_are_the_same_for_the_same_seed(emulator, mailbox, stripe):
    def play(seed):
        emulator.reset()
        mailbox.taken.clear()
        emulator.fault(on="webhook", do="random", rate=0.5, seed=seed)
        for number in range(20):
            stripe.v1.customers.create({"email": f"{number}@exemple.fr"}, new_key())
        emulator.release()
        emulator.settle()
        return [json.loads(body)["data"]["object"]["email"] for body, _ in mailbox.taken]

    first = play(1)
    assert sorted(first) == sorted(play(1))
    assert len(first) != 20 or first != sorted(first)
