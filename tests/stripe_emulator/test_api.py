"""Keys, refusals and faults: what happens around the work."""

import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

import pytest
from stripe import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    IdempotencyError,
    InvalidRequestError,
    RateLimitError,
    StripeClient,
)

from tests.stripe_emulator import running_emulator
from tests.stripe_emulator.conftest import client_of, new_key

REFUND = "POST /v1/refunds"


def post(emulator, path, body, key="sk_test_raw"):
    request = urllib.request.Request(emulator.url + path, body.encode(), {"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_a_live_key_is_refused(emulator, key):
    client = StripeClient(key, base_addresses={"api": emulator.url}, max_network_retries=0)
    with pytest.raises(AuthenticationError, match="live one"):
        client.v1.payment_intents.list()


def test_no_key_is_refused(emulator):
    assert post(emulator, "/v1/refunds", "", key="")[0] == 401


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/refunds", "colour=red", 400, "parameter_unknown"),
        ("/v1/transfers", "currency=eur", 400, "parameter_missing"),
        ("/v1/payment_intents", "amount=ten&currency=eur", 400, "parameter_invalid"),
        ("/v1/refunds", "payment_intent=pi_nobody", 404, "resource_missing"),
        ("/v1/unicorns", "", 404, "unknown_url"),
    ],
)
def test_what_the_description_forbids_is_refused(emulator, path, body, status, code):
    answered, text = post(emulator, path, body)
    assert answered == status
    assert code in text


def test_the_same_key_gives_the_same_answer_and_one_effect(stripe, emulator, paid_intent):
    intent = paid_intent()
    asked = {"payment_intent": intent.id, "amount": 100}
    first, again = (stripe.v1.refunds.create(asked, {"idempotency_key": "k"}) for _ in range(2))
    assert first.id == again.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(emulator.objects("refund")) == 1
    with pytest.raises(IdempotencyError):
        stripe.v1.refunds.create({**asked, "amount": 200}, {"idempotency_key": "k"})


def test_a_key_is_forgotten_after_a_day(stripe, emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    stripe.v1.refunds.create(asked, {"idempotency_key": "k"})
    emulator.advance(24 * 3600 + 1)
    stripe.v1.refunds.create(asked, {"idempotency_key": "k"})
    assert len(emulator.objects("refund")) == 2


def test_a_key_in_use_is_refused(stripe, emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    emulator.fault(on="api", do="delay", match=REFUND, seconds=0.5)
    slow = threading.Thread(target=stripe.v1.refunds.create, args=(asked, {"idempotency_key": "k"}))
    slow.start()
    time.sleep(0.1)
    with pytest.raises(APIError) as refused:
        client_of(emulator).v1.refunds.create(asked, {"idempotency_key": "k"})
    slow.join()
    assert refused.value.http_status == 409
    assert len(emulator.objects("refund")) == 1


def test_twenty_at_once_under_one_key_have_one_effect(emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    client = client_of(emulator)

    def refund(_):
        try:
            return client.v1.refunds.create(asked, {"idempotency_key": "k"}).id
        except APIError as error:
            return error.http_status

    with ThreadPoolExecutor(20) as crowd:
        answers = set(crowd.map(refund, range(20)))
    (made,) = emulator.objects("refund")
    assert made["id"] in answers
    assert answers <= {made["id"], 409}


def test_a_refusal_is_stored_under_its_key(stripe, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 9999}
    for _ in range(2):
        with pytest.raises(InvalidRequestError, match="greater than"):
            stripe.v1.refunds.create(asked, {"idempotency_key": "k"})


def test_a_lost_response_leaves_its_effect(stripe, emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    emulator.fault(on="api", do="lose_response", match=REFUND)
    with pytest.raises(APIConnectionError):
        stripe.v1.refunds.create(asked, {"idempotency_key": "k"})
    (kept,) = emulator.objects("refund")
    assert stripe.v1.refunds.create(asked, {"idempotency_key": "k"}).id == kept["id"]


def test_an_error_after_the_effect_is_repeated_under_its_key(stripe, emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    emulator.fault(on="api", do="error_after", match=REFUND)
    for _ in range(2):
        with pytest.raises(APIError):
            stripe.v1.refunds.create(asked, {"idempotency_key": "k"})
    assert len(emulator.objects("refund")) == 1


def test_an_error_before_the_effect_leaves_the_key_free(stripe, emulator, paid_intent):
    asked = {"payment_intent": paid_intent().id, "amount": 100}
    emulator.fault(on="api", do="error_before", match=REFUND)
    with pytest.raises(APIError):
        stripe.v1.refunds.create(asked, {"idempotency_key": "k"})
    assert emulator.objects("refund") == []
    assert stripe.v1.refunds.create(asked, {"idempotency_key": "k"}).amount == 100


@pytest.mark.parametrize("do", ["rate_limit", "lock"])
def test_too_many_requests_come_in_bursts(stripe, emulator, do):
    emulator.fault(on="api", do=do, match="GET /v1/*", times=2)
    for _ in range(2):
        with pytest.raises(RateLimitError):
            stripe.v1.events.list()
    assert stripe.v1.events.list().data == []


def test_a_key_may_be_in_use_for_no_reason(stripe, emulator):
    emulator.fault(on="api", do="conflict", match="POST /v1/customers")
    asked = {"email": "a@exemple.fr"}
    with pytest.raises(APIError) as refused:
        stripe.v1.customers.create(asked, {"idempotency_key": "k"})
    assert refused.value.http_status == 409
    assert stripe.v1.customers.create(asked, {"idempotency_key": "k"}).email == "a@exemple.fr"


def test_a_secret_key_may_be_revoked_for_a_while(stripe, emulator):
    emulator.fault(on="api", do="revoked", times=2)
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            stripe.v1.events.list()
    assert stripe.v1.events.list().data == []


def test_random_faults_strike_at_their_rate_and_the_same_for_the_same_seed(emulator):
    client = client_of(emulator)

    def play(seed):
        emulator.reset()
        emulator.fault(on="api", do="random", rate=0.3, seed=seed, seconds=0.001)
        outcomes = []
        for number in range(100):
            try:
                client.v1.customers.create({"email": f"{number}@exemple.fr"}, {"idempotency_key": f"{number}"})
                outcomes.append("done")
            except (APIError, APIConnectionError, RateLimitError) as error:
                outcomes.append(type(error).__name__)
        return outcomes

    first = play(7)
    assert first == play(7)
    assert first != play(8)
    assert 60 <= first.count("done") <= 90
    assert {"done", "APIError", "APIConnectionError", "RateLimitError"} == set(first)


def test_an_unknown_fault_is_refused_with_the_list_of_faults(emulator):
    status, text = post(emulator, "/_fault", '{"on": "api", "do": "explode"}')
    assert status == 400
    assert "lose_response" in text


def test_the_state_outlives_a_restart(tmp_path, open_session):
    state = tmp_path / "stripe.json"
    with running_emulator(state=state) as before:
        client = client_of(before)
        card = {"amount": 1000, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
        intent = client.v1.payment_intents.create(card, {"idempotency_key": "made"})
    with running_emulator(state=state) as after:
        client = client_of(after)
        assert client.v1.payment_intents.create(card, {"idempotency_key": "made"}).id == intent.id
        assert client.v1.refunds.create({"payment_intent": intent.id}, new_key()).amount == 1000
