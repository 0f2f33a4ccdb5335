"""Sellers through the gateway: accounts, onboarding, transfers and reversals, held to Stripe's description."""

from datetime import UTC, datetime, timedelta

import pytest

from collective.payments.ports import ProviderRefused, ProviderUnavailable

REFRESH, RETURN = "http://127.0.0.1:8000/encore", "http://127.0.0.1:8000/fini"


@pytest.fixture
def account(gateway):
    return gateway.create_account(
        reference="seller-1", legal_name="Atelier du Pont", email="pont@exemple.fr", key="account:1"
    )


@pytest.fixture
def active(account, emulator):
    emulator.set_account(account.account_id, status="active")
    return account.account_id


@pytest.fixture
def charge(gateway, emulator):
    """A captured payment of 35 euros; the id of its charge."""
    opened = gateway.open_session(
        reference="r1",
        amount_cents=3500,
        label="Frein",
        email="camille@exemple.fr",
        language="fr",
        capture="now",
        success_url="http://127.0.0.1:8000/merci",
        cancel_url="http://127.0.0.1:8000/retour",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
        transfer_group="appointment:1",
        key="open:r1",
    )
    emulator.press(opened.session_id)
    return gateway.read_intent(intent_id=gateway.read_session(session_id=opened.session_id).intent_id).charge_id


@pytest.fixture
def send(gateway, active, charge):
    def sent(cents=3000, key="transfer:1", **fields):
        asked = {"account_id": active, "charge_id": charge, "transfer_group": "appointment:1", "reference": "share-1"}
        return gateway.transfer(amount_cents=cents, key=key, **asked | fields)

    return sent


def test_an_account_starts_without_transfers(gateway, account):
    assert (account.transfers, account.closed, account.livemode) == ("restricted", False, False)
    assert "identity.entity_type" in account.due
    assert gateway.read_account(account_id=account.account_id) == account


@pytest.mark.parametrize(
    ("outcome", "transfers", "is_due"),
    [
        ("finish", "active", False),
        ("wait", "pending", False),
        ("leave", "restricted", True),
        ("reject", "rejected", False),
    ],
)
def test_after_the_onboarding_the_account_is_read_again(gateway, emulator, account, outcome, transfers, is_due):
    asked = {"account_id": account.account_id, "refresh_url": REFRESH, "return_url": RETURN}
    url = gateway.open_onboarding(**asked, key="link:1")
    assert emulator.onboard(url, outcome) == RETURN
    assert emulator.onboard(url, outcome) == REFRESH
    state = gateway.read_account(account_id=account.account_id)
    assert (state.transfers, bool(state.due)) == (transfers, is_due)


def test_a_closed_account_says_so(gateway, emulator, active):
    emulator.set_account(active, closed=True)
    assert gateway.read_account(account_id=active).closed


def test_an_unknown_account_is_a_refusal(gateway):
    with pytest.raises(ProviderRefused) as refused:
        gateway.read_account(account_id="acct_nobody")
    assert refused.value.code == "resource_missing"


def test_the_same_key_makes_one_account_and_a_lost_answer_is_found(gateway, emulator, account):
    emulator.fault(on="api", do="lose_response", match="POST /v2/core/accounts", times=2)
    again = gateway.create_account(
        reference="seller-1", legal_name="Atelier du Pont", email="pont@exemple.fr", key="account:1"
    )
    assert again.account_id == account.account_id
    assert len(emulator.objects("v2.core.account")) == 1


def test_a_silent_second_api_is_no_verdict(gateway, emulator):
    emulator.fault(on="api", do="error_before", match="POST /v2/*", times=3)
    with pytest.raises(ProviderUnavailable):
        gateway.create_account(reference="s", legal_name="A", email="a@exemple.fr", key="account:2")


def test_a_transfer_is_made_once_and_listed(gateway, emulator, active, charge, send):
    made = send()
    assert send() == made
    assert (made.account_id, made.amount_cents, made.reversed_cents) == (active, 3000, 0)
    assert (made.charge_id, made.transfer_group, made.reference) == (charge, "appointment:1", "share-1")
    assert gateway.read_transfer(transfer_id=made.transfer_id) == made
    second = send(500, key="transfer:2")
    assert gateway.list_transfers(transfer_group="appointment:1") == [made, second]
    assert gateway.list_transfers(transfer_group="appointment:2") == []
    assert emulator.balance_of(active) == 3500


def test_more_than_the_charge_brought_is_refused(send, emulator, active):
    send(3000)
    with pytest.raises(ProviderRefused, match="must not exceed"):
        send(501, key="transfer:2")
    assert emulator.balance_of(active) == 3000


@pytest.mark.parametrize("status", ["pending", "restricted", "rejected"])
def test_an_account_that_is_not_active_takes_nothing(emulator, active, send, status):
    emulator.set_account(active, status=status)
    with pytest.raises(ProviderRefused) as refused:
        send()
    assert refused.value.code == "insufficient_capabilities_for_transfer"


def test_a_transfer_is_reversed_in_parts_to_the_last_cent(gateway, emulator, active, send):
    made = send()
    asked = {"transfer_id": made.transfer_id, "reference": "refund-1"}
    first = gateway.reverse_transfer(amount_cents=1000, key="reverse:1", **asked)
    assert gateway.reverse_transfer(amount_cents=1000, key="reverse:1", **asked) == first
    second = gateway.reverse_transfer(amount_cents=2000, key="reverse:2", **asked)
    assert gateway.list_reversals(transfer_id=made.transfer_id) == [first, second]
    assert (first.amount_cents, first.reference, first.transfer_id) == (1000, "refund-1", made.transfer_id)
    assert gateway.read_transfer(transfer_id=made.transfer_id).reversed_cents == 3000
    with pytest.raises(ProviderRefused):
        gateway.reverse_transfer(amount_cents=1, key="reverse:3", **asked)
    assert emulator.balance_of(active) == 0


def test_a_reversal_without_money_on_the_account_is_refused(gateway, emulator, active, send):
    """Fault 28, at the port: the caller books a receivable."""
    made = send()
    emulator.set_account(active, spend=2500)
    with pytest.raises(ProviderRefused) as refused:
        gateway.reverse_transfer(transfer_id=made.transfer_id, amount_cents=3000, reference="r", key="reverse:1")
    assert refused.value.code == "balance_insufficient"
    assert gateway.list_reversals(transfer_id=made.transfer_id) == []
