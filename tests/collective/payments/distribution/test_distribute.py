"""From the finished repair to the seller's account, and back."""

from datetime import timedelta

import pytest

from backend.lib.outbox import sweep_outbox
from collective.ledger.entities import books_of, fund_of
from collective.payments.distribution.models import Netting, Receivable, Reversal, Transfer
from collective.payments.freeze import freeze, unfreeze
from collective.payments.models import Operation
from collective.payments.operations import run_operations
from collective.sharing.keep_advance import keep_advance
from tests.collective.money import a_workshop, books
from tests.collective.payments.distribution.scene import (
    activate,
    finish,
    give_back,
    make_rounds,
    pay_online,
    ready_workshop,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workshop(provider, at):
    return ready_workshop(provider)


def to(entity):
    return f"acct_e{entity.pk}"


def accounts(workshop):
    return to(books_of(workshop.seller)), to(fund_of(workshop.collective))


def test_an_advance_stays_until_the_repair_is_finished(provider, workshop, at):
    pay_online(provider, workshop, 6000, at=at)
    make_rounds(at=at)
    assert not Transfer.objects.exists()


def test_the_finished_repair_sends_each_its_share(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    seller, fund = accounts(workshop)
    # Labour before VAT 5000: 10 % to the fund, 3 % to the platform, the fee borne by labour.
    assert provider.sent_to(fund) == 500
    assert provider.sent_to(seller) == 6000 - 500 - 150 - payment.fee_cents
    standing = books(workshop)
    assert "467.seller" not in standing["platform"]
    assert "467.fund" not in standing["platform"]
    assert standing["platform"]["517"] == 150 + payment.fee_cents - payment.fee_cents
    assert standing["seller"]["517"] == provider.sent_to(seller)
    assert {one.charge_id for one in provider.transfers.values()} == {payment.charge_id}
    assert {one.transfer_group for one in provider.transfers.values()} == {payment.subject}


def test_distributing_again_sends_nothing_more(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    for _ in range(3):
        finish(workshop, payment=payment, at=at)
        make_rounds(at=at)
    assert len(provider.transfers) == 2


def test_a_refund_takes_back_the_stored_shares(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    seller, fund = accounts(workshop)
    before = provider.sent_to(seller), provider.sent_to(fund)
    give_back(payment, 3000, at=at)
    make_rounds(at=at)
    assert provider.sent_to(fund) == before[1] - 250
    # Half of the contributions comes back to the seller, so it gives back 3000 less that half.
    assert before[0] - provider.sent_to(seller) == 3000 - 250 - 75 - payment.fee_cents // 2
    assert "467.seller" not in books(workshop)["platform"]


def test_kept_of_a_late_cancellation_is_sent_to_the_seller_alone(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    give_back(payment, 4000, at=at)
    keep_advance(workshop=workshop, reference=payment.subject, kept_cents=2000, at=at)
    make_rounds(at=at)
    seller, fund = accounts(workshop)
    assert (provider.sent_to(seller), provider.sent_to(fund)) == (2000, 0)


def test_what_is_owed_of_a_repair_paid_at_the_counter_comes_off_the_next_transfer(provider, workshop, at):
    counter = finish(workshop, at=at)
    make_rounds(at=at)
    owed = Receivable.objects.get()
    assert (owed.reference, owed.cause, owed.left_cents) == (counter, "contributions", 650)
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    seller, _fund = accounts(workshop)
    assert provider.sent_to(seller) == 6000 - 650 - 650 - payment.fee_cents
    assert Receivable.objects.get().left_cents == 0
    assert Netting.objects.get().amount_cents == 650
    standing = books(workshop)
    assert "467.seller" not in standing["platform"]
    assert "478" not in standing["platform"] | standing["seller"]


def test_a_receivable_that_comes_later_lowers_what_still_waits(provider, at):
    workshop = a_workshop()
    activate(provider, fund_of(workshop.collective))
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    waiting = Transfer.objects.get(entity=books_of(workshop.seller))
    assert (waiting.state, waiting.reason) == ("waits", "no_account")
    finish(workshop, at=at)
    make_rounds(at=at)
    waiting.refresh_from_db()
    assert waiting.amount_cents == 6000 - 650 - 650 - payment.fee_cents


def test_a_second_payment_of_the_same_repair_is_sent_to_nobody(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    pay_online(provider, workshop, 6000, at=at, subject=payment.subject)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    seller, fund = accounts(workshop)
    assert provider.sent_to(seller) + provider.sent_to(fund) == 6000 - 150 - payment.fee_cents


def test_a_refund_on_its_way_first_still_ends_at_what_is_left(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    give_back(payment, 6000, at=at)
    make_rounds(at=at)
    seller, fund = accounts(workshop)
    assert (provider.sent_to(seller), provider.sent_to(fund)) == (0, 0)


def test_nothing_leaves_while_the_payment_is_disputed(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    freeze(subject=payment.subject, cause="dp_1", at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    assert not provider.transfers
    assert {row.reason for row in Transfer.objects.all()} == {"frozen"}
    unfreeze(subject=payment.subject, cause="dp_1", at=at)
    make_rounds(at=at)
    assert len(provider.transfers) == 2


def test_a_freeze_stops_what_is_planned_and_not_sent(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    sweep_outbox(at=at)
    assert Transfer.objects.in_flight().count() == 2
    freeze(subject=payment.subject, cause="dp_1", at=at)
    make_rounds(at=at)
    assert not provider.transfers
    assert not Operation.objects.filter(state="pending").exists()
    unfreeze(subject=payment.subject, cause="dp_1", at=at)
    make_rounds(at=at)
    assert len(provider.transfers) == 2


def test_a_day_old_key_is_not_sent_again_before_looking(provider, workshop, at, monkeypatch):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    sweep_outbox(at=at)
    # The call arrived; its answer was lost, and the provider has forgotten the key since.
    operation = Operation.objects.filter(kind="transfer").earliest("pk")
    asked = {name: value for name, value in operation.params.items() if name != "transfer"}
    provider.transfer(**asked, reference=operation.key, key="forgotten")
    Operation.objects.filter(pk=operation.pk).update(attempts=1)
    make_rounds(at=at + timedelta(hours=21))
    assert len(provider.transfers) == 2
    assert Transfer.objects.filter(state="sent").count() == 2


def test_a_day_old_reversal_is_looked_for_too(provider, workshop, at):
    payment = pay_online(provider, workshop, 6000, at=at)
    finish(workshop, payment=payment, at=at)
    make_rounds(at=at)
    give_back(payment, 6000, at=at)
    run_operations(at=at)
    sweep_outbox(at=at)
    reversal = Reversal.objects.earliest("pk")
    provider.reverse_transfer(
        transfer_id=reversal.transfer.provider_id,
        amount_cents=reversal.amount_cents,
        reference=reversal.operation.key,
        key="forgotten",
    )
    Operation.objects.filter(pk=reversal.operation_id).update(attempts=1)
    make_rounds(at=at + timedelta(hours=21))
    assert len(provider.reversals) == 2
    assert set(Reversal.objects.values_list("state", flat=True)) == {"done"}
