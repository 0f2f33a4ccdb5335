"""
Faults 1 to 3, 5 to 7: what may come to our door, from an emulator that delivers over HTTP until it is taken.

After each, the invariants.
"""

import time
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import OperationalError

from api import webhooks
from collective.ledger.models import Entry
from collective.payments.capture import capture_payment
from collective.payments.models import Payment, StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import poll_payments, sweep_events
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.faults.invariants import hold
from tests.stripe_emulator import running_emulator

pytestmark = [pytest.mark.django_db(transaction=True)]
SUCCEEDED = "payment_intent.succeeded"


@pytest.fixture
def emulator(live_server, settings):
    """One that knows our door."""
    settings.STRIPE_SECRET_KEY = "sk_test_emulated"
    with running_emulator(webhook_url=f"{live_server.url}/api/stripe/", first_wait=0.02) as running:
        yield running


def captured_once(payment):
    payment.refresh_from_db()
    entries = Entry.objects.filter(source=f"capture:{payment.reference}")
    return payment.state == Payment.State.CAPTURED and entries.count() == 2  # the platform's and the seller's


def answers(stripe, kind):
    return [row["status"] for row in stripe.deliveries() if row["type"] == kind]


@pytest.mark.parametrize("do", ["duplicate", "twice_at_once"])
def test_fault_01_the_same_event_twice_and_twice_at_once(opened, stripe, at, do):
    payment = opened()
    stripe.fault(on="webhook", do=do, times=3)
    stripe.press(payment.session_id)
    stripe.settle()
    assert answers(stripe, SUCCEEDED) == [200, 200]
    assert StripeEvent.objects.count() == 3
    assert sweep_events(at=at) == 3
    assert captured_once(payment)
    hold(stripe)


def test_fault_02_two_different_events_for_one_change(paid, stripe, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    capture_payment(payment=payment, amount_cents=9600, at=at)
    run_operations(at=at)
    stripe.settle()
    kinds = set(StripeEvent.objects.values_list("kind", flat=True))
    assert {"charge.captured", SUCCEEDED} <= kinds
    sweep_events(at=at)
    assert captured_once(payment)
    hold(stripe)


def test_fault_03_events_backwards(paid, stripe, at):
    stripe.fault(on="webhook", do="hold", times=20)
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    run_operations(at=at)
    stripe.release(backwards=True)
    stripe.settle()
    first, last = StripeEvent.objects.order_by("pk").first(), StripeEvent.objects.order_by("pk").last()
    assert (first.kind, last.kind) == ("refund.updated", "charge.succeeded")
    sweep_events(at=at)
    assert captured_once(payment)
    hold(stripe)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_fault_03_three_events_in_any_order_each_swept_at_once(paid, stripe, at, order):
    payment = paid()
    stripe.settle()
    events = list(StripeEvent.objects.order_by("pk"))
    StripeEvent.objects.update(state=StripeEvent.State.IGNORED)
    for number in order:
        StripeEvent.objects.filter(pk=events[number].pk).update(state=StripeEvent.State.NEW)
        assert sweep_events(at=at) == 1
        assert captured_once(payment)
    hold(stripe)


def test_fault_05_events_lost_for_ever_are_found_by_the_poll(opened, stripe, at):
    payment = opened()
    stripe.fault(on="webhook", do="drop", times=3)
    stripe.press(payment.session_id)
    stripe.settle()
    assert not StripeEvent.objects.exists()
    assert poll_payments(at=at + timedelta(minutes=2)) == 1
    assert captured_once(payment)
    hold(stripe)


def test_fault_06_the_database_is_down_and_the_event_comes_again(opened, stripe, at, monkeypatch):
    payment, down = opened(), [True, True]
    keep = StripeEvent.objects.get_or_create

    def away(**named):
        if down:
            down.pop()
            raise OperationalError("server closed the connection unexpectedly")
        return keep(**named)

    monkeypatch.setattr(StripeEvent.objects, "get_or_create", away)
    stripe.press(payment.session_id)
    stripe.settle()
    assert sorted(row["status"] for row in stripe.deliveries()) == [200, 200, 200, 503, 503]
    assert sweep_events(at=at) == 3
    assert captured_once(payment)
    hold(stripe)


@pytest.mark.parametrize("how", ["wrong_secret", "unsigned", "old", "tamper", "livemode", "bare", "huge"])
def test_fault_07_what_is_not_ours_is_refused_and_nothing_written(opened, stripe, at, how):
    payment = opened()
    stripe.fault(on="webhook", do="drop", match="c*", times=2)
    stripe.fault(on="webhook", do=how, match=SUCCEEDED)
    before = StripeEvent.objects.count()
    seen_at_the_refusal = []
    with pytest.MonkeyPatch.context() as patch:
        watch_refusals(patch, seen_at_the_refusal)
        stripe.press(payment.session_id)
        stripe.settle()
    assert answers(stripe, SUCCEEDED) == [400, 200]
    assert seen_at_the_refusal == [before]
    assert sweep_events(at=at) == 1
    assert captured_once(payment)
    hold(stripe)


def watch_refusals(patch, seen):
    """Note how many events are kept when the door refuses one."""
    answer = webhooks.body_of

    def noted(rule):
        seen.append(StripeEvent.objects.count())
        return answer(rule)

    patch.setattr(webhooks, "body_of", noted)


def test_fault_07_while_the_secret_is_replaced_both_are_taken_and_later_only_the_new(opened, stripe, at, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", stripe.webhook_secret]
    stripe.press(opened().session_id)
    stripe.settle()
    assert answers(stripe, SUCCEEDED) == [200]
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    stripe.fault(on="webhook", do="drop", match="c*", times=2)
    stripe.press(opened(subject="another").session_id)
    sent = len(stripe.deliveries())
    deadline = time.monotonic() + 5
    while len(stripe.deliveries()) == sent and time.monotonic() < deadline:
        time.sleep(0.01)
    assert answers(stripe, SUCCEEDED)[1] == 400
    settings.STRIPE_WEBHOOK_SECRETS = [stripe.webhook_secret]
    stripe.settle()
    poll_payments(at=at)
    sweep_events(at=at)
    hold(stripe)


def test_fault_07_a_thin_event_is_a_reason_to_look_too(opened, stripe, at):
    payment = opened()
    stripe.fault(on="webhook", do="drop", match="c*", times=2)
    stripe.fault(on="webhook", do="thin", match=SUCCEEDED)
    stripe.press(payment.session_id)
    stripe.settle()
    assert answers(stripe, SUCCEEDED) == [200]
    event = StripeEvent.objects.get()
    assert (event.kind, event.state, event.object_id[:3]) == (f"v1.{SUCCEEDED}", "new", "pi_")
    assert sweep_events(at=at) == 0  # we do not know this intent yet: it waits for the poll, or for its row
    look_at_payment(payment=payment, at=at)
    assert sweep_events(at=at) == 1
    assert captured_once(payment)
    hold(stripe)


def test_fault_07_events_of_sellers_accounts_are_kept_and_disturb_nothing(gateway, stripe, db, at):
    account = gateway.create_account(reference="s", legal_name="Atelier", email="a@exemple.fr", key="account:1")
    stripe.set_account(account.account_id, status="active")
    stripe.settle()
    assert {row["status"] for row in stripe.deliveries()} == {200}
    assert set(StripeEvent.objects.values_list("object_id", flat=True)) == {account.account_id}
    sweep_events(at=at)
    assert not Entry.objects.exists()


def test_the_seller_sees_its_advance_once(paid, stripe, at):
    payment = paid()
    stripe.settle()
    sweep_events(at=at)
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}
