"""Two sweepers at once, and a refund that passes between: each share is planned once."""

from threading import Thread

import pytest
from django.db import connection

from collective.ledger.entities import books_of
from collective.payments.distribution.distribute import distribute
from collective.payments.distribution.models import Netting, Transfer
from collective.payments.operations import run_operations
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import finish, give_back, make_rounds, pay_online, ready_workshop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def at_once(*works):
    failures = []

    def run(work):
        try:
            work()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_four_who_distribute_at_once_plan_each_share_once(provider, at):
    workshop = ready_workshop(provider)
    finish(workshop, at=at)
    make_rounds(at=at)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    at_once(*[lambda: distribute(reference=payment.subject, at=at)] * 4)
    assert Transfer.objects.filter(reference=payment.subject).count() == 2
    assert Netting.objects.count() == 1
    make_rounds(at=at)
    assert check_ledger() == ""


def test_two_repairs_at_once_pay_one_debt_once(provider, at):
    workshop = ready_workshop(provider)
    finish(workshop, at=at)
    make_rounds(at=at)
    payments = [pay_online(provider, workshop, 6000, at=at) for _ in range(2)]
    for payment in payments:
        finish(workshop, payment=payment, at=at)
    at_once(*[lambda reference=payment.subject: distribute(reference=reference, at=at) for payment in payments])
    assert sum(Netting.objects.values_list("amount_cents", flat=True)) == 650
    make_rounds(at=at)
    assert check_ledger() == ""


def test_sending_and_distributing_at_once_ends_even(provider, at):
    workshop = ready_workshop(provider)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    distribute(reference=payment.subject, at=at)
    give_back(payment, 2500, at=at)
    at_once(
        lambda: run_operations(at=at),
        lambda: distribute(reference=payment.subject, at=at),
        lambda: run_operations(at=at),
        lambda: distribute(reference=payment.subject, at=at),
    )
    make_rounds(at=at)
    assert check_ledger() == ""
    seller = books_of(workshop.seller)
    # Half the way back: 2500 less 2500/6000 of each contribution, each rounded down.
    assert provider.sent_to(f"acct_e{seller.pk}") == 6000 - 650 - payment.fee_cents - 2500 + sum(
        cents * 2500 // 6000 for cents in (500, 150, payment.fee_cents)
    )
