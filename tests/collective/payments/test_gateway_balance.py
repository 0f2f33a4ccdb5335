"""Disputes, the balance, payouts and movements through the gateway, held to Stripe's description."""

from datetime import UTC, datetime, timedelta

import pytest

from collective.payments.ports import BalanceState, ProviderRefused, ProviderUnavailable

DAYS = 86400
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def pay(gateway, emulator):
    """Pay some cents on a page; return the intent."""

    def paid(reference="r1", cents=3500):
        opened = gateway.open_session(
            reference=reference,
            amount_cents=cents,
            label="Frein",
            email="camille@exemple.fr",
            language="fr",
            capture="now",
            success_url="http://127.0.0.1:8000/merci",
            cancel_url="http://127.0.0.1:8000/retour",
            expires_at=gateway_now(emulator) + timedelta(hours=1),
            transfer_group="appointment:1",
            key=f"open:{reference}",
        )
        emulator.press(opened.session_id)
        return gateway.read_intent(intent_id=gateway.read_session(session_id=opened.session_id).intent_id)

    return paid


def gateway_now(emulator):
    made = emulator.objects("balance_transaction")
    return max([datetime.now(UTC), *(datetime.fromtimestamp(row["created"], UTC) for row in made)])


def test_the_balance_is_what_its_movements_add_up_to(gateway, emulator, pay):
    intent = pay()
    gateway.refund(intent_id=intent.intent_id, amount_cents=1000, key="refund:1")
    assert gateway.read_balance() == BalanceState(available_cents=-1000, pending_cents=3422)
    refund, charge = gateway.list_movements(since=LONG_AGO)
    assert (charge.kind, charge.amount_cents, charge.fee_cents, charge.net_cents) == ("charge", 3500, 78, 3422)
    assert (charge.source_id, charge.available_at - charge.created_at) == (intent.charge_id, timedelta(days=3))
    assert (refund.kind, refund.net_cents) == ("refund", -1000)
    assert list(gateway.list_movements(since=datetime.now(UTC) + timedelta(hours=1))) == []


def test_movements_are_read_page_by_page(gateway, emulator, pay, monkeypatch):
    monkeypatch.setattr("collective.payments.gateway_balance.PAGE", 2)
    intents = [pay(f"r{number}") for number in range(5)]
    found = [row.source_id for row in gateway.list_movements(since=LONG_AGO)]
    assert found == [intent.charge_id for intent in intents][::-1]


def test_a_page_of_movements_that_fails_is_no_verdict(gateway, emulator):
    emulator.fault(on="api", do="error_before", match="GET /v1/balance_transactions", times=3)
    with pytest.raises(ProviderUnavailable):
        list(gateway.list_movements(since=LONG_AGO))


def test_a_payout_is_itemised(gateway, emulator, pay):
    pay()
    emulator.advance(3 * DAYS)
    made = emulator.payout(wait=True)
    (payout,) = gateway.list_payouts(since=LONG_AGO)
    assert (payout.payout_id, payout.amount_cents, payout.is_automatic) == (made["id"], 3422, True)
    assert (payout.status, payout.reconciled) == ("in_transit", False)
    assert payout.arrives_on == (payout.created_at + timedelta(days=2)).date()
    emulator.advance(2 * DAYS)
    (payout,) = gateway.list_payouts(since=LONG_AGO)
    assert (payout.status, payout.reconciled) == ("paid", True)
    assert [row.kind for row in gateway.list_movements(payout_id=payout.payout_id)] == ["payout", "charge"]
    assert sum(row.net_cents for row in gateway.list_movements(payout_id=payout.payout_id)) == 0
    assert gateway.list_payouts(since=datetime.now(UTC) + timedelta(days=9)) == []


def test_a_payout_that_came_back_says_so(gateway, emulator, pay):
    pay()
    emulator.advance(3 * DAYS)
    emulator.payout(fails=True)
    (payout,) = gateway.list_payouts(since=LONG_AGO)
    assert payout.status == "failed"
    assert gateway.read_balance().available_cents == 3422


def test_an_unknown_payout_is_a_refusal(gateway):
    with pytest.raises(ProviderRefused) as refused:
        list(gateway.list_movements(payout_id="po_nobody"))
    assert refused.value.code == "resource_missing"


def test_a_dispute_is_read_with_its_movements(gateway, emulator, pay):
    intent = pay()
    assert gateway.list_disputes(intent_id=intent.intent_id) == []
    opened = emulator.dispute(intent=intent.intent_id, reason="fraudulent")
    (dispute,) = gateway.list_disputes(intent_id=intent.intent_id)
    assert dispute == gateway.read_dispute(dispute_id=opened["id"])
    assert (dispute.charge_id, dispute.intent_id) == (intent.charge_id, intent.intent_id)
    assert (dispute.amount_cents, dispute.fee_cents, dispute.status) == (3500, 1500, "needs_response")
    assert (dispute.reason, dispute.is_refundable) == ("fraudulent", False)
    assert dispute.evidence_due_at - dispute.created_at == timedelta(days=7)
    (taken,) = dispute.movements
    assert (taken.kind, taken.net_cents, taken.source_id) == ("dispute", -5000, dispute.dispute_id)


@pytest.mark.parametrize(("do", "status", "left"), [("win", "won", -1500), ("lose", "lost", -5000)])
def test_the_end_of_a_dispute_is_read(gateway, emulator, pay, do, status, left):
    intent = pay()
    opened = emulator.dispute(intent=intent.intent_id)
    emulator.dispute(dispute=opened["id"], do=do)
    dispute = gateway.read_dispute(dispute_id=opened["id"])
    assert (dispute.status, dispute.fee_cents, dispute.is_refundable) == (status, 1500, do == "win")
    assert sum(row.net_cents for row in dispute.movements) == left
    if do == "win":
        assert [row.kind for row in dispute.movements] == ["dispute", "dispute_reversal"]


def test_no_refund_while_the_bank_has_the_money(gateway, emulator, pay):
    """Fault 26, at the port: a refund during an open dispute would give the money back twice."""
    intent = pay()
    emulator.dispute(intent=intent.intent_id)
    with pytest.raises(ProviderRefused) as refused:
        gateway.refund(intent_id=intent.intent_id, amount_cents=3500, key="refund:1")
    assert refused.value.code == "charge_disputed"


def test_an_inquiry_has_no_movements_and_takes_a_refund(gateway, emulator, pay):
    intent = pay()
    emulator.dispute(intent=intent.intent_id, inquiry=True)
    (dispute,) = gateway.list_disputes(intent_id=intent.intent_id)
    assert (dispute.movements, dispute.fee_cents, dispute.is_refundable) == ((), 0, True)
    assert gateway.refund(intent_id=intent.intent_id, amount_cents=3500, key="refund:1").status == "succeeded"
