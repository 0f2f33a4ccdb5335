"""The checker lets good requests pass and catches each kind of bad one, before anything is sent."""

import json

import pytest
from stripe import RequestOptions, StripeClient, params

from tests.stripe_emulator import running_emulator
from tests.stripe_spec import SpecError, load_spec
from tests.stripe_spec.client import CheckingClient
from tests.stripe_spec.forms import nest
from tests.stripe_spec.prune import OPERATIONS, TARGET

SESSIONS = "https://api.stripe.com/v1/checkout/sessions"
LINE = "line_items[0][price_data][currency]=eur&line_items[0][price_data][product_data][name]=Frein"


def test_brackets_become_lists_and_fields():
    pairs = [("a[0][b]", "1"), ("a[1][b]", "2"), ("types[]", "x"), ("types[]", "y"), ("created[gte]", "3")]
    assert nest(pairs) == {"a": [{"b": "1"}, {"b": "2"}], "types": ["x", "y"], "created": {"gte": "3"}}


@pytest.mark.parametrize(
    ("method", "url", "body", "complaint"),
    [
        ("POST", SESSIONS, f"mode=payment&{LINE}&colour=red", "'colour' was unexpected"),
        ("POST", SESSIONS, f"{LINE}&line_items[0][price_data][price]=3", "'price' was unexpected"),
        ("POST", SESSIONS, "line_items[0][price_data][unit_amount]=3", "'currency' is a required property"),
        ("POST", SESSIONS, f"{LINE}&expires_at=tomorrow", "'tomorrow' is not of type 'integer'"),
        ("POST", SESSIONS, "mode=gift", "'gift' is not one of"),
        ("POST", "https://api.stripe.com/v1/transfers", "currency=eur", "'destination' is a required property"),
        ("GET", "https://api.stripe.com/v1/refunds?limit=many", None, "'many' is not of type 'integer'"),
        ("GET", "https://api.stripe.com/v1/unicorns", None, "Unrecognized request URL"),
    ],
)
def test_a_wrong_request_is_caught(method, url, body, complaint):
    with pytest.raises(SpecError, match=complaint):
        load_spec().check_request(method, url, body)


def test_a_right_request_passes():
    body = f"mode=payment&{LINE}&line_items[0][price_data][unit_amount]=3500&line_items[0][quantity]=1&metadata[a]=b"
    assert load_spec().check_request("POST", SESSIONS, body).name == "PostCheckoutSessions"


@pytest.mark.parametrize(
    "answer",
    [
        {"object": "refund", "amount": 3, "created": 1, "currency": "eur"},  # no id
        {"id": "re_1", "object": "refund", "amount": "3", "created": 1, "currency": "eur"},
        {"id": "re_1", "object": "charge", "amount": 3, "created": 1, "currency": "eur"},
    ],
)
def test_a_wrong_answer_is_caught(answer):
    operation, _ = load_spec().find("GET", "/v1/refunds/re_1")
    with pytest.raises(SpecError, match="response"):
        operation.check_response(answer)


def test_the_client_stops_a_wrong_request_before_it_leaves():
    with running_emulator() as emulator:
        checking = CheckingClient(timeout=5)
        client = StripeClient("sk_test_x", http_client=checking, base_addresses={"api": emulator.url})
        with pytest.raises(SpecError, match="'amout' was unexpected"):
            client.v1.refunds.create({"charge": "ch_1", "amout": 3}, {"idempotency_key": "k"})
        assert checking.calls == []
        client.v1.refunds.list({"limit": 3})
        assert checking.calls == [("GetRefunds", None, 200)]


def test_the_client_insists_on_a_key():
    with pytest.raises(SpecError, match="without Idempotency-Key"):
        CheckingClient().request("post", "https://api.stripe.com/v1/refunds", {}, "charge=ch_1")


@pytest.mark.parametrize(
    ("operation", "sdk"),
    [
        ("PostCheckoutSessions", params.checkout.SessionCreateParams),
        ("GetCheckoutSessions", params.checkout.SessionListParams),
        ("PostCheckoutSessionsSessionExpire", params.checkout.SessionExpireParams),
        ("PostPaymentIntents", params.PaymentIntentCreateParams),
        ("PostPaymentIntentsIntentCapture", params.PaymentIntentCaptureParams),
        ("PostPaymentIntentsIntentCancel", params.PaymentIntentCancelParams),
        ("PostRefunds", params.RefundCreateParams),
        ("GetRefunds", params.RefundListParams),
        ("GetEvents", params.EventListParams),
        ("PostTransfers", params.TransferCreateParams),
        ("GetTransfers", params.TransferListParams),
        ("PostTransfersIdReversals", params.TransferReversalCreateParams),
        ("PostCustomers", params.CustomerCreateParams),
        ("PostPaymentMethodsPaymentMethodDetach", params.PaymentMethodDetachParams),
        ("GetDisputes", params.DisputeListParams),
        ("GetPayouts", params.PayoutListParams),
        ("GetBalanceTransactions", params.BalanceTransactionListParams),
    ],
)
def test_the_description_is_as_new_as_the_package(operation, sdk):
    found = next(known for known in load_spec().operations if known.name == operation)
    described = {*found.query_schema["properties"], *found.body_schema.get("properties", {})}
    assert described == set(sdk.__annotations__) - set(RequestOptions.__annotations__)


LINKS, ACCOUNTS = "https://api.stripe.com/v2/core/account_links", "https://api.stripe.com/v2/core/accounts"


@pytest.mark.parametrize(
    ("url", "body", "complaint"),
    [
        (LINKS, '{"account": "acct_1"}', "'use_case' is a required property"),
        (LINKS, '{"account": "acct_1", "use_case": {"type": "gift"}}', "'gift' is not one of"),
        (ACCOUNTS, "display_name=Atelier", "Expecting value"),
        (ACCOUNTS, "[]", "is not of type 'object'"),
        (ACCOUNTS, '{"dashboard": "express", "colour": "red"}', "'colour' was unexpected"),
        (ACCOUNTS, '{"defaults": {"responsibilities": {}}}', "'fees_collector' is a required property"),
    ],
)
def test_a_wrong_request_to_the_second_api_is_caught(url, body, complaint):
    with pytest.raises(SpecError, match=complaint):
        load_spec().check_request("POST", url, body)


def test_what_an_answer_may_include_is_asked_for_by_name():
    operation = load_spec().check_request("GET", f"{ACCOUNTS}/acct_1?include[0]=requirements", None)
    assert operation.name == "GetV2CoreAccountsId"
    with pytest.raises(SpecError, match="'secrets' is not one of"):
        load_spec().check_request("GET", f"{ACCOUNTS}/acct_1?include[0]=secrets", None)


def test_the_description_is_the_pruned_one():
    document = json.loads(TARGET.read_text())
    assert {path: sorted(methods) for path, methods in document["paths"].items()} == OPERATIONS
    assert TARGET.stat().st_size < 400_000
