"""Faults of what leaves for members: refunds after it left, accounts that cannot take it, rules that changed."""

from datetime import timedelta

import pytest

from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.accounts import look_at_account, poll_accounts
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import Receivable, Reversal, Transfer
from collective.payments.models import Operation
from collective.payments.settle import look_at_payment
from collective.sharing.models import SharingKey
from tests.collective.money import books
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import (
    finish,
    give_back,
    make_rounds,
    pay_online,
    ready_workshop,
)

pytestmark = pytest.mark.django_db(transaction=True)


def sent(provider, workshop):
    entities = books_of(workshop.seller), fund_of(workshop.collective)
    return tuple(provider.sent_to(account_of(entity).account_id) for entity in entities)


@pytest.mark.parametrize("parts", [(5999, 1), (1,) * 5 + (5995,), (1999, 2001, 1, 1999), (3333, 2667)])
def test_fault_26_refunds_after_the_transfer_take_all_back_to_the_last_cent(provider, at, parts):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at, fund_bp=777, platform_bp=333)
    make_rounds(at=at)
    before = sum(sent(provider, workshop))
    given = 0
    for part in parts:
        give_back(payment, part, at=at)
        make_rounds(at=at)
        given += part
        assert sum(sent(provider, workshop)) <= min(before, 6000 - given + payment.fee_cents)
        assert check_ledger() == ""
    assert sent(provider, workshop) == (0, 0)
    assert books(workshop)["platform"] == {"517": -payment.fee_cents, "627": payment.fee_cents}
    assert books(workshop)["seller"] == {}


def test_fault_26_a_refund_from_the_dashboard_takes_the_transfer_back_too(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    provider.refund(intent_id=payment.intent_id, amount_cents=6000, key="dashboard")
    look_at_payment(payment=payment, at=at)
    make_rounds(at=at)
    assert sent(provider, workshop) == (0, 0)
    assert check_ledger() == ""


@pytest.mark.parametrize(
    ("status", "closed", "reason"),
    [("pending", False, "pending"), ("restricted", False, "restricted"), ("active", True, "closed")],
)
def test_fault_27_nothing_leaves_for_an_account_that_is_not_active(provider, at, status, closed, reason):
    workshop = ready_workshop(provider)
    account = account_of(books_of(workshop.seller))
    provider.set_account(account.account_id, status, "identity.documents", closed=closed)
    look_at_account(account=account, at=at)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    assert sent(provider, workshop)[0] == 0
    row = Transfer.objects.get(entity=account.entity)
    assert (row.state, row.reason) == ("waits", reason)
    assert (row in Transfer.objects.waiting_for_a_person()) == (reason != "pending")
    assert check_ledger() == ""
    # It becomes active: the news is lost, the next round of looks finds it.
    provider.set_account(account.account_id, "active")
    later = at + timedelta(days=2)
    poll_accounts(at=later)
    make_rounds(at=later)
    assert sent(provider, workshop)[0] == 6000 - 650 - payment.fee_cents
    assert check_ledger() == ""


def test_fault_27_an_account_that_closes_on_the_way_keeps_the_money_here(provider, at):
    workshop = ready_workshop(provider)
    account = account_of(books_of(workshop.seller))
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    provider.set_account(account.account_id, "unsupported", closed=True)  # we still believe it active
    make_rounds(at=at)
    row = Transfer.objects.get(entity=account.entity)
    assert (row.state, row.reason) == ("waits", "refused")
    assert "insufficient_capabilities" in row.said
    assert row in Transfer.objects.waiting_for_a_person()
    make_rounds(at=at)
    poll_accounts(at=at)
    make_rounds(at=at)
    row.refresh_from_db()
    assert row.reason == "closed"
    assert Operation.objects.filter(kind="transfer", state="refused").count() == 1
    assert check_ledger() == ""


def test_fault_27_a_refund_of_what_an_account_refused_takes_nothing_from_it(provider, at):
    workshop = ready_workshop(provider)
    account = account_of(books_of(workshop.seller))
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    provider.set_account(account.account_id, "unsupported")
    make_rounds(at=at)
    give_back(payment, 6000, at=at)
    make_rounds(at=at)
    assert not Transfer.objects.filter(entity=account.entity).exists()
    assert not Receivable.objects.exists()
    assert check_ledger() == ""


def test_fault_28_a_reversal_without_balance_becomes_a_receivable_netted_next_time(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    account = account_of(books_of(workshop.seller))
    gone = provider.sent_to(account.account_id)
    provider.balances[account.account_id] = 0  # paid out to its bank yesterday
    give_back(payment, 6000, at=at)
    make_rounds(at=at)
    owed = Receivable.objects.get(entity=account.entity)
    assert (owed.left_cents, owed.cause) == (gone, "refund")
    assert Reversal.objects.get(transfer__entity=account.entity).state == "failed"
    assert check_ledger() == ""
    again = pay_online(provider, workshop, 9000, at=at)
    finish(workshop, payment=again, labour=9000, at=at)
    make_rounds(at=at)
    due = 9000 - 750 - 225 - again.fee_cents
    assert provider.sent_to(account.account_id) - gone == due - gone
    owed.refresh_from_db()
    assert owed.left_cents == 0
    assert "467.seller" not in books(workshop)["platform"]
    assert check_ledger() == ""


def test_fault_28_a_receivable_larger_than_the_next_due_takes_several(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    account = account_of(books_of(workshop.seller))
    gone = provider.sent_to(account.account_id)
    provider.balances[account.account_id] = 0
    give_back(payment, 6000, at=at)
    make_rounds(at=at)
    for _ in range(3):
        small = pay_online(provider, workshop, 2400, at=at)
        finish(workshop, payment=small, labour=2400, at=at)
        make_rounds(at=at)
        assert check_ledger() == ""
    dues = 3 * (2400 - 200 - 60 - small.fee_cents)
    assert provider.sent_to(account.account_id) - gone == dues - gone
    assert not Receivable.objects.open_().exists()


def test_fault_33_the_rule_stored_at_the_sale_wins_over_a_later_vote(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at, fund_bp=1000, platform_bp=300)
    make_rounds(at=at)
    SharingKey.objects.create(
        collective=workshop.collective, name="voted since", valid_from=at.date(), fund_bp=9000, platform_bp=1000
    )
    give_back(payment, 3000, at=at)
    make_rounds(at=at)
    assert sent(provider, workshop)[1] == 250  # half of ten per cent, as it was sold
    assert check_ledger() == ""


@pytest.mark.parametrize("cents", [50, 51, 99, 101, 6001])
@pytest.mark.parametrize(("fund_bp", "platform_bp"), [(0, 0), (1, 1), (10000, 0), (333, 9667)])
def test_fault_34_odd_cents_and_extreme_rules_leave_no_cent_behind(provider, at, cents, fund_bp, platform_bp):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, cents, at=at)
    finish(workshop, payment=payment, labour=cents, at=at, fund_bp=fund_bp, platform_bp=platform_bp)
    make_rounds(at=at)
    assert sum(sent(provider, workshop)) <= cents
    assert check_ledger() == ""
    give_back(payment, cents, at=at)
    make_rounds(at=at)
    assert sent(provider, workshop) == (0, 0)
    assert check_ledger() == ""


def test_fault_34_a_member_who_leaves_is_still_paid_and_still_pays_back(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    workshop.closed_at = at
    workshop.save()
    workshop.staff.update(ended_at=at)
    make_rounds(at=at)
    assert sent(provider, workshop)[0] == 6000 - 650 - payment.fee_cents
    give_back(payment, 1, at=at)
    make_rounds(at=at)
    assert check_ledger() == ""
