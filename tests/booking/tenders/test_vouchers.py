"""Vouchers: sold or offered, used in parts, never below nothing, by nobody who does not hold the code."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

from backend.lib.errors import BadInput, NotAllowed
from booking.jobs.finish import finish_repair
from booking.jobs.settle import settle, take_back
from booking.tenders.amounts import MoreThanLeft
from booking.tenders.means import State
from booking.tenders.models import Voucher
from booking.tenders.take_back import AlreadyTakenBack
from booking.tenders.vouchers import (
    CODE_LENGTH,
    UnknownVoucher,
    VoucherEmpty,
    VoucherOver,
    digest_of,
    offer_voucher,
    sell_voucher,
)
from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.models import Entry
from collective.members.models import Membership
from tests.booking.appointments.scene import TEN, book_at, make_workshop, staff_of
from tests.booking.appointments.test_race import at_once
from tests.booking.tenders.conftest import DONE_AT, given
from tests.collective.money import books
from tests.factories import MembershipFactory

UNTIL = date(2027, 11, 24)
_keys = count(1)


@pytest.fixture
def sell(workshop, staff):
    def sell(cents=3000, **more):
        wanted = {"means": "cash", "expires_on": UNTIL, "key": f"v-{next(_keys)}", "by": staff, "at": DONE_AT} | more
        return sell_voucher(workshop=workshop, cents=cents, **wanted)

    return sell


@pytest.fixture
def coordinator(workshop):
    role = Membership.Role.COORDINATOR
    return MembershipFactory(collective=workshop.collective, role=role).user


@pytest.fixture
def offer(workshop, coordinator):
    def offer(cents=3000, **more):
        wanted = {"reason": "Solidarité", "expires_on": UNTIL, "key": f"o-{next(_keys)}", "by": coordinator}
        return offer_voucher(collective=workshop.collective, cents=cents, at=DONE_AT, **wanted | more)

    return offer


def left_on(issued):
    return Voucher.objects.get(pk=issued.voucher.pk).left_cents


def test_a_sold_voucher_is_owed_until_it_is_used(sell, pay, seller, left):
    issued = sell()
    assert (seller()["53"], seller()["41971"]) == (3000, -3000)
    pay("voucher", 1200, code=issued.code)
    assert (left_on(issued), left()) == (1800, 800)
    pay("voucher", code=issued.code.lower().replace("-", " "))  # as typed; all that is left
    assert (left_on(issued), left(), seller()["41971"]) == (1000, 0, -1000)
    assert what_is_wrong_in_the_books() == []


def test_an_offered_voucher_is_paid_by_the_common_fund(offer, pay, workshop):
    issued = offer(1500)
    fund = books(workshop)["fund"]
    assert (fund["6238"], fund["41971"]) == (1500, -1500)
    pay("voucher", code=issued.code)
    after = books(workshop)
    assert after["fund"]["467.seller"] == -1500
    assert "41971" not in after["fund"]
    assert what_is_wrong_in_the_books() == []


def test_the_code_is_known_once_and_kept_as_a_digest(sell, staff):
    first = sell(key="form")
    again = sell(key="form")
    plain = first.code.replace("-", "")
    assert (again.voucher, again.code) == (first.voucher, "")
    assert len(plain) == CODE_LENGTH
    assert first.voucher.digest == digest_of(first.code)
    assert plain not in str(Voucher.objects.values().get())
    assert Voucher.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"cents": 0}, {"cents": -5}, {"cents": 50_001}, {"cents": 12.5}, {"cents": float("nan")}, {"means": "voucher"},
        {"means": "transfer"}, {"expires_on": date(2026, 11, 1)}, {"expires_on": date(2030, 1, 1)}, {"key": ""},
    ],
    ids=str,
)  # fmt: skip
def test_vouchers_that_cannot_be(sell, wrong):
    with pytest.raises(BadInput):
        sell(**wrong)
    assert not Voucher.objects.exists()


def test_who_may_issue(sell, offer, staff):
    with pytest.raises(NotAllowed):
        sell(by=staff_of(make_workshop(name="Ailleurs")))
    with pytest.raises(NotAllowed):
        offer(by=staff)
    with pytest.raises(BadInput):
        offer(reason="  ")


def test_a_voucher_over_empty_unknown_or_of_another_seller(sell, pay, workshop, done, staff):
    old = sell(expires_on=DONE_AT.date())
    with pytest.raises(VoucherOver):
        settle(appointment=done, given=given("voucher", code=old.code), by=staff, at=DONE_AT + timedelta(days=2))
    with pytest.raises(VoucherEmpty):
        pay("voucher", 3001, code=old.code)
    spent = sell(500)
    pay("voucher", code=spent.code)
    with pytest.raises(VoucherEmpty):
        pay("voucher", code=spent.code)
    elsewhere = make_workshop(name="Ailleurs", seller__collective=workshop.collective)
    foreign = sell_voucher(
        workshop=elsewhere, cents=900, means="cash", expires_on=UNTIL, key="f", by=staff_of(elsewhere), at=DONE_AT
    )
    for code in (foreign.code, "", "AAAA-BBBB-CCCC", "x" * 500):
        with pytest.raises(UnknownVoucher):
            pay("voucher", code=code)


def test_more_than_the_bill_leaves_nothing_taken(sell, pay, left):
    issued = sell()
    with pytest.raises(MoreThanLeft):
        pay("voucher", 2001, code=issued.code)
    assert (left_on(issued), left()) == (3000, 2000)


def test_taken_back_it_holds_its_money_again(sell, pay, done, owner, left, seller):
    issued = sell()
    tender = pay("voucher", code=issued.code)
    take_back(appointment=done, tender=tender.pk, reason="Mauvais bon", by=owner, at=DONE_AT)
    assert (left_on(issued), left(), seller()["41971"]) == (3000, 2000, -3000)
    with pytest.raises(AlreadyTakenBack):
        take_back(appointment=done, tender=tender.pk, reason="Encore", by=owner, at=DONE_AT)
    assert left_on(issued) == 3000


def test_a_collective_voucher_taken_back_mirrors_both_books(offer, pay, done, owner, workshop):
    issued = offer(1500)
    before = books(workshop)
    tender = pay("voucher", code=issued.code)
    take_back(appointment=done, tender=tender.pk, reason="Erreur", by=owner, at=DONE_AT)
    assert books(workshop) == before
    assert tender.state != State.REVERSED  # the row as it was read; the books are what counts
    assert Entry.objects.filter(mirrors__source=tender.source).count() == 2


def test_the_database_lets_no_voucher_go_below_nothing(sell):
    issued = sell()
    for cents in (-1, 3001):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voucher.objects.filter(pk=issued.voucher.pk).update(left_cents=cents)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_by_hypothesis(steps=st.lists(st.tuples(st.booleans(), st.integers(1, 2500)), max_size=10))
def test_whatever_is_done_a_voucher_holds_what_was_not_used(sell, done, staff, owner, steps):
    with transaction.atomic():
        issued, used = sell(2200), []
        for is_use, amount in steps:
            try:
                if is_use:
                    one = settle(
                        appointment=done, given=given("voucher", amount, code=issued.code), by=staff, at=DONE_AT
                    )
                    used.append(one)
                elif used:
                    one = used[amount % len(used)]
                    take_back(appointment=done, tender=one.pk, reason="essai", by=owner, at=DONE_AT)
            except (MoreThanLeft, VoucherEmpty, AlreadyTakenBack):
                pass
            spent = sum(tender.amount for tender in issued.voucher.tenders.settling())
            assert 0 <= left_on(issued) == 2200 - spent
        transaction.set_rollback(True)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_bills_race_for_one_voucher(workshop, staff):
    issued = sell_voucher(
        workshop=workshop, cents=3000, means="cash", expires_on=UNTIL, key="race", by=staff, at=DONE_AT
    )
    bills = [finish_repair(appointment=book_at(workshop, when), by=staff, tenders=[], at=DONE_AT) for when in _slots()]
    tries = [
        lambda bill=bill: settle(appointment=bill, given=given("voucher", 1900, code=issued.code), by=staff, at=DONE_AT)
        for bill in bills
    ]
    gave = at_once(*tries)
    assert sum(isinstance(one, VoucherEmpty) for one in gave) == len(bills) - 1, gave
    assert left_on(issued) == 1100
    assert what_is_wrong_in_the_books() == []


def _slots():
    return [TEN - timedelta(hours=1), TEN, TEN + timedelta(hours=1)]
