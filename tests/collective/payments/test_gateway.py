"""Our gateway against the emulator, over HTTP."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from collective.payments.gateway import StripeGateway, provider, read_event
from collective.payments.ports import (
    BadPayload,
    BadSignature,
    IntentStatus,
    ProviderRefused,
    ProviderUnavailable,
    SessionState,
)
from tests.stripe_emulator.envelope import sign

SECRET = "whsec_one"
REFUND = "POST /v1/refunds"


def open_session(gateway, *, reference="ref-1", capture="now", cents=3500, key=None, **changes):
    asked = {
        "reference": reference,
        "amount_cents": cents,
        "label": "Acompte : freins",
        "email": "camille@exemple.fr",
        "language": "fr",
        "capture": capture,
        "success_url": "http://127.0.0.1:9/merci?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:9/retour",
        "expires_at": datetime.now(UTC) + timedelta(minutes=31),
        "transfer_group": reference,
        "key": key or f"open:{reference}",
    }
    return gateway.open_session(**asked | changes)


def pay(gateway, emulator, **asked):
    """Open a page, pay on it, and return the intent's id."""
    session = open_session(gateway, **asked)
    emulator.press(session.session_id)
    return gateway.read_session(session_id=session.session_id).intent_id


class TestPages:
    def test_an_open_page_waits_for_its_person(self, gateway):
        opened = open_session(gateway)
        assert gateway.read_session(session_id=opened.session_id) == SessionState(
            session_id=opened.session_id,
            status="open",
            payment_status="unpaid",
            intent_id=None,
            amount_cents=3500,
            currency="EUR",
            reference="ref-1",
            url=opened.url,
            livemode=False,
        )

    def test_the_same_key_opens_one_page(self, gateway, emulator):
        at = datetime.now(UTC) + timedelta(minutes=31)
        first, again = (open_session(gateway, expires_at=at) for _ in range(2))
        assert first == again
        assert len(emulator.objects("checkout.session")) == 1

    def test_a_key_with_other_arguments_is_refused(self, gateway):
        open_session(gateway, cents=3500)
        with pytest.raises(ProviderRefused) as refused:
            open_session(gateway, cents=4000)
        assert refused.value.code == "idempotency_error"

    def test_too_small_an_amount_is_refused_with_the_reason(self, gateway):
        with pytest.raises(ProviderRefused, match="0.50") as refused:
            open_session(gateway, cents=49)
        assert refused.value.code == "amount_too_small"

    def test_a_page_is_closed(self, gateway):
        opened = open_session(gateway)
        closed = gateway.expire_session(session_id=opened.session_id, key="expire:1")
        assert (closed.status, closed.url, closed.intent_id) == ("expired", None, None)

    def test_closing_a_page_that_was_paid_tells_that_it_was_paid(self, gateway, emulator):
        opened = open_session(gateway)
        emulator.press(opened.session_id)
        ended = gateway.expire_session(session_id=opened.session_id, key="expire:1")
        assert (ended.status, ended.payment_status) == ("complete", "paid")
        assert ended.intent_id

    def test_a_page_is_found_by_our_reference(self, gateway):
        wanted = open_session(gateway, reference="ref-1")
        for number in range(2, 4):
            open_session(gateway, reference=f"ref-{number}")
        found = gateway.find_session_by_reference("ref-1")
        assert found.session_id == wanted.session_id
        assert gateway.find_session_by_reference("ref-9") is None
        later = datetime.now(UTC) + timedelta(hours=1)
        assert gateway.find_session_by_reference("ref-1", since=later) is None

    def test_an_unknown_page_is_refused(self, gateway):
        with pytest.raises(ProviderRefused) as refused:
            gateway.read_session(session_id="cs_test_nobody")
        assert refused.value.code == "resource_missing"


class TestMoney:
    def test_a_payment_taken_at_once_tells_its_fee(self, gateway, emulator):
        state = gateway.read_intent(intent_id=pay(gateway, emulator))
        assert state.status is IntentStatus.CAPTURED
        assert (state.amount_cents, state.received_cents, state.capturable_cents, state.refunded_cents) == (
            3500,
            3500,
            0,
            0,
        )
        assert (state.fee_cents, state.capture_before, state.currency, state.reference) == (78, None, "EUR", "ref-1")
        assert state.charge_id.startswith("ch_")

    def test_a_declined_card_leaves_the_payment_waiting(self, gateway, emulator):
        opened = open_session(gateway)
        emulator.press(opened.session_id, "decline")
        intent_id = gateway.read_session(session_id=opened.session_id).intent_id
        state = gateway.read_intent(intent_id=intent_id)
        assert (state.status, state.charge_id, state.fee_cents) == (IntentStatus.WAITING, None, None)

    def test_a_hold_says_until_when(self, gateway, emulator):
        state = gateway.read_intent(intent_id=pay(gateway, emulator, capture="later"))
        assert state.status is IntentStatus.AUTHORISED
        assert (state.capturable_cents, state.received_cents, state.fee_cents) == (3500, 0, None)
        assert timedelta(days=6) < state.capture_before - datetime.now(UTC) <= timedelta(days=7)

    def test_a_hold_is_captured_in_full(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        state = gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1")
        assert (state.status, state.received_cents, state.fee_cents) == (IntentStatus.CAPTURED, 3500, 78)
        assert state.capture_before is None

    def test_what_a_partial_capture_lets_go_is_no_refund(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        state = gateway.capture(intent_id=intent_id, amount_cents=2000, key="capture:1")
        assert (state.received_cents, state.refunded_cents, state.fee_cents) == (2000, 0, 55)
        gateway.refund(intent_id=intent_id, amount_cents=300, key="refund:1")
        assert gateway.read_intent(intent_id=intent_id).refunded_cents == 300

    def test_more_than_is_held_is_not_captured(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        with pytest.raises(ProviderRefused) as refused:
            gateway.capture(intent_id=intent_id, amount_cents=3501, key="capture:1")
        assert refused.value.code == "amount_too_large"
        assert gateway.read_intent(intent_id=intent_id).status is IntentStatus.AUTHORISED

    def test_a_hold_is_released_and_is_no_refund(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        state = gateway.release(intent_id=intent_id, key="release:1")
        assert (state.status, state.capturable_cents, state.refunded_cents) == (IntentStatus.RELEASED, 0, 0)
        with pytest.raises(ProviderRefused) as refused:
            gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1")
        assert refused.value.code == "payment_intent_unexpected_state"

    def test_a_hold_lapses_at_the_bank(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        emulator.advance(8 * 24 * 3600)
        assert gateway.read_intent(intent_id=intent_id).status is IntentStatus.RELEASED

    def test_refunds_go_to_the_last_cent(self, gateway, emulator):
        intent_id = pay(gateway, emulator)
        first = gateway.refund(intent_id=intent_id, amount_cents=1166, key="refund:1", reason="annulé")
        assert (first.amount_cents, first.status) == (1166, "succeeded")
        gateway.refund(intent_id=intent_id, amount_cents=2333, key="refund:2")
        with pytest.raises(ProviderRefused, match="greater than"):
            gateway.refund(intent_id=intent_id, amount_cents=2, key="refund:3")
        gateway.refund(intent_id=intent_id, amount_cents=1, key="refund:4")
        assert gateway.read_intent(intent_id=intent_id).refunded_cents == 3500
        assert [refund.amount_cents for refund in gateway.list_refunds(intent_id=intent_id)] == [1166, 2333, 1]
        with pytest.raises(ProviderRefused) as refused:
            gateway.refund(intent_id=intent_id, amount_cents=1, key="refund:5")
        assert refused.value.code == "charge_already_refunded"

    def test_a_refund_that_failed_later_gives_nothing_back(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        gateway.capture(intent_id=intent_id, amount_cents=2000, key="capture:1")
        refund = gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        emulator.fault(on="refund", do="fail", match=refund.refund_id)
        assert gateway.read_intent(intent_id=intent_id).refunded_cents == 0
        assert [row.status for row in gateway.list_refunds(intent_id=intent_id)] == ["failed"]


class TestFaults:
    def test_a_lost_response_is_asked_for_again_within_the_call(self, gateway, emulator, wire):
        intent_id = pay(gateway, emulator)
        emulator.fault(on="api", do="lose_response", match=REFUND)
        gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        assert [refund["amount"] for refund in emulator.objects("refund")] == [500]
        assert wire.calls[-1] == ("PostRefunds", "refund:1", 200)

    def test_responses_lost_for_long_leave_one_effect_after_the_same_key(self, gateway, emulator):
        intent_id = pay(gateway, emulator)
        emulator.fault(on="api", do="lose_response", match=REFUND, times=3)
        with pytest.raises(ProviderUnavailable):
            gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        done = gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        assert [refund["id"] for refund in emulator.objects("refund")] == [done.refund_id]

    def test_an_answer_that_takes_too_long_leaves_one_effect(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        emulator.fault(on="api", do="delay", match="POST /v1/payment_intents/*/capture", seconds=2.3)
        with pytest.raises(ProviderUnavailable):
            gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1")
        time.sleep(0.5)
        assert gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1").received_cents == 3500
        assert [event["type"] for event in emulator.objects("event")].count("charge.captured") == 1

    def test_an_error_stored_under_the_key_stays_and_the_object_tells(self, gateway, emulator):
        intent_id = pay(gateway, emulator, capture="later")
        emulator.fault(on="api", do="error_after", match="POST /v1/payment_intents/*/capture")
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1")
        assert gateway.read_intent(intent_id=intent_id).status is IntentStatus.CAPTURED

    def test_an_error_before_the_work_passes(self, gateway, emulator):
        intent_id = pay(gateway, emulator)
        emulator.fault(on="api", do="error_before", match=REFUND, times=2)
        assert gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1").amount_cents == 500

    @pytest.mark.parametrize("do", ["rate_limit", "lock"])
    def test_too_many_requests_is_no_verdict(self, gateway, emulator, do):
        intent_id = pay(gateway, emulator)
        emulator.fault(on="api", do=do, match=REFUND)
        with pytest.raises(ProviderUnavailable):
            gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        assert gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1").status == "succeeded"

    def test_nobody_at_the_address_is_no_verdict(self, wire):
        nowhere = StripeGateway("sk_test_x", api_base="http://127.0.0.1:9", http_client=wire)
        with pytest.raises(ProviderUnavailable):
            nowhere.read_intent(intent_id="pi_1")

    def test_a_key_that_is_not_ours_any_more_is_no_verdict(self, emulator, wire):
        revoked = StripeGateway("sk_gone", api_base=emulator.url, http_client=wire)
        with pytest.raises(ProviderUnavailable):
            revoked.read_intent(intent_id="pi_1")

    def test_every_post_carries_our_key(self, gateway, emulator, wire):
        intent_id = pay(gateway, emulator, capture="later")
        gateway.capture(intent_id=intent_id, amount_cents=3500, key="capture:1")
        posts = [(name, key) for name, key, _ in wire.calls if name.startswith("Post")]
        assert posts == [("PostCheckoutSessions", "open:ref-1"), ("PostPaymentIntentsIntentCapture", "capture:1")]


class TestEvents:
    def test_what_happened_is_listed(self, gateway, emulator):
        intent_id = pay(gateway, emulator)
        gateway.refund(intent_id=intent_id, amount_cents=500, key="refund:1")
        seen = list(gateway.list_events(datetime.now(UTC) - timedelta(minutes=5)))
        assert seen[-1].type == "charge.succeeded"
        assert {event.intent_id for event in seen} == {intent_id}
        completed = next(event for event in seen if event.type == "checkout.session.completed")
        assert (completed.reference, completed.livemode) == ("ref-1", False)
        assert list(gateway.list_events(datetime.now(UTC) + timedelta(minutes=5))) == []

    def test_a_broken_list_is_no_verdict(self, gateway, emulator):
        emulator.fault(on="api", do="rate_limit", match="GET /v1/events")
        with pytest.raises(ProviderUnavailable):
            list(gateway.list_events(datetime.now(UTC)))

    def test_a_webhook_is_read_with_the_secret_that_signed_it(self, gateway, emulator):
        pay(gateway, emulator)
        (event, *_) = emulator.objects("event")
        payload = json.dumps(event).encode()
        signature = sign(payload, SECRET, at=int(time.time()))
        seen = gateway.read_event(payload, signature, ["whsec_other", SECRET])
        assert seen == next(row for row in gateway.list_events(seen.created) if row.id == event["id"])

    @pytest.mark.parametrize(
        ("signed_with", "age", "secrets"),
        [
            ("whsec_other", 0, [SECRET]),
            (SECRET, 301, [SECRET]),
            (SECRET, 0, []),
            ("", 0, [""]),
            (" ", 0, [" "]),
        ],
    )
    def test_a_webhook_not_signed_by_us_lately_is_refused(self, signed_with, age, secrets):
        payload = event_payload()
        signature = sign(payload, signed_with, at=int(time.time()) - age)
        with pytest.raises(BadSignature):
            read_event(payload, signature, secrets)

    @pytest.mark.parametrize(
        "header", ["", "t=,v1=", "t=now,v1=00", "v1=00", "t=1", "t=1,v1=é", "===", "t=9" + "9" * 400]
    )
    def test_a_signature_that_is_none_is_refused(self, header):
        with pytest.raises(BadSignature):
            read_event(event_payload(), header, [SECRET])

    def test_a_tampered_webhook_is_refused(self):
        payload = event_payload()
        signature = sign(payload, SECRET, at=int(time.time()))
        with pytest.raises(BadSignature):
            read_event(payload.replace(b"pi_1", b"pi_2"), signature, [SECRET])

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"not json",
            b"[]",
            b"null",
            b'{"object": "v2.core.event", "id": "evt_1", "type": "v1.charge.captured", "related_object": {}}',
            b'{"object": "v2.core.event", "id": "evt_1", "data": {"object": {}}}',
            b'{"object": "event", "data": {"object": null}}',
            b'{"object": "event", "id": "evt_1", "type": "x", "created": "now", "livemode": 0, "data": {"object": {}}}',
        ],
    )
    def test_a_signed_body_that_is_no_event_is_refused(self, payload):
        with pytest.raises(BadPayload):
            read_event(payload, sign(payload, SECRET, at=int(time.time())), [SECRET])

    def test_a_body_that_is_not_text_is_refused(self):
        with pytest.raises(BadPayload):
            read_event(b"\xff\xfe", "t=1,v1=00", [SECRET])

    def test_an_event_about_something_without_an_id_is_read(self):
        payload = event_payload(type="balance.available", subject={"object": "balance"})
        seen = read_event(payload, sign(payload, SECRET, at=int(time.time())), [SECRET])
        assert (seen.object_id, seen.intent_id, seen.reference) == ("", None, None)


def event_payload(*, type="payment_intent.succeeded", subject=None):
    subject = subject or {"object": "payment_intent", "id": "pi_1", "metadata": {"reference": "ref-1"}}
    event = {
        "object": "event",
        "id": "evt_1",
        "type": type,
        "created": 1,
        "livemode": False,
        "data": {"object": subject},
    }
    return json.dumps(event).encode()


class TestSettings:
    @pytest.fixture(autouse=True)
    def _settings(self, settings):
        settings.MOYEU_DEMO = False
        settings.STRIPE_SECRET_KEY = "sk_test_x"
        settings.STRIPE_API_BASE = ""

    def test_a_test_key_moves_no_real_money(self, settings):
        assert not provider().livemode
        settings.STRIPE_SECRET_KEY = "rk_live_x"
        assert provider().livemode

    def test_one_gateway_serves_all_calls(self):
        assert provider() is provider()

    def test_the_emulator_is_reached_whatever_proxy_is_set(self, settings, emulator, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        settings.STRIPE_API_BASE = emulator.url + "/"
        assert provider().find_session_by_reference("ref-1") is None

    @pytest.mark.parametrize(
        ("key", "base", "demo", "complaint"),
        [
            ("", "", False, "no online payment"),
            ("pk_test_x", "", False, "no online payment"),
            ("sk_live_x", "", True, "real money"),
            ("rk_live_x", "", True, "real money"),
            ("sk_live_x", "http://127.0.0.1:12111", False, "emulator"),
            ("sk_test_x", "https://stripe.example.com", False, "emulator"),
            ("sk_test_x", "http://127.0.0.1.example.com", False, "emulator"),
            ("sk_test_x", "http://127.0.0.1@example.com", False, "emulator"),
        ],
    )
    def test_settings_that_would_harm_are_refused(self, settings, key, base, demo, complaint):
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, settings.MOYEU_DEMO = key, base, demo
        with pytest.raises(ImproperlyConfigured, match=complaint):
            provider()
