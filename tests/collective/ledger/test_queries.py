from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from collective.ledger.accounts import NAMES, account_name, is_account, owed_with
from collective.ledger.advances import Advance, book_capture
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.ledger.models import Entity
from collective.ledger.queries import Totals, balances, entries_seen_by, names_of_others, totals_by_workshop
from collective.sharing.share_out import share_out
from tests.collective.money import AT, a_workshop, settle_in_cash
from tests.factories import MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


@pytest.fixture
def workshop():
    return a_workshop()


def repair(workshop, number=1, at=AT):
    share_out(
        workshop=workshop,
        reference=f"{workshop.pk}-{number}",
        labour_cents=6000,
        parts_cents=2400,
        paid_online_cents=0,
        fund_bp=500,
        platform_bp=300,
        fee_cents=70,
        at=at,
    )
    settle_in_cash(workshop, f"{workshop.pk}-{number}", cents=8400, at=at)


def a_user(*, member_of=None, works_in=None):
    user = UserFactory()
    if member_of:
        MembershipFactory(collective=member_of, user=user)
    if works_in:
        StaffFactory(workshop=works_in, user=user)
    return user


def test_a_month_tells_what_each_workshop_sold_and_where_it_went(workshop):
    quiet = a_workshop(collective=workshop.collective, name="Zut")
    repair(workshop)
    repair(workshop, number=2, at=AT - timedelta(days=40))
    book_capture(Advance("p1", "a1", "Révision", workshop), cents=3000, at=AT)
    busy, idle = totals_by_workshop(collective=workshop.collective, **YEAR)
    november = Totals(5000, 2000, 1400, 250, 150, 70, advances_cents=3000, counter_cents=8400)
    assert busy.workshop == workshop
    assert busy.months[date(2026, 11, 1)] == november
    assert list(busy.months) == [date(2026, 10, 1), date(2026, 11, 1)]
    assert busy.totals == november + busy.months[date(2026, 10, 1)]
    assert (busy.totals.revenue_cents, busy.totals.workshop_cents) == (14000, 2 * (5000 - 470))
    assert (idle.workshop, idle.totals, idle.months) == (quiet, Totals(), {})


def test_a_day_is_the_collectives_day(workshop):
    repair(workshop, at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))  # half past midnight on 1 November in Lille
    october = totals_by_workshop(collective=workshop.collective, first=date(2026, 10, 1), last=date(2026, 10, 31))
    november = totals_by_workshop(collective=workshop.collective, first=date(2026, 11, 1), last=date(2026, 11, 1))
    assert october[0].totals == Totals()
    assert list(november[0].months) == [date(2026, 11, 1)]


def test_another_collectives_workshops_are_not_in_the_totals(workshop):
    repair(a_workshop())
    (row,) = totals_by_workshop(collective=workshop.collective, **YEAR)
    assert row.totals == Totals()


def test_totals_ask_as_much_of_many_workshops_as_of_one(workshop, django_assert_num_queries):
    for number in range(4):
        repair(a_workshop(collective=workshop.collective), number)
    with django_assert_num_queries(2):
        assert len(totals_by_workshop(collective=workshop.collective, **YEAR)) == 5


def test_entries_are_read_by_members_and_staff_and_nobody_else(workshop):
    repair(workshop)
    member = a_user(member_of=workshop.collective)
    staff = a_user(works_in=workshop)
    stranger = a_user(member_of=a_workshop().collective)
    assert {entry.entity.kind for entry in entries_seen_by(member)} == set(Entity.Kind.values)
    assert {entry.entity.kind for entry in entries_seen_by(staff)} == {"seller"}
    assert not entries_seen_by(stranger).exists()


def test_entries_are_narrowed_down(workshop):
    other = a_workshop(collective=workshop.collective)
    repair(workshop)
    repair(other, at=AT - timedelta(days=2))
    member = a_user(member_of=workshop.collective)
    assert {entry.workshop for entry in entries_seen_by(member, workshop=other)} == {other}
    assert {entry.reference for entry in entries_seen_by(member, reference=f"{other.pk}-1")} == {f"{other.pk}-1"}
    assert {entry.workshop for entry in entries_seen_by(member, first=date(2026, 11, 20))} == {workshop}
    before = entries_seen_by(member, last=date(2026, 11, 20), zone=ZoneInfo("Europe/Paris"))
    assert {entry.workshop for entry in before} == {other}
    fund = fund_of(workshop.collective)
    assert {entry.entity for entry in entries_seen_by(member, entity=fund)} == {fund}


def test_a_page_of_entries_takes_two_queries(workshop, django_assert_num_queries):
    for number in range(5):
        repair(workshop, number)
    member = a_user(member_of=workshop.collective)
    with django_assert_num_queries(2):
        page = list(entries_seen_by(member)[:20])
        assert all(sum(line.amount for line in entry.lines.all()) == 0 for entry in page)
        assert all(entry.workshop.name and entry.entity.name for entry in page)


def test_balances_stand_by_entity_and_account(workshop):
    repair(workshop)
    fund, platform = fund_of(workshop.collective), platform_of(workshop.collective)
    found = balances(entities=[fund, platform, books_of(workshop.seller)])
    assert found[fund.pk] == {(owed_with(platform), "EUR"): 250, ("756", "EUR"): -250}
    assert sum(sum(accounts.values()) for accounts in found.values()) == 0


def test_accounts_have_a_name_in_both_languages(workshop):
    fund = fund_of(workshop.collective)
    with translation.override("fr"):
        assert account_name("706") == "Main-d’œuvre vendue"
    with translation.override("en"):
        assert account_name("706") == "Labour sold"
        others = names_of_others(workshop.collective)
        assert account_name(owed_with(fund), others=others) == f"Other debtors or creditors ({fund.name})"
    assert all(french and english and french != english for french, english in NAMES.values())


@pytest.mark.parametrize("account", ["", "70", "706.1", "467", "467.x", "467.", "4687.1"])
def test_what_is_no_account(account):
    assert not is_account(account)
