"""A restored backup, events that came early, late successes, races and clocks: nothing lost, nothing twice."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from collective.ledger.advances import book_capture
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Entry
from collective.payments.capture import capture_payment
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import SellerAccount, Transfer
from collective.payments.expire import expire_payment
from collective.payments.models import Operation, Payment, Refund, StripeEvent
from collective.payments.operations import run_operations
from collective.payments.receive import poll_payments, sweep_events
from collective.payments.refund import refund_payment
from collective.payments.release import release_payment
from collective.payments.settle import look_at_payment
from collective.payments.take_word import advance_of
from collective.reconciliation.catch_up import catch_up
from collective.reconciliation.check_books import check_books
from collective.reconciliation.models import Disagreement
from collective.reconciliation.opening import open_comparison
from tests.collective.money import a_workshop, books
from tests.collective.payments.distribution.scene import finish, make_rounds
from tests.collective.payments.faults.emulated import active_account

AN_HOUR = timedelta(hours=1)
LONG = timedelta(hours=25)  # the provider has forgotten our keys


@pytest.fixture
def workshop(db, settings, stripe, gateway, at):
    settings.STRIPE_SECRET_KEY = "sk_test_emulated"
    workshop = a_workshop()
    open_comparison(livemode=False, at=at - AN_HOUR)
    for entity in (books_of(workshop.seller), fund_of(workshop.collective)):
        account = account_of(entity)
        account.account_id, account.status = active_account(stripe, gateway), SellerAccount.Status.ACTIVE
        account.save()
    return workshop


@pytest.fixture
def take(workshop, paid, at):
    """A payment of 96 euros; its person has paid."""

    def pay(subject, **fields):
        return look_at_payment(payment=paid(workshop=workshop, purpose="rien", subject=subject, **fields), at=at)

    return pay


@contextmanager
def forgotten():
    """What happens inside is in no backup: the provider remembers it, we do not."""
    lost = transaction.atomic()
    lost._from_testcase = True  # durable blocks may open inside, as in the test's own transaction
    with lost:
        yield
        transaction.set_rollback(True)


def recover(at, *, since):
    caught = catch_up(since=since, at=at)
    make_rounds(at=at)
    return caught


def all_is_well(stripe, at):
    check, said = check_books(at=at + timedelta(minutes=20))
    assert {name: found for name, found in said.items() if found} == {}
    assert list(Disagreement.objects.open().values_list("kind", "about")) == []
    assert check.books_cents == check.provider_cents
    taken = sum(Payment.objects.values_list("captured_cents", flat=True))
    assert taken == sum(intent["amount_received"] for intent in stripe.objects("payment_intent"))
    assert sum(Refund.objects.values_list("amount_cents", flat=True)) == sum(
        refund["amount"] for refund in stripe.objects("refund")
    )
    sent = sum(Transfer.objects.filter(state="sent").values_list("amount_cents", flat=True))
    assert sent == sum(transfer["amount"] for transfer in stripe.objects("transfer"))


@pytest.mark.parametrize("away", [AN_HOUR, LONG], ids=["keys remembered", "keys forgotten"])
def test_fault_40_captures_refunds_and_transfers_since_the_backup_are_found_and_made_once(
    take, opened, workshop, stripe, at, away
):
    kept, held, done = take("K1"), take("K2", capture="later"), take("K3")
    waiting = opened(workshop=workshop, purpose="rien", subject="K4")
    refund_payment(payment=kept, amount_cents=1500, reason="before", at=at)  # planned in the backup, not yet made
    with forgotten():
        run_operations(at=at)
        refund_payment(payment=kept, amount_cents=700, reason="since", at=at)
        capture_payment(payment=held, amount_cents=9000, at=at)
        stripe.press(waiting.session_id)
        finish(workshop, payment=done, labour=9600, at=at)
        make_rounds(at=at)
    assert Transfer.objects.count() == 0
    stripe.advance(int(away.total_seconds()))
    caught = recover(at + away, since=at - timedelta(minutes=5))
    assert caught.transfers == 2
    for payment, standing in ((kept, (9600, 2200)), (held, (9000, 0)), (waiting, (9600, 0)), (done, (9600, 0))):
        payment.refresh_from_db()
        assert (payment.captured_cents, payment.refunded_cents) == standing, payment.subject
    assert len(stripe.objects("refund")) == 2
    finish(workshop, payment=done, labour=9600, at=at + away)  # somebody does it again
    make_rounds(at=at + away)
    assert len(stripe.objects("transfer")) == 2
    all_is_well(stripe, at + away)


def test_fault_40_what_was_done_again_by_hand_after_the_backup_is_made_once(take, stripe, at):
    payment = take("K1")
    with forgotten():
        refund_payment(payment=payment, amount_cents=2500, reason="annulation", at=at)
        run_operations(at=at)
    refund_payment(payment=payment, amount_cents=2500, reason="annulation", at=at)
    run_operations(at=at)
    assert [refund["amount"] for refund in stripe.objects("refund")] == [2500]
    recover(at, since=at - timedelta(minutes=5))
    all_is_well(stripe, at)


def test_fault_40_money_of_a_row_that_is_in_no_backup_is_named(workshop, paid, stripe, at):
    with forgotten():
        look_at_payment(payment=paid(workshop=workshop, purpose="rien", subject="lost"), at=at)
    recover(at, since=at - timedelta(minutes=5))
    check_books(at=at + timedelta(minutes=20))
    row = Disagreement.objects.open().get()
    assert (row.kind, row.theirs_cents) == ("unknown", 9600 - 169)


def test_fault_40_catching_up_twice_changes_nothing(take, stripe, at):
    payment = take("K1")
    with forgotten():
        refund_payment(payment=payment, amount_cents=2500, reason="annulation", at=at)
        run_operations(at=at)
    first = catch_up(since=at - AN_HOUR, at=at)
    again = catch_up(since=at - AN_HOUR, at=at)
    assert (first.changed, again.events, again.changed) == (1, 0, 0)


def test_fault_40_the_command_says_what_it_found(take, stripe, at):
    take("K1")
    out = StringIO()
    call_command("catch_up", stdout=out)
    assert "1 payments looked at, 0 changed, 0 transfers found, 0 operations run." in out.getvalue()
    with pytest.raises(CommandError, match="offset"):
        call_command("catch_up", since="hier")
    stripe.fault(on="api", do="error_before", match="GET /v1/events", times=3)
    with pytest.raises(CommandError, match="did not answer"):
        call_command("catch_up")


def test_fault_04_an_event_before_its_row_is_committed_waits_for_it(take, opened, workshop, stripe, at):
    payment = opened(workshop=workshop, purpose="rien", subject="early")
    session, reference = payment.session_id, payment.reference
    nobody = "00000000-0000-0000-0000-000000000000"
    Payment.objects.filter(pk=payment.pk).update(session_id="", reference=nobody)  # another process has not committed
    stripe.press(session)
    StripeEvent.objects.create(
        event_id="evt_early",
        kind="checkout.session.completed",
        object_id=session,
        reference=str(reference),
        livemode=False,
        received_at=at,
    )
    assert sweep_events(at=at) == 0
    Payment.objects.filter(pk=payment.pk).update(session_id=session, reference=reference)
    assert sweep_events(at=at) == 1
    payment.refresh_from_db()
    assert payment.captured_cents == 9600
    all_is_well(stripe, at)


def test_fault_05_everything_lost_for_ever_is_found_by_the_check(take, gateway, stripe, at):
    payment = take("L1")
    gateway.refund(intent_id=payment.intent_id, amount_cents=4000, key="by hand")
    stripe.dispute(intent=payment.intent_id, amount=2000)
    assert StripeEvent.objects.count() == 0
    all_is_well(stripe, at)
    payment.refresh_from_db()
    assert payment.refunded_cents == 4000
    assert payment.disputes.get().taken_cents == 2000


@pytest.mark.parametrize("capture", ["now", "later"])
def test_fault_19_paid_while_we_close_the_page_is_kept_never_lost(opened, workshop, stripe, at, capture):
    payment = opened(workshop=workshop, purpose="rien", subject="late", capture=capture)
    expire_payment(payment=payment, at=at)
    stripe.press(payment.session_id)
    run_operations(at=at)
    payment.refresh_from_db()
    assert payment.state == ("captured" if capture == "now" else "authorised")
    all_is_well(stripe, at)


def test_fault_19_a_success_after_our_row_says_expired_still_counts(opened, workshop, stripe, at):
    payment = opened(workshop=workshop, purpose="rien", subject="late")
    stripe.press(payment.session_id)
    Payment.objects.filter(pk=payment.pk).update(state="expired")
    look_at_payment(payment=payment, at=at)
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents) == ("captured", 9600)
    all_is_well(stripe, at)


@pytest.mark.parametrize("first", ["capture", "release"])
def test_fault_20_cancel_and_capture_at_once_end_as_one_of_them(take, gateway, stripe, at, first):
    """The other is made on the provider's own pages in the same moment."""
    payment = take("RACE", capture="later")
    if first == "capture":
        release_payment(payment=payment, at=at)
        gateway.capture(intent_id=payment.intent_id, amount_cents=9600, key="by hand")
    else:
        capture_payment(payment=payment, amount_cents=9600, at=at)
        gateway.release(intent_id=payment.intent_id, key="by hand")
    run_operations(at=at)
    payment.refresh_from_db()
    assert payment.state == ("captured" if first == "capture" else "released")
    assert payment.operations.exclude(kind="open").get().state == Operation.State.REFUSED
    all_is_well(stripe, at)


@pytest.mark.parametrize("skew", [timedelta(hours=-2), timedelta(hours=2), timedelta(days=1)])
def test_fault_38_a_worker_whose_clock_is_wrong_books_the_same(opened, workshop, stripe, at, skew):
    payment = opened(workshop=workshop, purpose="rien", subject="skewed", capture="later")
    stripe.press(payment.session_id)
    payment = look_at_payment(payment=payment, at=at + skew)
    until = payment.capture_before
    capture_payment(payment=payment, amount_cents=9600, at=at + skew)
    run_operations(at=at + skew)
    payment = look_at_payment(payment=payment, at=at)
    assert (payment.state, payment.captured_cents) == ("captured", 9600)
    assert until > at + timedelta(days=5)  # the bank's date, not one that we count
    poll_payments(at=at)
    assert Entry.objects.filter(source__startswith="capture:").count() == 2


def test_fault_38_in_the_night_that_has_an_hour_twice_entries_stay_in_their_order(workshop, asked, gateway, stripe):
    """25 October 2026: 02:30 in Lille comes twice, an hour apart; the books keep moments, not clocks."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    zone = workshop.zone
    assert first.astimezone(zone).hour == second.astimezone(zone).hour == 2
    for moment, subject in ((first, "N1"), (second, "N2")):
        payment = asked(workshop=workshop, purpose="rien", subject=subject)
        book_capture(advance_of(payment), cents=9600, at=moment)
    order = Entry.objects.filter(source__startswith="capture:", entity__kind="platform").order_by("occurred_at")
    assert list(order.values_list("reference", flat=True)) == ["N1", "N2"]
    assert books(workshop)["seller"]["4191"] == -19200
