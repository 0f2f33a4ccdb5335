"""Disputes, fees, payouts and the balance over the wire: after each, the books and Stripe say the same."""

from datetime import timedelta

import pytest
from django.db import connection

from collective.ledger import guards
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Line
from collective.payments.dispute_models import Dispute
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import SellerAccount, Transfer
from collective.payments.models import Payment, Refund, StripeEvent
from collective.payments.operations import run_operations
from collective.payments.refund import PaymentDisputed, refund_payment
from collective.payments.settle import look_at_payment
from collective.payments.take_dispute import look_at_disputes
from collective.reconciliation.check_books import check_books
from collective.reconciliation.models import BalanceMovement, BooksCheck, Disagreement, Payout
from collective.reconciliation.opening import open_comparison
from tests.collective.money import a_workshop, books
from tests.collective.payments.distribution.scene import finish, make_rounds
from tests.collective.payments.faults.emulated import active_account
from tests.factories import MembershipFactory

DISPUTE_FEE, DAY = 1500, 86400
LATER = timedelta(minutes=20)  # news is no news any more


@pytest.fixture
def workshop(db, settings, stripe, at):
    settings.STRIPE_SECRET_KEY = "sk_test_emulated"
    workshop = a_workshop()
    MembershipFactory(collective=workshop.collective, role="treasurer")
    open_comparison(livemode=False, at=at - timedelta(hours=1))
    return workshop


@pytest.fixture
def payment(workshop, paid, at):
    return look_at_payment(payment=paid(workshop=workshop, purpose="rien", subject="R1"), at=at)


@pytest.fixture
def distributed(payment, stripe, gateway, at):
    """Finished, and sent to the workshop and the fund."""
    for entity in (books_of(payment.workshop.seller), fund_of(payment.workshop.collective)):
        account = account_of(entity)
        account.account_id, account.status = active_account(stripe, gateway), SellerAccount.Status.ACTIVE
        account.save()
    finish(payment.workshop, payment=payment, labour=9600, at=at)
    make_rounds(at=at)
    assert Transfer.objects.filter(state="sent").count() == 2
    return payment


def open_kinds(at):
    check_books(at=at)
    return sorted(Disagreement.objects.open().values_list("kind", flat=True))


def all_agrees(at):
    check, said = check_books(at=at)
    assert {name: found for name, found in said.items() if found} == {}
    assert list(Disagreement.objects.open().values_list("kind", "about", "ours_cents", "theirs_cents")) == []
    assert check.provider == "compared"
    assert check.books_cents == check.provider_cents
    assert not BalanceMovement.objects.filter(matched_at=None).exists()


def contest(stripe, payment, at, **how):
    made = stripe.dispute(intent=payment.intent_id, **how)
    [*_, dispute] = look_at_disputes(payment=payment, at=at)
    payment.refresh_from_db()
    return made["id"], dispute


def judge(stripe, payment, dispute, do, at):
    stripe.dispute(dispute=dispute, do=do)
    look_at_disputes(payment=payment, at=at)
    payment.refresh_from_db()


def test_a_payment_a_refund_and_transfers_agree_with_the_balance(distributed, at):
    refund_payment(payment=distributed, amount_cents=2500, reason="geste", at=at)
    make_rounds(at=at)
    all_agrees(at + LATER)
    assert set(BalanceMovement.objects.values_list("kind", flat=True)) >= {"charge", "refund", "transfer"}


@pytest.mark.parametrize("end", [None, "win", "lose"])
@pytest.mark.parametrize("cents", [9600, 3333])
def test_fault_29_a_dispute_before_the_work(payment, stripe, at, end, cents):
    name, dispute = contest(stripe, payment, at, amount=cents)
    assert (dispute.taken_cents, dispute.fee_cents) == (cents, DISPUTE_FEE)
    if end:
        judge(stripe, payment, name, end, at)
    assert payment.kept_cents == (9600 - cents if end == "lose" else 9600)
    all_agrees(at + LATER)


@pytest.mark.parametrize("end", ["win", "lose"])
def test_fault_29_a_dispute_after_distribution(distributed, stripe, at, end):
    before = books(distributed.workshop)
    name, _dispute = contest(stripe, distributed, at)
    make_rounds(at=at)
    judge(stripe, distributed, name, end, at)
    make_rounds(at=at)
    back = sum(row["amount_reversed"] for row in stripe.objects("transfer"))
    after = books(distributed.workshop)
    if end == "win":
        assert back == 0
        assert (after["seller"], after["fund"]) == (before["seller"], before["fund"])
    else:
        assert back == sum(Transfer.objects.values_list("amount_cents", flat=True))
        assert (after["seller"], after["fund"]) == ({}, {})
    all_agrees(at + LATER)


def test_fault_29_while_it_is_open_nothing_is_sent(payment, stripe, gateway, at):
    name, _dispute = contest(stripe, payment, at)
    for entity in (books_of(payment.workshop.seller), fund_of(payment.workshop.collective)):
        account = account_of(entity)
        account.account_id, account.status = active_account(stripe, gateway), SellerAccount.Status.ACTIVE
        account.save()
    finish(payment.workshop, payment=payment, labour=9600, at=at)
    make_rounds(at=at)
    assert stripe.objects("transfer") == []
    judge(stripe, payment, name, "win", at)
    make_rounds(at=at)
    assert len(stripe.objects("transfer")) == 2
    all_agrees(at + LATER)


def test_fault_29_a_dispute_of_which_no_event_came_is_found_in_the_balance(payment, stripe, at):
    stripe.dispute(intent=payment.intent_id)
    all_agrees(at + LATER)
    assert Dispute.objects.get().payment == payment


def test_fault_26_a_refund_during_a_dispute_is_refused_by_us_before_stripe_would(payment, stripe, at, wire):
    contest(stripe, payment, at)
    calls = len(wire.calls)
    with pytest.raises(PaymentDisputed):
        refund_payment(payment=payment, amount_cents=100, reason="", at=at)
    assert len(wire.calls) == calls


def test_fault_26_a_refund_planned_before_the_dispute_opened_is_refused_and_calls_a_person(payment, stripe, at):
    refund_payment(payment=payment, amount_cents=100, reason="", at=at)
    contest(stripe, payment, at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert (payment.refunded_cents, payment.trouble) == (0, "refused")


def test_fault_26_a_refund_that_fails_later_is_ours_again(payment, stripe, at):
    refund_payment(payment=payment, amount_cents=2000, reason="geste", at=at)
    run_operations(at=at)
    refund = Refund.objects.get()
    stripe.fault(on="refund", do="fail", match=refund.provider_id)
    assert open_kinds(at + LATER) == ["books"]  # the check looked by itself; the person still waits for the money
    refund.refresh_from_db()
    assert refund.failed_at
    assert "came back and waits" in Disagreement.objects.open().get().said
    assert not BalanceMovement.objects.filter(matched_at=None).exists()


def test_fault_26_a_refund_in_the_dashboard_of_which_no_event_came_is_found_in_the_balance(payment, gateway, at):
    gateway.refund(intent_id=payment.intent_id, amount_cents=2500, key="by hand")
    all_agrees(at + LATER)
    assert Refund.objects.get().operation is None


def test_fault_30_a_chargeback_after_a_refund_goes_twice_and_is_named(payment, stripe, at):
    refund_payment(payment=payment, amount_cents=6000, reason="geste", at=at)
    run_operations(at=at)
    name, _dispute = contest(stripe, payment, at, amount=9600)
    judge(stripe, payment, name, "lose", at)
    assert (payment.kept_cents, Dispute.objects.get().twice_cents) == (0, 6000)
    all_agrees(at + LATER)


def test_fault_31_a_fee_that_differs_from_what_was_booked_is_taken_as_it_is(payment, at):
    real = payment.fee_cents
    with guards.lifted(connection):  # as if an estimate of 100 had been booked
        lines = Line.objects.filter(entry__source=f"fee:{payment.reference}")
        lines.filter(account="627").update(amount=100)
        lines.filter(account="517").update(amount=-100)
    Payment.objects.filter(pk=payment.pk).update(fee_cents=100)
    all_agrees(at + LATER)
    payment.refresh_from_db()
    assert payment.fee_cents == real


def test_fault_32_a_payout_reaches_the_bank_itemised(payment, stripe, at):
    stripe.advance(4 * DAY)
    stripe.payout()
    all_agrees(at + timedelta(days=4, minutes=20))
    payout = Payout.objects.get()
    assert (payout.status, payout.amount_cents) == ("paid", payout.listed_cents)
    platform = books(payment.workshop)["platform"]
    assert (platform.get("517"), platform.get("580"), platform["512"]) == (None, None, 9600 - payment.fee_cents)


def test_fault_32_a_payout_on_its_way_then_at_the_bank(payment, stripe, at):
    stripe.advance(4 * DAY)
    stripe.payout(wait=True)
    all_agrees(at + timedelta(days=4, minutes=20))
    assert books(payment.workshop)["platform"]["580"] == 9600 - payment.fee_cents
    stripe.advance(3 * DAY)
    all_agrees(at + timedelta(days=7, minutes=20))
    assert books(payment.workshop)["platform"]["512"] == 9600 - payment.fee_cents


def test_fault_32_a_payout_that_fails(payment, stripe, at):
    stripe.advance(4 * DAY)
    stripe.payout(fails=True)
    assert open_kinds(at + timedelta(days=4, minutes=20)) == ["payout_failed"]
    platform = books(payment.workshop)["platform"]
    assert (platform["517"], platform.get("580"), platform.get("512")) == (9600 - payment.fee_cents, None, None)


def test_fault_32_a_payout_with_a_transaction_that_belongs_to_nothing(payment, stripe, at):
    stripe.advance(4 * DAY)
    stripe.payout(unknown=-700)
    assert open_kinds(at + timedelta(days=4, minutes=20)) == ["unknown"]
    assert Disagreement.objects.open().get().theirs_cents == -700


def test_fault_32_a_payout_that_leaves_a_transaction_out(payment, stripe, at):
    stripe.advance(4 * DAY)
    stripe.payout(fee=200, missing=True)
    assert open_kinds(at + timedelta(days=4, minutes=20)) == ["payout_sum"]


def test_the_check_of_a_silent_provider_says_so(payment, stripe, at):
    stripe.fault(on="api", do="error_before", match="GET /v1/balance", times=3)
    check, _said = check_books(at=at + LATER)
    assert (check.provider, check.is_green) == (BooksCheck.Provider.SILENT, False)
    assert not StripeEvent.objects.exists()
