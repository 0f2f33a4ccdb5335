"""A seller begins, completes, loses its account."""

from datetime import timedelta

import pytest

from backend.lib.errors import NotAllowed
from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.accounts import (
    AccountClosed,
    OnboardingUnavailable,
    begin_onboarding,
    look_at_account,
    poll_accounts,
)
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import SellerAccount
from collective.workshops.models import Staff
from tests.collective.money import a_workshop
from tests.collective.payments.distribution.scene import finish, make_rounds, pay_online
from tests.factories import MembershipFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)
BACK = {"refresh_url": "http://127.0.0.1:8000/encore", "return_url": "http://127.0.0.1:8000/retour"}


@pytest.fixture
def workshop(at):
    return a_workshop()


@pytest.fixture
def owner(workshop):
    return StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user


def begin(workshop, owner, at):
    return begin_onboarding(entity=books_of(workshop.seller), by=owner, at=at, **BACK)


def test_beginning_twice_opens_one_account(provider, workshop, owner, at):
    assert begin(workshop, owner, at).startswith("https://connect.example/acct_")
    begin(workshop, owner, at)
    assert len(provider.accounts) == 1
    assert provider.calls.count("open_onboarding") == 2


def test_coming_back_proves_nothing_the_account_is_read(provider, workshop, owner, at):
    begin(workshop, owner, at)
    account = look_at_account(account=account_of(books_of(workshop.seller)), at=at)
    assert (account.status, account.is_active) == ("restricted", False)
    assert account.due == ["identity.business_details.registered_name"]
    provider.set_account(account.account_id, "active")
    account = look_at_account(account=account, at=at)
    assert (account.status, account.due, account.active_since) == ("active", [], at)


def test_what_waited_leaves_when_it_becomes_active(provider, workshop, owner, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    begin(workshop, owner, at)
    account = account_of(books_of(workshop.seller))
    provider.set_account(account.account_id, "active")
    look_at_account(account=account, at=at)
    make_rounds(at=at)
    assert provider.sent_to(account.account_id) == 6000 - 650 - payment.fee_cents


def test_only_the_owner_begins_and_only_the_treasurer_for_the_fund(provider, workshop, owner, at):
    for entity, by in (
        (books_of(workshop.seller), StaffFactory(workshop=workshop).user),
        (fund_of(workshop.collective), owner),
    ):
        with pytest.raises(NotAllowed):
            begin_onboarding(entity=entity, by=by, at=at, **BACK)
    treasurer = MembershipFactory(collective=workshop.collective, role="treasurer").user
    assert begin_onboarding(entity=fund_of(workshop.collective), by=treasurer, at=at, **BACK)


def test_a_provider_that_is_away_leaves_it_to_be_tried_again(provider, workshop, owner, at):
    provider.is_away = True
    with pytest.raises(OnboardingUnavailable):
        begin(workshop, owner, at)
    provider.is_away = False
    assert begin(workshop, owner, at)


def test_a_closed_account_is_said_plainly(provider, workshop, owner, at):
    begin(workshop, owner, at)
    account = account_of(books_of(workshop.seller))
    provider.set_account(account.account_id, "active", closed=True)
    assert look_at_account(account=account, at=at).status == "closed"
    with pytest.raises(AccountClosed):
        begin(workshop, owner, at)


def test_the_rounds_look_at_an_account_every_ten_minutes_until_it_is_active(provider, workshop, owner, at):
    begin(workshop, owner, at)
    assert poll_accounts(at=at) == 1
    assert poll_accounts(at=at + timedelta(minutes=9)) == 0
    provider.set_account(account_of(books_of(workshop.seller)).account_id, "active")
    assert poll_accounts(at=at + timedelta(minutes=10)) == 1
    assert poll_accounts(at=at + timedelta(hours=2)) == 0
    assert SellerAccount.objects.get(entity=books_of(workshop.seller)).is_active


def test_an_account_that_cannot_be_read_any_more_is_closed_to_us(provider, workshop, owner, at):
    begin(workshop, owner, at)
    account = account_of(books_of(workshop.seller))
    provider.accounts.clear()
    assert look_at_account(account=account, at=at).status == "closed"
