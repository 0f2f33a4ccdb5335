"""Repairs, refunds, accounts that come and empty themselves, in any order: what leaves is what the books owe."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.models import Receivable, Transfer
from collective.payments.operations import run_operations
from collective.payments.refund import refundable_cents
from tests.collective.money import a_workshop, books
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import activate, finish, give_back, make_rounds, pay_online

pytestmark = pytest.mark.django_db(transaction=True)


class Story:
    """One workshop, and what happens to it; every figure comes from the seed."""

    def __init__(self, provider, at, seed):
        self.provider, self.at, self.rng = provider, at, random.Random(seed)
        self.workshop = a_workshop()
        self.entities = books_of(self.workshop.seller), fund_of(self.workshop.collective)
        self.payments = []

    def repair(self):
        total = self.rng.randint(50, 20_000)
        payment = pay_online(self.provider, self.workshop, self.rng.randint(50, total), at=self.at)
        rates = {"fund_bp": self.rng.randint(0, 5000), "platform_bp": self.rng.randint(0, 5000)}
        finish(self.workshop, payment=payment, labour=total, at=self.at, **rates)
        self.payments.append(payment)

    def counter(self):
        finish(self.workshop, labour=self.rng.randint(1, 9000), at=self.at)

    def refund(self, *, whole=False):
        for payment in self.payments if whole else self.rng.sample(self.payments, min(1, len(self.payments))):
            payment.refresh_from_db()
            if left := refundable_cents(payment):
                give_back(payment, left if whole else self.rng.randint(1, left), at=self.at)

    def account(self):
        activate(self.provider, self.rng.choice(self.entities))

    def empty(self):
        self.provider.balances.update(dict.fromkeys(self.provider.balances, 0))

    def rounds(self):
        make_rounds(at=self.at)
        assert check_ledger() == ""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_sequence_leaves_what_the_books_owe_and_refunding_all_brings_all_back(provider, at, seed):
    story = Story(provider, at, seed)
    for _ in range(story.rng.randint(3, 8)):
        acts = (story.repair, story.repair, story.counter, story.refund, story.refund, story.account, story.empty)
        story.rng.choice(acts)()
        if story.rng.random() < 0.6:
            story.rounds()
    for entity in story.entities:
        activate(provider, entity)
    story.rounds()
    story.refund(whole=True)
    story.rounds()
    owing = sum(row.left_cents for row in Receivable.objects.open_().filter(entity__in=story.entities))
    waiting = sum(row.amount_cents for row in Transfer.objects.filter(entity__in=story.entities, state="waits"))
    platform = books(story.workshop)["platform"].items()
    assert sum(cents for account, cents in platform if account.startswith("467")) == owing - waiting
    assert run_operations(at=at) == 0
