"""The whole way against the emulator, every request and answer checked: onboarding, transfers, what comes back."""

from datetime import timedelta

import pytest

from backend.lib.outbox import sweep_outbox
from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.accounts import begin_onboarding, poll_accounts
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import Receivable, Reversal, Transfer
from collective.payments.distribution.order import KIND
from collective.payments.models import StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import sweep_events
from collective.payments.settle import look_at_payment
from collective.workshops.models import Staff
from tests.collective.payments.conftest import asked, emulator, gateway, opened, paid, stripe, wire  # noqa: F401
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import finish, give_back, make_rounds
from tests.factories import MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)
BACK = {"refresh_url": "http://127.0.0.1:8000/encore", "return_url": "http://127.0.0.1:8000/retour"}


@pytest.fixture
def payment(paid, stripe, at):  # noqa: F811
    """Finished, with accounts that were opened on the provider's own pages."""
    payment = look_at_payment(payment=paid(subject="T20001"), at=at)
    workshop = payment.workshop
    owner = StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user
    treasurer = MembershipFactory(collective=workshop.collective, role="treasurer").user
    for entity, by in ((books_of(workshop.seller), owner), (fund_of(workshop.collective), treasurer)):
        stripe.onboard(begin_onboarding(entity=entity, by=by, at=at, **BACK))
    finish(workshop, payment=payment, labour=9600, at=at)
    return payment


def balance(stripe, entity):  # noqa: F811
    return stripe.balance_of(account_of(entity).account_id)


def test_onboarded_paid_and_taken_back(payment, stripe, at):  # noqa: F811
    make_rounds(at=at)
    seller, fund = books_of(payment.workshop.seller), fund_of(payment.workshop.collective)
    assert {row.reason for row in Transfer.objects.all()} == {"no_account"}  # coming back proves nothing
    assert poll_accounts(at=at) == 2
    make_rounds(at=at)
    assert (balance(stripe, seller), balance(stripe, fund)) == (9600 - 1040 - payment.fee_cents, 800)
    give_back(payment, 9600, at=at)
    make_rounds(at=at)
    assert (balance(stripe, seller), balance(stripe, fund)) == (0, 0)
    assert check_ledger() == ""


def test_an_empty_account_owes_what_it_cannot_give_back(payment, stripe, at):  # noqa: F811
    poll_accounts(at=at)
    make_rounds(at=at)
    account = account_of(books_of(payment.workshop.seller))
    stripe.set_account(account.account_id, spend=balance(stripe, account.entity))
    give_back(payment, 9600, at=at)
    make_rounds(at=at)
    assert Reversal.objects.get(transfer__entity=account.entity).said.startswith("balance_insufficient")
    assert Receivable.objects.get(entity=account.entity).left_cents == 9600 - 1040 - payment.fee_cents
    assert check_ledger() == ""


@pytest.mark.parametrize("fault", ["lose_response", "error_before", "error_after", "rate_limit", "lock"])
def test_a_lost_answer_sends_nothing_twice(payment, stripe, at, fault):  # noqa: F811
    poll_accounts(at=at)
    sweep_outbox(at=at, kinds=[KIND])
    for _ in range(3):  # the client tries again by itself, twice
        stripe.fault(on="api", do=fault, match="POST /v1/transfers")
    run_operations(at=at)
    # A 500 stored under the key is answered until the key is old; then what it did is looked for.
    for wait in (timedelta(hours=21),) if fault == "error_after" else [timedelta(minutes=5 * n) for n in (1, 2, 3)]:
        make_rounds(at=at + wait)
    assert len(stripe.objects("transfer")) == 2
    assert Transfer.objects.filter(state="sent").count() == 2
    assert check_ledger() == ""


def test_word_of_an_account_has_it_read_at_once(payment, stripe, at):  # noqa: F811
    poll_accounts(at=at)
    account = account_of(books_of(payment.workshop.seller))
    stripe.set_account(account.account_id, closed=True)
    StripeEvent.objects.create(
        event_id="evt_1", kind="v2.core.account.closed", object_id=account.account_id, livemode=False, received_at=at
    )
    assert sweep_events(at=at) == 1
    assert poll_accounts(at=at) == 1
    account.refresh_from_db()
    assert account.status == "closed"
