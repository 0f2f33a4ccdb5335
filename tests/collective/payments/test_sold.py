"""Refunds of what was finished, or kept, meanwhile: the payments and the shares meet in the books."""

import pytest

from collective.payments.operations import run_operations
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment
from collective.sharing.keep_advance import keep_advance
from collective.sharing.share_out import PaidChanged, share_out
from tests.collective.money import books

FEE = 169


def finish(payment, at, *, online=9600, fund_bp=700, **more):
    return share_out(
        workshop=payment.workshop,
        reference=payment.subject,
        labour_cents=7000,
        parts_cents=2600,
        paid_online_cents=online,
        fund_bp=fund_bp,
        platform_bp=300,
        fee_cents=payment.fee_cents,
        payments=[payment],
        at=at,
        **more,
    )


def give_back(payment, cents, at):
    refund_payment(payment=payment, amount_cents=cents, reason="geste", at=at)
    assert run_operations(at=at, payment=payment) == 1


def test_a_refund_after_the_work_brings_all_books_back_but_for_the_providers_fee(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    finish(payment, at)
    for cents in (1111, 8488, 1):
        give_back(payment, cents, at)
    assert books(payment.workshop) == {"platform": {"517": -FEE, "627": FEE}, "seller": {}, "fund": {}}


def test_a_refund_before_the_work_makes_the_sale_wait_for_the_new_sum(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    give_back(payment, 600, at)
    with pytest.raises(PaidChanged):
        finish(payment, at)
    finish(payment, at, online=9000)
    seller = books(payment.workshop)["seller"]
    assert seller["411"] == 600
    assert "4191" not in seller


def test_a_sale_finished_twice_after_a_refund_stays_as_it_is(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    finish(payment, at)
    give_back(payment, 600, at)
    before = books(payment.workshop)
    finish(payment, at)
    assert books(payment.workshop) == before


def test_a_second_payment_of_the_same_repair_stays_an_advance_until_it_goes_back(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    twice = look_at_payment(payment=paid(workshop=payment.workshop), at=at)
    finish(payment, at)
    before = books(payment.workshop)["seller"]
    assert before["4191"] == -9600
    give_back(twice, 9600, at)
    after = books(payment.workshop)["seller"]
    assert "4191" not in after
    assert (after["706"], after["6281"]) == (before["706"], before["6281"])


def test_a_payment_for_something_else_does_not_pay_for_this(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    payment.subject = "appointment:other"
    with pytest.raises(ValueError, match="appointment:other"):
        share_out(
            workshop=payment.workshop,
            reference="appointment:this",
            labour_cents=9600,
            parts_cents=0,
            paid_online_cents=9600,
            fund_bp=0,
            platform_bp=0,
            fee_cents=0,
            payments=[payment],
            at=at,
        )


def keep(payment, cents, at):
    return keep_advance(workshop=payment.workshop, reference=payment.subject, kept_cents=cents, at=at)


def test_what_a_late_cancellation_keeps_is_the_sellers_income_once(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=6600, reason="annulation", at=at)
    keep(payment, 3000, at)
    keep(payment, 3000, at)
    run_operations(at=at)
    assert books(payment.workshop)["seller"] == {"467.platform": 3000, "758": -3000}
    assert books(payment.workshop)["fund"] == {}


def test_what_was_kept_can_still_be_given_back(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    keep(payment, 9600, at)
    give_back(payment, 9600, at)
    assert books(payment.workshop)["seller"] == {}


def test_no_more_is_kept_than_was_paid(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    assert keep(payment, 0, at) is None
    with pytest.raises(ValueError, match="9601 cents are not there"):
        keep(payment, 9601, at)
