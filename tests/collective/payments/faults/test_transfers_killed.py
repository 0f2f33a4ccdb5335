"""Fault 10: killed at every point of a transfer or a reversal, then started again: sent once, booked once."""

import pytest

from backend.lib.outbox import LEASE as ROW_LEASE
from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import Reversal, SellerAccount, Transfer
from collective.payments.operations import LEASE, run_operations
from collective.payments.settle import look_at_payment
from tests.collective.money import books
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import finish, give_back, make_rounds
from tests.collective.payments.faults.emulated import active_account
from tests.collective.payments.test_crash import crash

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
POINTS = ("before_plan", "before_call", "after_call", "before_commit", "after_commit")


@pytest.fixture
def finished(paid, stripe, gateway, at):
    """A repair of 96 euros paid online, finished; nothing is sent yet."""
    payment = look_at_payment(payment=paid(subject="T10001"), at=at)
    for entity in (books_of(payment.workshop.seller), fund_of(payment.workshop.collective)):
        account = account_of(entity)
        account.account_id, account.status = active_account(stripe, gateway), SellerAccount.Status.ACTIVE
        account.save()
    finish(payment.workshop, payment=payment, labour=9600, at=at)
    return payment


def sent(stripe):
    return sorted(row["amount"] - row["amount_reversed"] for row in stripe.objects("transfer"))


def recover(at):
    make_rounds(at=at + max(LEASE, ROW_LEASE))
    assert check_ledger() == ""


@pytest.mark.parametrize("point", POINTS)
def test_fault_10_a_transfer_is_sent_once_wherever_it_was_killed(finished, stripe, at, point):
    crash(stripe, point, at)
    recover(at)
    # Labour before VAT 8000: 800 for the fund, 240 for the platform, the fee of 169 for the provider.
    assert sent(stripe) == [800, 9600 - 800 - 240 - finished.fee_cents]
    assert set(Transfer.objects.values_list("state", flat=True)) == {"sent"}
    assert "467.seller" not in books(finished.workshop)["platform"]


@pytest.mark.parametrize("point", POINTS)
def test_fault_10_a_reversal_is_made_once_wherever_it_was_killed(finished, stripe, at, point):
    make_rounds(at=at)
    before = sum(sent(stripe))
    give_back(finished, 4800, at=at)
    run_operations(at=at)  # the refund itself; its reversals are planned and made by who is killed
    crash(stripe, point, at)
    recover(at)
    assert before - sum(sent(stripe)) == 4800 - 120 - finished.fee_cents // 2
    assert set(Reversal.objects.values_list("state", flat=True)) == {"done"}
    assert "467.seller" not in books(finished.workshop)["platform"]
