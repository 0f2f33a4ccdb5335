"""The provider says no: what it has instead is taken, and a person is called where nothing explains it."""

from dataclasses import replace

import pytest

from collective.payments.models import Operation, Payment, Refund
from collective.payments.operations import run_operations
from collective.payments.ports import ProviderRefused, ProviderUnavailable
from collective.payments.refund import refund_payment
from collective.payments.settle import look_at_payment


@pytest.fixture
def refuses(gateway, monkeypatch):
    def refuse(name, error=None):
        def answer(**asked):
            raise error or ProviderRefused("charge_disputed", "This charge is disputed.")

        monkeypatch.setattr(gateway, name, answer)

    return refuse


@pytest.fixture
def refunding(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=4000, reason="annulation", at=at)
    return payment


def test_a_refund_refused_for_no_reason_of_ours_calls_a_person_and_can_be_asked_again(refunding, refuses, at):
    refuses("refund")
    assert run_operations(at=at) == 1
    refunding.refresh_from_db()
    operation = refunding.operations.get(kind="refund")
    assert (operation.state, operation.last_error) == ("refused", "charge_disputed: This charge is disputed.")
    assert (refunding.trouble, refunding.refunded_cents) == (Payment.Trouble.REFUSED, 0)
    assert refund_payment(payment=refunding, amount_cents=9600, reason="annulation", at=at).key.endswith(":2")


def test_a_refusal_is_not_concluded_upon_while_the_provider_is_silent(refunding, refuses, at):
    refuses("refund")
    refuses("read_intent", ProviderUnavailable("timeout"))
    assert run_operations(at=at) == 0
    assert refunding.operations.get(kind="refund").state == Operation.State.PENDING


def test_a_refusal_about_an_object_that_cannot_be_read_either_calls_a_person(refunding, refuses, at):
    refuses("refund")
    refuses("read_intent", ProviderRefused("resource_missing", "No such payment_intent."))
    assert run_operations(at=at) == 1
    refunding.refresh_from_db()
    assert refunding.trouble == Payment.Trouble.REFUSED


def test_a_refund_that_fails_at_once_is_not_booked_and_calls_a_person(refunding, gateway, monkeypatch, at):
    refund = type(gateway).refund
    monkeypatch.setattr(gateway, "refund", lambda **asked: replace(refund(gateway, **asked), status="failed"))
    assert run_operations(at=at) == 1
    refunding.refresh_from_db()
    assert (refunding.trouble, refunding.refunded_cents) == (Payment.Trouble.REFUND, 0)
    assert not Refund.objects.exists()


def test_more_given_back_than_was_taken_is_not_booked_and_calls_a_person(refunding, gateway, monkeypatch, at):
    run_operations(at=at)
    (refund,) = gateway.list_refunds(intent_id=refunding.intent_id)
    absurd = replace(refund, refund_id="re_absurd", amount_cents=9601)
    monkeypatch.setattr(gateway, "list_refunds", lambda **asked: [refund, absurd])
    refunding.refresh_from_db()
    payment = look_at_payment(payment=refunding, at=at)
    assert (payment.trouble, payment.refunded_cents) == (Payment.Trouble.REFUND, 4000)
