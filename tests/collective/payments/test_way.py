"""The ways a payment goes, from the asking to the money given back, against the emulator."""

from datetime import timedelta

import pytest

from backend.lib.models import OutboxRow
from collective.payments.ask import AmountTooSmall, PaymentClosed, PaymentUnavailable, open_payment
from collective.payments.capture import MoreThanHeld, NothingHeld, capture_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Operation, Payment, Refund
from collective.payments.operations import run_operations
from collective.payments.receive import poll_payments
from collective.payments.refund import RefundTooLarge, refund_payment
from collective.payments.release import release_payment
from collective.payments.settle import look_at_payment
from tests.collective.money import books

State = Payment.State
EMPTY = {"platform": {}, "seller": {}, "fund": {}}
FEE = 169  # the emulator's: 1.5 % + 0.25 of 96.00


def told(payment):
    """What who asked was told, in order."""
    rows = OutboxRow.objects.filter(kind="payment.changed.appointment").order_by("pk")
    return [
        row.key.split(":", 2)[2] for row in rows if row.payload == {"payment": payment.pk, "subject": payment.subject}
    ]


def test_asking_writes_the_call_before_it_is_made(asked, stripe):
    payment = asked()
    assert payment.state == State.NEW
    assert [(op.kind, op.key, op.state) for op in payment.operations.all()] == [
        ("open", f"open:{payment.reference}:1", "pending")
    ]
    assert stripe.objects("checkout.session") == []


def test_opening_gives_the_pages_address_and_opening_again_the_same(asked, stripe, at):
    payment = asked()
    url = open_payment(payment=payment, at=at)
    assert url.startswith(stripe.url)
    assert open_payment(payment=payment, at=at) == url
    assert payment.state == State.OPEN
    assert len(stripe.objects("checkout.session")) == 1


def test_less_than_fifty_cents_is_not_asked_by_card(asked):
    with pytest.raises(AmountTooSmall):
        asked(amount_cents=49)
    assert not Payment.objects.exists()


def test_a_payment_is_booked_as_an_advance_with_its_fee_once(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    again = look_at_payment(payment=payment, at=at)
    assert (again.state, again.captured_cents, again.fee_cents) == (State.CAPTURED, 9600, FEE)
    assert books(payment.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}
    assert books(payment.workshop)["platform"] == {"517": 9600 - FEE, "627": FEE, "467.seller": -9600}
    assert told(payment) == ["captured:9600:0"]


def test_looking_at_an_unpaid_page_changes_nothing(opened, at):
    payment = look_at_payment(payment=opened(), at=at)
    assert payment.state == State.OPEN
    assert payment.looked_at == at
    assert told(payment) == []


def test_a_held_payment_is_booked_only_when_captured(paid, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    assert payment.state == State.AUTHORISED
    assert payment.capture_before > at + timedelta(days=5)
    assert books(payment.workshop) == EMPTY
    capture_payment(payment=payment, amount_cents=9600, at=at)
    capture_payment(payment=payment, amount_cents=9600, at=at)
    assert run_operations(at=at) == 1
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents, payment.fee_cents) == (State.CAPTURED, 9600, FEE)
    assert told(payment) == ["authorised:0:0", "captured:9600:0"]
    assert capture_payment(payment=payment, amount_cents=9600, at=at) is None


def test_a_part_of_a_hold_is_captured_and_the_rest_let_go(paid, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    capture_payment(payment=payment, amount_cents=5000, at=at)
    run_operations(at=at)
    payment = look_at_payment(payment=payment, at=at)
    assert (payment.captured_cents, payment.refunded_cents) == (5000, 0)
    assert books(payment.workshop)["seller"] == {"467.platform": 5000, "4191": -5000}


def test_more_than_held_is_not_captured(paid, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    with pytest.raises(MoreThanHeld):
        capture_payment(payment=payment, amount_cents=9601, at=at)


def test_an_unpaid_payment_is_neither_captured_nor_released(opened, at):
    payment = opened(capture="later")
    with pytest.raises(NothingHeld):
        capture_payment(payment=payment, amount_cents=9600, at=at)
    with pytest.raises(NothingHeld):
        release_payment(payment=payment, at=at)


def test_a_released_hold_takes_nothing(paid, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    release_payment(payment=payment, at=at)
    with pytest.raises(NothingHeld):
        capture_payment(payment=payment, amount_cents=9600, at=at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert payment.state == State.RELEASED
    assert books(payment.workshop) == EMPTY
    assert release_payment(payment=payment, at=at) is None


def test_a_hold_that_lapsed_at_the_bank_is_released_by_the_poll(paid, stripe, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    stripe.advance(8 * 86400)
    assert poll_payments(at=at + timedelta(days=8)) == 1
    payment.refresh_from_db()
    assert payment.state == State.RELEASED


def test_capturing_a_hold_that_lapsed_ends_as_released(paid, stripe, at):
    payment = look_at_payment(payment=paid(capture="later"), at=at)
    stripe.advance(8 * 86400)
    capture_payment(payment=payment, amount_cents=9600, at=at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert payment.state == State.RELEASED
    assert payment.operations.get(kind="capture").state == Operation.State.REFUSED
    assert books(payment.workshop) == EMPTY


def test_refunds_to_the_last_cent_empty_the_books(paid, at):
    payment = look_at_payment(payment=paid(), at=at)
    for cents in (3333, 6266, 1):
        refund_payment(payment=payment, amount_cents=cents, reason="annulation", at=at)
    with pytest.raises(RefundTooLarge):
        refund_payment(payment=payment, amount_cents=1, reason="annulation", at=at)
    assert run_operations(at=at) == 3
    payment.refresh_from_db()
    assert (payment.refunded_cents, payment.kept_cents) == (9600, 0)
    assert books(payment.workshop) == {**EMPTY, "platform": {"517": -FEE, "627": FEE}}
    assert told(payment)[-1] == "captured:9600:9600"


@pytest.mark.parametrize("cents", [0, -1, 9601])
def test_absurd_refunds_are_refused(paid, at, cents):
    payment = look_at_payment(payment=paid(), at=at)
    with pytest.raises(RefundTooLarge):
        refund_payment(payment=payment, amount_cents=cents, reason="", at=at)


def test_looking_while_a_refund_is_under_way_books_it_once(paid, stripe, at):
    payment = look_at_payment(payment=paid(), at=at)
    refund_payment(payment=payment, amount_cents=2000, reason="annulation", at=at)
    stripe.fault(on="api", do="lose_response", match="POST /v1/refunds", times=3)
    run_operations(at=at)
    look_at_payment(payment=payment, at=at)
    later = at + timedelta(minutes=3)
    assert run_operations(at=later) == 1
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.reason, refund.operation.state) == (2000, "annulation", "done")
    assert look_at_payment(payment=payment, at=later).refunded_cents == 2000
    assert len(stripe.objects("refund")) == 1


def test_a_page_that_waited_too_long_is_closed(opened, at):
    payment = opened()
    expire_payment(payment=payment, at=at)
    expire_payment(payment=payment, at=at)
    assert run_operations(at=at) == 1
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert told(payment) == ["expired:0:0"]
    with pytest.raises(PaymentClosed):
        open_payment(payment=payment, at=at)


def test_a_page_paid_at_the_last_moment_is_settled_instead_of_closed(paid, at):
    payment = paid()
    expire_payment(payment=payment, at=at)
    run_operations(at=at)
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents) == (State.CAPTURED, 9600)
    assert expire_payment(payment=payment, at=at) is None


def test_a_page_never_asked_for_is_closed_without_a_call(asked, stripe, at):
    payment = asked()
    expire_payment(payment=payment, at=at)
    assert run_operations(at=at) == 0
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert stripe.objects("checkout.session") == []
    with pytest.raises(PaymentClosed):
        open_payment(payment=payment, at=at)


def test_a_page_opened_without_our_hearing_of_it_is_opened_once(asked, stripe, at):
    stripe.fault(on="api", do="lose_response", match="POST /v1/checkout/sessions", times=3)
    payment = asked()
    with pytest.raises(PaymentUnavailable):
        open_payment(payment=payment, at=at)
    assert open_payment(payment=payment, at=at + timedelta(minutes=2)).startswith(stripe.url)
    assert len(stripe.objects("checkout.session")) == 1


def test_two_pages_paid_for_one_subject_are_both_booked_and_one_given_back(opened, stripe, at):
    first = opened()
    second = opened(workshop=first.workshop)
    for payment in (first, second):
        stripe.press(payment.session_id)
        look_at_payment(payment=payment, at=at)
    refund_payment(payment=second, amount_cents=9600, reason="payé deux fois", at=at)
    run_operations(at=at)
    assert books(first.workshop)["seller"] == {"467.platform": 9600, "4191": -9600}


def test_a_lost_webhook_is_found_by_polling(paid, at):
    payment = paid()
    assert poll_payments(at=at) == 0
    assert poll_payments(at=at + timedelta(minutes=1)) == 1
    payment.refresh_from_db()
    assert payment.state == State.CAPTURED
    assert poll_payments(at=at + timedelta(minutes=3)) == 0


def test_calls_are_refused_inside_a_transaction(asked, at):
    from django.db import transaction

    payment = asked()
    # TestCase's own transaction does not count; one of the code's does.
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        run_operations(at=at, payment=payment)
