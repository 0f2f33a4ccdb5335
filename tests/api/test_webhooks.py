"""The payment provider's door: signed words are kept once, all others leave no trace."""

from __future__ import annotations

import json
import time

import pytest
import stripe
from django.db import OperationalError

from api import webhooks
from collective.payments.models import StripeEvent
from collective.payments.receive import LARGEST_EVENT

SECRET = "whsec_of_the_test"


@pytest.fixture(autouse=True)
def _provider(settings, db):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_webhooks", "http://127.0.0.1:9"
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


def event(**changed: object) -> str:
    body = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
    }
    return json.dumps(body | changed)


def signed(payload: str, *, secret: str = SECRET, at: float | None = None) -> str:
    moment = int(time.time() if at is None else at)
    seal = stripe.WebhookSignature._compute_signature(f"{moment}.{payload}", secret)
    return f"t={moment},v1={seal}"


def deliver(client, payload: str, signature: str | None):
    headers = {} if signature is None else {"Stripe-Signature": signature}
    return client.post("/api/stripe/", payload, content_type="application/json", headers=headers)


def test_a_signed_event_is_kept_once_however_often_it_comes(client):
    payload = event()
    for _ in range(3):
        assert deliver(client, payload, signed(payload)).json() == {"received": True}
    assert StripeEvent.objects.get().event_id == "evt_1"


def test_any_other_word_is_refused_and_leaves_no_trace(client):
    payload = event()
    tries = {
        "unsigned": (payload, None),
        "nonsense": (payload, "t=1,v1=abc"),
        "another secret": (payload, signed(payload, secret="whsec_other")),
        "changed": (event(id="evt_2"), signed(payload)),
        "old": (payload, signed(payload, at=time.time() - 600)),
        "not JSON": ("{", signed("{")),
        "real money": (event(livemode=True), signed(event(livemode=True))),
        "too large": (payload + " " * LARGEST_EVENT, signed(payload + " " * LARGEST_EVENT)),
    }
    answers = {what: deliver(client, *tried) for what, tried in tries.items()}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(tries, 400)
    assert {answer.json()["code"] for answer in answers.values()} == {"bad_event"}
    assert not StripeEvent.objects.exists()


def test_an_event_is_sent_again_when_the_database_is_away(client, monkeypatch):
    def away(**given: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(webhooks, "receive_event", away)
    assert deliver(client, event(), signed(event())).status_code == 503


def test_a_queue_that_is_away_loses_nothing(client, monkeypatch, settings):
    def away() -> None:
        raise ConnectionError("no Redis")

    settings.MOYEU_WAKE = True
    monkeypatch.setattr(webhooks, "wake", away)
    payload = event()
    assert deliver(client, payload, signed(payload)).status_code == 200
    assert StripeEvent.objects.count() == 1


def test_without_online_payment_there_is_no_such_door(client, settings):
    settings.STRIPE_SECRET_KEY = ""
    assert deliver(client, event(), signed(event())).status_code == 404
