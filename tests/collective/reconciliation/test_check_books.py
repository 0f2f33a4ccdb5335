"""Our books against the provider's balance: what agrees, what does not, what a person says of it."""

from datetime import timedelta

import pytest

from backend.lib.models import OutboxRow
from collective.ledger.entities import platform_of
from collective.ledger.record import record
from collective.payments.models import Payment, Refund
from collective.payments.operations import run_operations
from collective.payments.ports import ProviderUnavailable
from collective.payments.refund import refund_payment
from collective.payments.rights import NotTheTreasurer
from collective.payments.settle import look_at_payment
from collective.payments.settle_trouble import NoteMissing
from collective.reconciliation.check_books import check_books, check_when_due
from collective.reconciliation.models import BalanceMovement, BooksCheck, Disagreement, Opening, Payout
from collective.reconciliation.opening import open_comparison
from collective.reconciliation.resolve import AlreadyResolved, OnlyMended, resolve_disagreement
from tests.collective.money import a_workshop, books
from tests.factories import MembershipFactory, UserFactory

Kind = Disagreement.Kind
FEE = 169


@pytest.fixture
def workshop(db):
    return a_workshop()


@pytest.fixture
def ines(workshop):
    return MembershipFactory(collective=workshop.collective, role="treasurer").user


@pytest.fixture
def payment(paid, workshop, balance, at):
    """Paid two hours ago."""
    long_ago = at - timedelta(hours=2)
    open_comparison(livemode=False, at=at - timedelta(hours=3))
    return look_at_payment(payment=paid(workshop=workshop, purpose="rien"), at=long_ago)


def found(at, **how):
    check_books(at=at, **how)
    return sorted(Disagreement.objects.open().values_list("kind", flat=True))


def test_captures_and_fees_answer_to_the_balance(payment, balance, at):
    balance.charge(payment)
    check, said = check_books(at=at)
    assert not any(said.values())
    assert check.is_green
    assert (check.provider, check.books_cents, check.provider_cents) == ("compared", 9600 - FEE, 9600 - FEE)
    assert BalanceMovement.objects.get().cause == f"capture:{payment.reference}"


def test_a_refund_answers_too(payment, balance, at):
    balance.charge(payment)
    refund_payment(payment=payment, amount_cents=2000, reason="", at=at - timedelta(hours=1))
    run_operations(at=at - timedelta(hours=1))
    assert found(at) == [Kind.MISSING]
    balance.refund(Refund.objects.get())
    assert found(at + timedelta(minutes=1)) == []


def test_what_the_provider_does_not_know_is_missing(payment, at):
    assert found(at) == [Kind.MISSING]
    row = Disagreement.objects.open().get()
    assert (row.ours_cents, row.theirs_cents, row.payment) == (9600, None, payment)


def test_what_is_news_is_left_in_peace(balance, paid, workshop, at):
    open_comparison(livemode=False, at=at - timedelta(hours=3))
    look_at_payment(payment=paid(workshop=workshop, purpose="rien"), at=at - timedelta(minutes=5))
    balance.move("other_adjustment", 4200, ago=5)
    assert found(at) == []
    later = at + timedelta(minutes=20)
    assert found(later) == [Kind.MISSING, Kind.UNKNOWN]


def test_a_movement_that_nobody_knows_is_unknown_until_a_person_says_what_it_is(payment, balance, ines, at):
    """Fault 32: a payout and a balance with a transaction of which the books know nothing."""
    balance.charge(payment)
    balance.move("other_adjustment", -700, source="adj_1")
    assert found(at) == [Kind.UNKNOWN]
    row = Disagreement.objects.open().get()
    assert (row.ours_cents, row.theirs_cents) == (None, -700)
    resolve_disagreement(disagreement=row, note="Frais de clôture, vu avec Stripe.", by=ines, at=at)
    assert found(at + timedelta(minutes=10)) == []
    check = BooksCheck.objects.latest("at")
    assert check.is_green


def test_what_was_accepted_is_open_again_when_it_says_something_else(payment, balance, ines, at):
    balance.charge(payment)
    balance.off = 100
    check_books(at=at)
    Opening.objects.update(provider_cents=0)
    later = at + timedelta(minutes=10)
    assert found(later) == [Kind.BALANCE]
    resolve_disagreement(disagreement=Disagreement.objects.open().get(), note="Vu.", by=ines, at=at)
    assert found(later + timedelta(minutes=10)) == []
    balance.off = 150
    assert found(later + timedelta(minutes=20)) == [Kind.BALANCE]


def test_what_settles_itself_is_closed_by_the_next_check(payment, balance, at):
    assert found(at) == [Kind.MISSING]
    balance.charge(payment)
    assert found(at + timedelta(minutes=10)) == []
    row = Disagreement.objects.get()
    assert (row.how, row.resolved_by) == ("itself", None)


def test_only_who_keeps_the_money_settles_and_says_why(payment, balance, ines, at):
    check_books(at=at)
    row = Disagreement.objects.open().get()
    for person in (UserFactory(), MembershipFactory(collective=payment.workshop.collective).user):
        with pytest.raises(NotTheTreasurer):
            resolve_disagreement(disagreement=row, note="vu", by=person, at=at)
    with pytest.raises(NoteMissing):
        resolve_disagreement(disagreement=row, note=" ", by=ines, at=at)
    resolve_disagreement(disagreement=row, note="vu", by=ines, at=at)
    with pytest.raises(AlreadyResolved):
        resolve_disagreement(disagreement=row, note="vu", by=ines, at=at)


def test_a_fault_in_our_own_books_is_mended_not_accepted(payment, balance, ines, at):
    balance.charge(payment)
    Payment.objects.update(captured_cents=9599)
    assert set(found(at)) == {Kind.BOOKS}
    row = Disagreement.objects.open().first()
    with pytest.raises(OnlyMended):
        resolve_disagreement(disagreement=row, note="tant pis", by=ines, at=at)
    Payment.objects.update(captured_cents=9600)
    assert found(at + timedelta(minutes=10)) == []


def test_the_treasurer_hears_of_news_once_a_day(payment, balance, ines, at):
    noon = at.replace(hour=12, minute=0)
    for minutes in range(3):
        balance.move("other_adjustment", -100 - minutes)
        check_books(at=noon + timedelta(minutes=minutes))
    assert OutboxRow.objects.filter(kind="mail", payload__to=ines.email).count() == 1


def test_a_provider_that_is_silent_closes_nothing_and_is_not_green(payment, balance, stripe, monkeypatch, gateway, at):
    check_books(at=at)

    def silent():
        raise ProviderUnavailable("away")

    monkeypatch.setattr(gateway, "read_balance", silent)
    check, _said = check_books(at=at + timedelta(minutes=10))
    assert (check.provider, check.is_green, check.open_count) == ("silent", False, 1)


def test_a_balance_that_moves_while_we_look_is_not_compared(payment, balance, monkeypatch, gateway, at):
    balance.charge(payment)

    def list_and_move(**asked):
        listed = balance.list_movements(**asked)
        balance.move("other_adjustment", 1, ago=0)
        return listed

    monkeypatch.setattr(gateway, "list_movements", list_and_move)
    check, _said = check_books(at=at)
    assert (check.provider, check.open_count) == ("moving", 0)


def test_quick_asks_nobody(payment, balance, wire, at):
    before = len(wire.calls)
    assert found(at, with_provider=False) == []
    assert len(wire.calls) == before


# --- fees (fault 31) ---


def test_fault_31_the_fee_that_was_really_kept_is_booked(payment, balance, at):
    balance.charge(payment, fee=FEE + 31)
    assert found(at) == []
    payment.refresh_from_db()
    assert payment.fee_cents == FEE + 31
    assert books(payment.workshop)["platform"]["627"] == FEE + 31
    assert found(at + timedelta(minutes=10)) == []


def test_fault_31_a_fee_of_another_amount_is_never_taken_for_one(payment, balance, at):
    moved = balance.charge(payment)
    balance.movements[0] = type(moved)(**vars(moved) | {"amount_cents": 9500, "net_cents": 9500 - FEE})
    assert found(at) == [Kind.DIFFERS]
    payment.refresh_from_db()
    assert payment.fee_cents == FEE


def test_the_providers_own_fees_are_booked_as_what_they_are(payment, balance, at):
    balance.charge(payment)
    balance.move("fee", -200)
    assert found(at) == []
    assert books(payment.workshop)["platform"]["627"] == FEE + 200


# --- payouts (fault 32) ---


def test_a_payout_is_on_its_way_then_at_the_bank(payment, balance, at):
    charge = balance.charge(payment)
    balance.pay_out(charge)
    assert found(at) == []
    platform = books(payment.workshop)["platform"]
    assert (platform.get("517"), platform["580"]) == (None, 9600 - FEE)
    balance.say(status="paid", reconciled=True)
    assert found(at + timedelta(days=2)) == []
    platform = books(payment.workshop)["platform"]
    assert (platform.get("580"), platform["512"]) == (None, 9600 - FEE)
    payout = Payout.objects.get()
    assert (payout.listed_cents, payout.movements.count()) == (9600 - FEE, 1)


@pytest.mark.parametrize("arrived_first", [False, True])
def test_fault_32_a_payout_that_fails_is_ours_again_and_calls_a_person(payment, balance, ines, at, arrived_first):
    balance.pay_out(balance.charge(payment))
    check_books(at=at)
    if arrived_first:
        balance.say(status="paid")
        check_books(at=at + timedelta(minutes=10))
    balance.say(status="failed")
    balance.move("payout_reversal", 9600 - FEE, source="po_1")
    later = at + timedelta(minutes=20)
    assert found(later) == [Kind.PAYOUT_FAILED]
    platform = books(payment.workshop)["platform"]
    assert (platform["517"], platform.get("580"), platform.get("512")) == (9600 - FEE, None, None)
    resolve_disagreement(disagreement=Disagreement.objects.open().get(), note="RIB corrigé.", by=ines, at=later)
    assert found(later + timedelta(minutes=10)) == []


def test_fault_32_a_payout_with_a_transaction_missing_does_not_add_up(payment, balance, at):
    charge = balance.charge(payment)
    other = balance.move("fee", -200)
    balance.pay_out(charge, other)
    balance.items["po_1"].remove(other)
    balance.say(status="paid", reconciled=True)
    assert found(at) == [Kind.PAYOUT_SUM]
    row = Disagreement.objects.open().get()
    assert row.theirs_cents - row.ours_cents == -200


def test_fault_32_a_payout_with_an_unknown_transaction_names_it(payment, balance, at):
    charge = balance.charge(payment)
    balance.pay_out(charge, balance.move("other_adjustment", -500))
    balance.say(status="paid", reconciled=True)
    assert found(at) == [Kind.UNKNOWN]


def test_a_payout_by_hand_cannot_be_itemised_and_is_said(payment, balance, at):
    balance.pay_out(balance.charge(payment), cents=5000, automatic=False)
    assert found(at) == [Kind.PAYOUT_MANUAL]


# --- the opening ---


def test_what_was_booked_before_the_comparison_is_carried_not_compared(workshop, balance, paid, at):
    """As in the demonstration: a past that the provider never knew."""
    platform = platform_of(workshop.collective)
    record(
        entity=platform,
        journal="bank",
        source="sold long ago",
        label="autrefois",
        lines={"517": 12345, "7088": -12345},
        occurred_at=at - timedelta(days=90),
    )
    balance.move("other_adjustment", 777, ago=60 * 24 * 60)
    assert found(at - timedelta(hours=3)) == []
    opening = Opening.objects.get()
    assert (opening.books_cents, opening.provider_cents) == (12345, 777)
    payment = look_at_payment(payment=paid(workshop=workshop, purpose="rien"), at=at - timedelta(hours=2))
    balance.charge(payment)
    assert found(at) == []
    balance.off = 1
    assert found(at + timedelta(minutes=10)) == [Kind.BALANCE]


def test_something_booked_on_the_providers_account_by_hand_is_missing_there(payment, balance, at):
    balance.charge(payment)
    platform = platform_of(payment.workshop.collective)
    record(
        entity=platform,
        journal="misc",
        source="by hand",
        label="erreur",
        lines={"517": 5, "627": -5},
        occurred_at=at - timedelta(hours=1),
    )
    assert found(at) == [Kind.MISSING]


# --- the rounds ---


def test_the_rounds_check_once_in_ten_minutes(payment, balance, at):
    balance.charge(payment)
    ten = at.replace(minute=10, second=3)
    assert [check_when_due(at=ten + timedelta(minutes=minutes)) for minutes in (0, 1, 9)] == [1, 0, 0]
    assert check_when_due(at=ten + timedelta(minutes=10)) == 1
    assert BooksCheck.objects.count() == 2


def test_a_check_that_died_leaves_the_next_ten_minutes_to_others(payment, balance, at, monkeypatch):
    ten = at.replace(minute=10, second=3)
    with monkeypatch.context() as patch:
        patch.setattr("collective.reconciliation.check_books.run_checks", lambda *, at: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            check_when_due(at=ten)
    assert check_when_due(at=ten + timedelta(minutes=10)) == 1
    assert BooksCheck.objects.filter(finished_at=None).count() == 1


def test_checks_of_more_than_a_month_ago_are_let_go(payment, balance, at):
    balance.charge(payment)
    check_when_due(at=at - timedelta(days=31))
    check_when_due(at=at)
    assert BooksCheck.objects.count() == 1
