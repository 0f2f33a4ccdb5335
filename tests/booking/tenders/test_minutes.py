"""Time credits: their own unit, their own account, never mixed with euros, never below nothing."""

from itertools import count

import pytest
from django.db import IntegrityError, transaction

from backend.lib.errors import BadInput, NotAllowed
from booking.jobs.finish import finish_repair
from booking.jobs.settle import settle, take_back
from booking.tenders.minutes import MinutesNotAccepted, MoreThanTheLabour
from booking.tenders.models import Tender
from collective.hours.grant import NotAMember, grant_minutes
from collective.hours.models import TimeAccount, TimeGrant
from collective.hours.spend import NotEnoughMinutes
from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.models import Line
from collective.members.models import Membership
from tests.booking.appointments.scene import TEN, book_at
from tests.booking.appointments.test_race import at_once
from tests.booking.tenders.conftest import DONE_AT, given
from tests.collective.money import books
from tests.factories import MembershipFactory, UserFactory

_keys = count(1)


@pytest.fixture
def workshop(workshop):
    workshop.accepts_minutes = True
    workshop.save(update_fields=["accepts_minutes"])
    return workshop


@pytest.fixture
def member(workshop):
    return MembershipFactory(collective=workshop.collective, role=Membership.Role.VOLUNTEER).user


@pytest.fixture
def grant(workshop, member):
    coordinator = MembershipFactory(collective=workshop.collective, role=Membership.Role.COORDINATOR).user

    def grant(minutes=100, **more):
        wanted = {"user": member, "reason": "Samedi d’entraide", "key": f"g-{next(_keys)}", "by": coordinator}
        return grant_minutes(collective=workshop.collective, minutes=minutes, at=DONE_AT, **wanted | more)

    return grant


@pytest.fixture
def done(workshop, staff, member):
    return finish_repair(appointment=book_at(workshop, cyclist=member), by=staff, tenders=[], at=DONE_AT)


def minutes_of(member):
    return TimeAccount.objects.get(user=member).minutes


def of_unit(unit):
    return dict(Line.objects.filter(unit=unit).values_list("account", "amount"))


def test_minutes_are_given_once_by_a_coordinator(grant, member):
    grant(key="form")
    grant(key="form")
    assert minutes_of(member) == 100
    account = TimeAccount.objects.get().pk
    assert of_unit("MIN") == {"864": 100, f"870.{account}": -100}
    assert not Line.objects.filter(unit="EUR").exists()
    assert TimeGrant.objects.get().reason == "Samedi d’entraide"


@pytest.mark.parametrize(
    "wrong", [{"minutes": 0}, {"minutes": -1}, {"minutes": 6001}, {"minutes": 1.5}, {"reason": " "}], ids=str
)
def test_grants_that_cannot_be(grant, wrong):
    with pytest.raises(BadInput):
        grant(**wrong)
    assert not TimeGrant.objects.exists()


def test_who_gives_and_who_gets(grant, member, staff):
    with pytest.raises(NotAllowed):
        grant(by=staff)
    with pytest.raises(NotAMember):
        grant(user=UserFactory())


def test_minutes_pay_for_labour_and_the_parts_stay_owed(grant, pay, member, left, workshop):
    grant(100)
    tender = pay("minutes")
    assert (tender.amount, tender.unit, tender.settles_cents) == (30, "MIN", 1500)
    assert (minutes_of(member), left()) == (70, 500)
    assert books(workshop)["seller"]["65881"] == 1500  # the euros of that labour are the workshop's own cost
    spent = Line.objects.filter(entry__source=tender.source, unit="MIN")
    assert {line.account.partition(".")[0]: line.amount for line in spent} == {"870": 30, "875": -30}
    assert what_is_wrong_in_the_books() == []


def test_no_entry_mixes_minutes_and_euros(grant, pay):
    grant(100)
    pay("minutes", 7)
    units = {}
    for entry, unit in Line.objects.values_list("entry", "unit"):
        units.setdefault(entry, set()).add(unit)
    assert all(len(found) == 1 for found in units.values())


def test_the_last_minute_brings_the_last_cent(grant, pay, left):
    grant(100)
    for minutes in (7, 11, 11, 1):
        pay("minutes", minutes)
    assert sum(Tender.objects.values_list("settles_cents", flat=True)) == 1500
    assert left() == 500
    with pytest.raises(MoreThanTheLabour):
        pay("minutes", 1)


def test_not_beyond_the_labour_nor_the_account(grant, pay, member, left):
    grant(20)
    with pytest.raises(MoreThanTheLabour):
        pay("minutes", 31)
    with pytest.raises(NotEnoughMinutes):
        pay("minutes", 21)
    pay("minutes", 20)
    assert minutes_of(member) == 0
    with pytest.raises(NotEnoughMinutes):
        pay("minutes", 1)
    assert left() == 1000


def test_a_workshop_that_does_not_take_them_and_a_customer_without_account(grant, pay, workshop, staff):
    grant(100)
    guest = finish_repair(appointment=book_at(workshop, TEN), by=staff, tenders=[], at=DONE_AT)
    with pytest.raises(NotEnoughMinutes):
        settle(appointment=guest, given=given("minutes"), by=staff, at=DONE_AT)
    type(workshop).objects.update(accepts_minutes=False)
    with pytest.raises(MinutesNotAccepted):
        pay("minutes")


def test_taken_back_the_minutes_return(grant, pay, done, owner, member, left, workshop):
    grant(100)
    tender = pay("minutes")
    take_back(appointment=done, tender=tender.pk, reason="Erreur", by=owner, at=DONE_AT)
    assert (minutes_of(member), left()) == (100, 2000)
    assert "65881" not in books(workshop)["seller"]
    assert what_is_wrong_in_the_books() == []


def test_the_database_lets_no_account_go_below_nothing(grant):
    grant(100)
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeAccount.objects.update(minutes=-1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_repairs_race_for_the_same_minutes(grant, workshop, staff, member):
    grant(45)
    bills = [
        finish_repair(appointment=book_at(workshop, when, cyclist=member), by=staff, tenders=[], at=DONE_AT)
        for when in (TEN, TEN.replace(hour=10))
    ]
    tries = [
        lambda bill=bill: settle(appointment=bill, given=given("minutes", 30), by=staff, at=DONE_AT) for bill in bills
    ]
    gave = at_once(*tries)
    assert sum(isinstance(one, NotEnoughMinutes) for one in gave) == 1, gave
    assert minutes_of(member) == 15
