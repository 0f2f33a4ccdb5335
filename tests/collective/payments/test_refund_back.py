"""Refunds that the card's bank sends back days later: taken back in the books, told, and settled by a person."""

import pytest

from backend.lib.models import OutboxRow
from collective.payments.check import what_disagrees_with_the_payments, what_waits_for_a_person
from collective.payments.models import Payment, Refund, TroubleSettled
from collective.payments.operations import run_operations
from collective.payments.refund import came_back_cents, refund_payment
from collective.payments.rights import NotTheTreasurer
from collective.payments.settle import look_at_payment
from collective.payments.settle_refund import RefundSettled, note_bank_refund, refund_again
from collective.payments.settle_trouble import NoteMissing, NotInTrouble, settle_trouble
from collective.sharing.share_out import share_out
from tests.collective.money import books
from tests.factories import MembershipFactory, UserFactory

FEE = 169


@pytest.fixture
def payment(paid, at):
    return look_at_payment(payment=paid(), at=at)


@pytest.fixture
def ines(payment):
    return MembershipFactory(collective=payment.workshop.collective, role="treasurer").user


@pytest.fixture
def come_back(stripe, at):
    """Refund, and have the bank send it back."""

    def give_and_take(payment, cents):
        refund_payment(payment=payment, amount_cents=cents, reason="geste", at=at)
        run_operations(at=at)
        refund = Refund.objects.latest("pk")
        stripe.fault(on="refund", do="fail", match=refund.provider_id)
        for _ in range(2):
            payment.refresh_from_db()
            look_at_payment(payment=payment, at=at)
        payment.refresh_from_db()
        return Refund.objects.get(pk=refund.pk)

    return give_and_take


def finish(payment, at):
    share_out(
        workshop=payment.workshop,
        reference=payment.subject,
        labour_cents=7000,
        parts_cents=2600,
        paid_online_cents=9600,
        fund_bp=700,
        platform_bp=300,
        fee_cents=payment.fee_cents,
        payments=[payment],
        at=at,
    )


def test_what_came_back_is_ours_again_and_two_people_are_told(payment, come_back, ines):
    before = books(payment.workshop)
    refund = come_back(payment, 2000)
    assert refund.failed_at
    assert (payment.refunded_cents, payment.trouble, came_back_cents(payment)) == (0, "", 2000)
    assert books(payment.workshop) == before
    told = [row.payload["to"] for row in OutboxRow.objects.filter(kind="mail").order_by("pk")]
    assert told == [payment.email, ines.email]
    assert what_disagrees_with_the_payments() == []
    [said] = what_waits_for_a_person()
    assert "came back and waits for a person" in said


@pytest.mark.parametrize("cents", [9600, 1234, 1])
def test_after_the_work_sale_and_shares_stand_again_to_the_cent(payment, come_back, at, cents):
    finish(payment, at)
    before = books(payment.workshop)
    come_back(payment, cents)
    assert books(payment.workshop) == before


def test_later_refunds_take_their_part_of_the_whole_again(payment, come_back, ines, at):
    finish(payment, at)
    come_back(payment, 3333)
    refund_payment(payment=payment, amount_cents=9600, reason="", at=at)
    run_operations(at=at)
    assert books(payment.workshop) == {"platform": {"517": -FEE, "627": FEE}, "seller": {}, "fund": {}}


def test_it_is_sent_again_when_a_person_says_so_once(payment, come_back, ines, at):
    refund = come_back(payment, 2000)
    refund_again(refund=refund, by=ines, at=at)
    with pytest.raises(RefundSettled):
        refund_again(refund=refund, by=ines, at=at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert (payment.refunded_cents, came_back_cents(payment)) == (2000, 0)
    assert what_disagrees_with_the_payments() == []


def test_it_is_paid_by_a_bank_transfer_instead(payment, come_back, ines, at):
    refund = come_back(payment, 2000)
    paid = note_bank_refund(refund=refund, by=ines, at=at)
    payment.refresh_from_db()
    assert (payment.refunded_cents, paid.means, paid.settled_by) == (2000, "bank", ines)
    platform = books(payment.workshop)["platform"]
    assert platform == {"517": 9600 - FEE, "512": -2000, "627": FEE, "467.seller": -7600}
    assert what_disagrees_with_the_payments() == []


@pytest.mark.parametrize("settle", [refund_again, note_bank_refund])
def test_only_who_keeps_the_money_settles_it(payment, come_back, at, settle):
    refund = come_back(payment, 2000)
    member = MembershipFactory(collective=payment.workshop.collective).user
    for person in (member, UserFactory()):
        with pytest.raises(NotTheTreasurer):
            settle(refund=refund, by=person, at=at)
    assert Refund.objects.waiting().count() == 1


def test_a_refund_that_stands_needs_nobody(payment, ines, at):
    refund_payment(payment=payment, amount_cents=2000, reason="", at=at)
    run_operations(at=at)
    with pytest.raises(RefundSettled):
        note_bank_refund(refund=Refund.objects.get(), by=ines, at=at)


def test_a_payment_leaves_its_trouble_by_a_person_with_a_reason(payment, ines, at):
    Payment.objects.update(trouble="amount")
    with pytest.raises(NoteMissing):
        settle_trouble(payment=payment, note="  ", by=ines, at=at)
    with pytest.raises(NotTheTreasurer):
        settle_trouble(payment=payment, note="vu", by=UserFactory(), at=at)
    settle_trouble(payment=payment, note="Vu avec Stripe : essai.", by=ines, at=at)
    assert not Payment.objects.in_trouble().exists()
    kept = TroubleSettled.objects.get()
    assert (kept.trouble, kept.settled_by, kept.note) == ("amount", ines, "Vu avec Stripe : essai.")
    with pytest.raises(NotInTrouble):
        settle_trouble(payment=payment, note="encore", by=ines, at=at)
