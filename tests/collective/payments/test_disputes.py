"""Payments contested at the bank: what is taken, frozen, lost, won; and what a refund may do meanwhile."""

from datetime import timedelta

import pytest

from backend.lib.models import OutboxRow
from collective.payments.check import what_disagrees_with_the_payments
from collective.payments.distribution.readiness import is_frozen
from collective.payments.models import StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import sweep_events
from collective.payments.refund import PaymentDisputed, refund_payment
from collective.payments.settle import look_at_payment
from collective.payments.take_dispute import poll_disputes
from collective.sharing.share_out import share_out
from tests.collective.money import books
from tests.collective.payments.disputes import FEE, Bank
from tests.factories import MembershipFactory

CARD_FEE = 169


@pytest.fixture
def payment(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    MembershipFactory(collective=payment.workshop.collective, role="treasurer", user__email="ines@example.org")
    return payment


@pytest.fixture
def bank(payment, gateway, monkeypatch, at):
    return Bank(payment, gateway, monkeypatch, at=at)


def finish(payment, at):
    share_out(
        workshop=payment.workshop,
        reference=payment.subject,
        labour_cents=7000,
        parts_cents=2600,
        paid_online_cents=payment.kept_cents,
        fund_bp=700,
        platform_bp=300,
        fee_cents=payment.fee_cents,
        payments=[payment],
        at=at,
    )


def agrees():
    assert what_disagrees_with_the_payments() == []


def mails():
    return [row.payload["subject"] for row in OutboxRow.objects.filter(kind="mail").order_by("pk")]


def test_an_opened_dispute_is_taken_from_the_platform_and_frozen(bank, payment):
    dispute = bank.contest(9600)
    assert (dispute.taken_cents, dispute.fee_cents, dispute.closed_at) == (9600, FEE, None)
    assert books(payment.workshop)["platform"] == {
        "517": -CARD_FEE - FEE,
        "627": CARD_FEE + FEE,
        "4687": 9600,
        "467.seller": -9600,
    }
    assert is_frozen(payment.subject)
    assert payment.kept_cents == 9600
    assert mails() == ["Un paiement est contesté"]
    agrees()


def test_looking_again_changes_nothing(bank, payment):
    bank.contest(9600)
    before = books(payment.workshop)
    bank.look()
    assert books(payment.workshop) == before
    assert len(mails()) == 1


def test_a_dispute_that_is_won_brings_everything_back_but_its_fee(bank, payment):
    bank.contest(9600)
    dispute = bank.win()
    assert dispute.closed_at
    assert books(payment.workshop)["platform"] == {
        "517": 9600 - CARD_FEE - FEE,
        "627": CARD_FEE + FEE,
        "467.seller": -9600,
    }
    assert not is_frozen(payment.subject)
    assert payment.kept_cents == 9600
    agrees()


def test_a_dispute_said_won_is_open_until_its_money_is_back(bank, payment):
    bank.contest(9600)
    assert bank.win(brings_back=False).closed_at is None
    assert is_frozen(payment.subject)
    agrees()


def test_a_dispute_lost_before_the_work_is_money_given_back(bank, payment):
    bank.contest(9600)
    dispute = bank.lose()
    assert (dispute.lost_cents, payment.lost_cents, payment.kept_cents) == (9600, 9600, 0)
    assert books(payment.workshop) == {
        "platform": {"517": -CARD_FEE - FEE, "627": CARD_FEE + FEE},
        "seller": {},
        "fund": {},
    }
    assert mails()[-1] == "Un paiement contesté est perdu"
    agrees()


def test_a_dispute_lost_after_the_work_takes_the_sale_and_its_shares_back(bank, payment, at):
    finish(payment, at)
    bank.contest(9600)
    bank.lose()
    assert books(payment.workshop) == {
        "platform": {"517": -CARD_FEE - FEE, "627": CARD_FEE + FEE},
        "seller": {},
        "fund": {},
    }
    agrees()


def test_a_dispute_lost_and_won_after_all_stands_as_if_it_had_been_won(bank, payment, at):
    finish(payment, at)
    before = books(payment.workshop)
    bank.contest(3333)
    bank.lose()
    assert bank.win().closed_at
    after = books(payment.workshop)
    assert (after["seller"], after["fund"]) == (before["seller"], before["fund"])
    assert after["platform"]["517"] == before["platform"]["517"] - FEE
    assert (payment.lost_cents, payment.kept_cents) == (0, 9600)
    agrees()


def test_a_part_is_contested_and_the_rest_stays(bank, payment):
    bank.contest(4000)
    bank.lose()
    assert (payment.lost_cents, payment.kept_cents) == (4000, 5600)
    assert books(payment.workshop)["seller"] == {"467.platform": 5600, "4191": -5600}
    agrees()


def test_two_parts_are_contested_apart(bank, payment):
    bank.contest(4000)
    bank.contest(5600, name="dp_2")
    bank.win()
    bank.lose("dp_2")
    assert (payment.lost_cents, payment.kept_cents) == (5600, 4000)
    agrees()


def test_what_was_refunded_and_contested_goes_twice_and_is_the_platforms_loss(bank, payment, at):
    """Fault 30: a chargeback after a refund."""
    refund_payment(payment=payment, amount_cents=6000, reason="geste", at=at)
    run_operations(at=at)
    bank.contest(9600)
    dispute = bank.lose()
    assert (dispute.lost_cents, dispute.twice_cents, payment.kept_cents) == (3600, 6000, 0)
    assert books(payment.workshop)["platform"]["654"] == 6000
    assert books(payment.workshop)["seller"] == {}
    agrees()


def test_a_refund_while_the_bank_decides_is_refused_with_the_reason(bank, payment, at):
    bank.contest(4000)
    with pytest.raises(PaymentDisputed) as refused:
        refund_payment(payment=payment, amount_cents=100, reason="", at=at)
    assert refused.value.code == "payment_disputed"
    assert not payment.operations.filter(kind="refund").exists()
    bank.win()
    refund_payment(payment=payment, amount_cents=100, reason="", at=at)


def test_a_question_of_the_bank_takes_nothing_and_a_refund_may_settle_it(bank, payment, at):
    bank.contest(9600, status="warning_needs_response")
    assert books(payment.workshop)["platform"] == {"517": 9600 - CARD_FEE, "627": CARD_FEE, "467.seller": -9600}
    assert is_frozen(payment.subject)
    refund_payment(payment=payment, amount_cents=9600, reason="", at=at)
    run_operations(at=at)
    assert bank.say("dp_1", status="warning_closed").closed_at
    agrees()


def test_word_goes_to_who_asked_for_the_payment_when_it_is_over(bank, payment):
    rows = OutboxRow.objects.filter(kind="payment.changed.appointment")
    bank.contest(9600)
    before = rows.count()
    bank.lose()
    assert rows.count() == before + 1


def test_an_event_makes_us_look_and_so_does_the_hour(bank, payment, at):
    bank.said = {}
    bank.contest(9600)
    bank.said["dp_1"] = type(bank.said["dp_1"])(**vars(bank.said["dp_1"]) | {"status": "lost"})
    StripeEvent.objects.create(
        event_id="evt_d",
        kind="charge.dispute.closed",
        object_id="dp_1",
        intent_id=payment.intent_id,
        livemode=False,
        received_at=at,
    )
    assert poll_disputes(at=at) == 0
    assert sweep_events(at=at) == 1
    payment.refresh_from_db()
    assert payment.lost_cents == 9600


def test_an_open_dispute_is_looked_at_once_an_hour(bank, payment, at):
    bank.contest(9600)
    assert poll_disputes(at=at + timedelta(minutes=59)) == 0
    assert poll_disputes(at=at + timedelta(minutes=61)) == 1
    assert poll_disputes(at=at + timedelta(minutes=62)) == 0
