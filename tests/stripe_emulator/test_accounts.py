"""Sellers' accounts in the second API, their onboarding, and the money that goes there and comes back."""

import urllib.request
from urllib.error import HTTPError

import pytest
from stripe import APIError, InvalidRequestError

from tests.stripe_emulator import running_emulator
from tests.stripe_emulator.conftest import ACCOUNT, client_of, new_key
from tests.stripe_emulator.test_checkout import page

MINUTE = 60
REFRESH, RETURN = "http://127.0.0.1:9/encore", "http://127.0.0.1:9/fini"


@pytest.fixture
def account(stripe):
    return stripe.v2.core.accounts.create(ACCOUNT, new_key())


@pytest.fixture
def link(stripe, account):
    def made():
        flow = {"refresh_url": REFRESH, "return_url": RETURN}
        return stripe.v2.core.account_links.create(
            {"account": account.id, "use_case": {"type": "account_onboarding", "account_onboarding": flow}}, new_key()
        )

    return made


def status_of(stripe, identifier):
    read = stripe.v2.core.accounts.retrieve(identifier, {"include": ["configuration.recipient"]})
    return read.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status


def thin(emulator):
    return [event["type"] for event in emulator.objects("v2.core.event")]


def test_an_account_is_born_restricted_with_what_is_still_due(account, emulator):
    capability = account.configuration.recipient.capabilities.stripe_balance.stripe_transfers
    assert (capability.status, capability.status_details[0].resolution) == ("restricted", "provide_info")
    assert "identity.entity_type" in [entry.description for entry in account.requirements.entries]
    assert thin(emulator) == ["v2.core.account.created"]


def test_what_is_not_asked_for_is_null(stripe, account):
    read = stripe.v2.core.accounts.retrieve(account.id)
    assert (read.configuration, read.requirements, read.identity) == (None, None, None)
    assert read.display_name == "Atelier du Pont"


@pytest.mark.parametrize("without", ["configuration", "contact_email", "defaults"])
def test_an_account_that_could_not_work_is_refused(stripe, without):
    asked = {name: value for name, value in ACCOUNT.items() if name != without}
    with pytest.raises(InvalidRequestError):
        stripe.v2.core.accounts.create(asked, new_key())


def test_an_unknown_account_is_not_found(stripe):
    with pytest.raises(InvalidRequestError) as unknown:
        stripe.v2.core.accounts.retrieve("acct_nobody")
    assert unknown.value.http_status == 404


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("finish", "active"), ("wait", "pending"), ("leave", "restricted"), ("reject", "rejected")],
)
def test_the_onboarding_ends_as_its_button_says(stripe, emulator, account, link, outcome, status):
    assert emulator.onboard(link().url, outcome) == RETURN
    assert status_of(stripe, account.id) == status
    told = "v2.core.account[configuration.recipient].capability_status_updated"
    assert (told in thin(emulator)) == (outcome != "leave")


def test_the_onboarding_page_says_that_it_is_simulated(link):
    status, text, headers = page(link().url, "en")
    assert status == 200
    for words in ("Simulated payment", "Receive transfers", "Atelier du Pont", "atelier@exemple.fr"):
        assert words in text
    assert "http://127.0.0.1:9" in headers["Content-Security-Policy"]
    assert page(link().url.replace("acct_", "acct_x"))[0] == 404


def test_a_link_is_for_one_visit_and_five_minutes(emulator, link):
    visited = link().url
    assert emulator.onboard(visited, "leave") == RETURN
    assert emulator.onboard(visited, "finish") == REFRESH
    late = link().url
    emulator.advance(5 * MINUTE)
    assert emulator.onboard(late, "finish") == REFRESH


def test_the_second_api_takes_a_failed_request_up_again_and_repeats_one_that_worked(stripe, emulator):
    emulator.fault(on="api", do="error_after", match="POST /v2/core/account_links")
    account = stripe.v2.core.accounts.create(ACCOUNT, {"idempotency_key": "a"})
    assert stripe.v2.core.accounts.create(ACCOUNT, {"idempotency_key": "a"}).id == account.id
    use_case = {"type": "account_onboarding", "account_onboarding": {"refresh_url": REFRESH}}
    asked = {"account": account.id, "use_case": use_case}
    with pytest.raises(APIError):
        stripe.v2.core.account_links.create(asked, {"idempotency_key": "l"})
    first = stripe.v2.core.account_links.create(asked, {"idempotency_key": "l"}).url
    assert stripe.v2.core.account_links.create(asked, {"idempotency_key": "l"}).url == first


@pytest.mark.parametrize("status", ["pending", "restricted", "rejected", "unsupported", "closed"])
def test_only_an_active_account_takes_a_transfer(stripe, emulator, paid_intent, seller, status):
    destination = seller("active" if status == "closed" else status)
    if status == "closed":
        emulator.set_account(destination, closed=True)
        assert stripe.v2.core.accounts.retrieve(destination).closed
    asked = {"amount": 100, "currency": "eur", "destination": destination}
    with pytest.raises(InvalidRequestError) as refused:
        stripe.v1.transfers.create({**asked, "source_transaction": paid_intent().latest_charge}, new_key())
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    assert emulator.objects("transfer") == []


def test_without_a_source_a_transfer_waits_for_available_money(stripe, emulator, paid_intent, seller):
    paid_intent(cents=5000)
    asked = {"amount": 4900, "currency": "eur", "destination": seller()}
    with pytest.raises(InvalidRequestError) as refused:
        stripe.v1.transfers.create(asked, new_key())
    assert refused.value.code == "balance_insufficient"
    emulator.advance(3 * 24 * 3600)
    assert stripe.v1.transfers.create(asked, new_key()).amount == 4900
    assert stripe.v1.balance.retrieve().available[0].amount == 0


def test_a_reversal_needs_the_sellers_money(stripe, emulator, paid_intent, seller):
    charge, destination = paid_intent().latest_charge, seller()
    asked = {"amount": 3000, "currency": "eur", "destination": destination, "source_transaction": charge}
    transfer = stripe.v1.transfers.create(asked, new_key())
    assert emulator.balance_of(destination) == 3000
    emulator.set_account(destination, spend=2500)
    with pytest.raises(InvalidRequestError) as refused:
        stripe.v1.transfers.reversals.create(transfer.id, {"amount": 501}, new_key())
    assert refused.value.code == "balance_insufficient"
    reversal = stripe.v1.transfers.reversals.create(transfer.id, {"amount": 500}, new_key())
    assert emulator.balance_of(destination) == 0
    moved = stripe.v1.balance_transactions.retrieve(reversal.balance_transaction)
    assert (moved.type, moved.reporting_category, moved.net) == ("transfer_refund", "transfer_reversal", 500)
    assert "transfer.reversed" in [event["type"] for event in emulator.objects("event")]


def test_an_unknown_knob_of_an_account_is_refused(emulator, seller):
    for given in ({"status": "happy"}, {"colour": "red"}):
        with pytest.raises(HTTPError, match="400"):
            emulator.set_account(seller(), **given)


def test_sellers_outlive_a_restart(tmp_path):
    state = tmp_path / "stripe.json"
    with running_emulator(state=state) as before:
        account = client_of(before).v2.core.accounts.create(ACCOUNT, new_key())
        before.set_account(account.id, status="active")
    with running_emulator(state=state) as after:
        assert status_of(client_of(after), account.id) == "active"
        assert after.balance_of(account.id) == 0


def test_there_is_no_onboarding_without_a_link(emulator):
    with pytest.raises(HTTPError, match="404"):
        urllib.request.urlopen(f"{emulator.url}/onboard/acct_1/link_1", timeout=5)
