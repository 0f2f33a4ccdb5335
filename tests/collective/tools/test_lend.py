"""A shared tool is at one place at a time, with the time to go between; who keeps it lends it and takes it back."""

from datetime import UTC, datetime, timedelta

import pytest

from collective.members.models import Membership
from collective.timetable.models import Occupancy, Resource
from collective.timetable.occupy import occupy
from collective.timetable.periods import Period
from collective.timetable.retire import AlreadyRetired, StillCountedOn
from collective.tools.change_tools import add_tool, change_tool, retire_tool
from collective.tools.lend import (
    LoanOver,
    NotAMember,
    PeriodUnusable,
    ToolTaken,
    keep_for_upkeep,
    lend,
    loan_period,
    take_back,
)
from collective.tools.models import Loan, Tool
from collective.tools.rights import NotTheKeeper
from collective.tools.where import standings, uses_of
from collective.workshops.models import Staff
from tests.factories import (
    CollectiveFactory,
    MembershipFactory,
    SellerFactory,
    StaffFactory,
    ToolKindFactory,
    ToolTimeFactory,
    WorkshopFactory,
)

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)  # 9:00 in Lille
HOUR = timedelta(hours=1)


@pytest.fixture
def home(db):
    return WorkshopFactory(name="Le Pavé")


@pytest.fixture
def away(home):
    """A member 2 km to the north: 2.6 km of road, 11 minutes at 15 km/h."""
    return WorkshopFactory(seller__collective=home.collective, name="Le Moulin", lat=home.lat + 2 / 111.195)


@pytest.fixture
def kit(home) -> Tool:
    return ToolTimeFactory(tool__home=home, tool__name="Kit", tool__hand_over_minutes=15).tool


@pytest.fixture
def keeper(home):
    return StaffFactory(workshop=home, role=Staff.Role.OWNER).user


def hours(first: float, last: float) -> Period:
    return Period(MONDAY + first * HOUR, MONDAY + last * HOUR)


def test_a_loan_takes_the_tool_where_it_is_wanted(kit, away, keeper):
    loan = lend(tool=kit, to=away, period=hours(0, 48), by=keeper, at=AT)
    taken = Occupancy.objects.get(reference=loan.reference)
    assert (taken.reason, taken.starts_at, taken.ends_at) == ("loan", loan.starts_at, loan.ends_at)
    assert (taken.lat, taken.lon) == (away.lat, away.lon)


def test_an_overlap_is_refused_and_says_when_it_is_free(kit, home, away, keeper):
    lend(tool=kit, to=away, period=hours(0, 4), by=keeper, at=AT)
    lend(tool=kit, to=away, period=hours(5, 6), by=keeper, at=AT)
    with pytest.raises(ToolTaken) as refusal:
        lend(tool=kit, to=home, period=hours(3, 5), by=keeper, at=AT)
    # Until 13:00; two hours, and the way there and back, fit after the second loan only: 15:00, 26 minutes, a quarter
    assert refusal.value.params["until"].endswith("13:00")
    assert refusal.value.params["free"].endswith("15:30")
    free_at = MONDAY + 6.5 * HOUR
    assert lend(tool=kit, to=home, period=Period(free_at, free_at + 2 * HOUR), by=keeper, at=AT)


def test_the_way_between_two_places_must_fit(kit, home, away, keeper):
    lend(tool=kit, to=away, period=hours(0, 4), by=keeper, at=AT)
    with pytest.raises(ToolTaken):
        lend(tool=kit, to=home, period=hours(4.4, 6), by=keeper, at=AT)  # 24 minutes; it takes 26
    assert lend(tool=kit, to=away, period=hours(4, 5), by=keeper, at=AT)  # it is there already
    with pytest.raises(ToolTaken):
        lend(tool=kit, to=home, period=Period(MONDAY - 2 * HOUR, MONDAY - HOUR / 3), by=keeper, at=AT)


def test_a_repair_in_the_way_refuses_too(kit, home, keeper):
    occupy(
        resources=[kit.resource], period=hours(1, 2), reason="appointment", reference="appointment:x",
        expires_at=None, at=AT, where=home,
    )  # fmt: skip
    with pytest.raises(ToolTaken):
        keep_for_upkeep(tool=kit, period=hours(0, 8), by=keeper, at=AT)


@pytest.mark.parametrize(("first", "last"), [(0, 24 * 93), (-24 * 30, -24 * 29), (24 * 400, 24 * 401)])
def test_a_period_that_cannot_be_is_refused(kit, away, keeper, first, last):
    with pytest.raises(PeriodUnusable):
        lend(tool=kit, to=away, period=hours(first, last), by=keeper, at=AT)
    assert not Loan.objects.exists()


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_that_ends_before_it_begins_is_refused(length):
    with pytest.raises(PeriodUnusable):
        loan_period(MONDAY, MONDAY + length * HOUR)


def test_only_members_borrow_and_only_keepers_lend(kit, home, away, keeper):
    foreign = WorkshopFactory(seller=SellerFactory(collective=CollectiveFactory(slug="ailleurs")))
    with pytest.raises(NotAMember):
        lend(tool=kit, to=foreign, period=hours(0, 1), by=keeper, at=AT)
    borrower = StaffFactory(workshop=away, role=Staff.Role.OWNER).user
    with pytest.raises(NotTheKeeper):
        lend(tool=kit, to=away, period=hours(0, 1), by=borrower, at=AT)
    coordinator = MembershipFactory(collective=home.collective, role=Membership.Role.COORDINATOR).user
    loan = lend(tool=kit, to=away, period=hours(0, 1), by=coordinator, at=AT)
    assert take_back(loan=loan, by=borrower, at=AT).ended_at  # who borrowed it gives it back


def test_a_loan_called_off_leaves_nothing_and_one_that_runs_ends_now(kit, away, keeper):
    loan = lend(tool=kit, to=away, period=hours(0, 48), by=keeper, at=AT)
    take_back(loan=loan, by=keeper, at=AT)
    assert not Occupancy.objects.exists()
    with pytest.raises(LoanOver):
        take_back(loan=loan, by=keeper, at=AT)
    running = lend(tool=kit, to=away, period=hours(0, 48), by=keeper, at=AT)
    take_back(loan=running, by=keeper, at=MONDAY + 3 * HOUR)
    assert Occupancy.objects.get().ends_at == MONDAY + 3 * HOUR


def test_it_is_told_where_the_tool_is(kit, home, away, keeper):
    loan = lend(tool=kit, to=away, period=hours(0, 4), by=keeper, at=AT)

    def told(at):
        (one,) = standings([kit], at=at, until=at + timedelta(days=30))
        return one.place, one.now and one.now.loan, one.next and one.next.loan

    assert told(AT) == (home, None, loan)
    assert told(MONDAY + HOUR) == (home, loan, None)
    assert told(MONDAY + 5 * HOUR) == (away, None, None)  # it stands where it was last used


def test_a_repair_tells_whose_it_is_by_the_mechanic_it_takes(kit, away, keeper, django_assert_num_queries):
    mechanic = Resource.objects.create(
        workshop=away, kind="mechanic", mechanic=away.mechanics.create(name="M", skill_level=3)
    )
    Occupancy.objects.bulk_create(
        Occupancy(
            resource=one, starts_at=MONDAY, ends_at=MONDAY + HOUR, reason="appointment", reference="appointment:x"
        )
        for one in (mechanic, kit.resource)
    )
    with django_assert_num_queries(2):  # no loan is asked for
        uses = uses_of([kit], since=AT, until=MONDAY + HOUR, at=AT)
    assert [(use.workshop, use.loan) for use in uses[kit.pk]] == [(away, None)]


def test_a_tool_is_added_moved_and_retired(home, away, keeper):
    kind = ToolKindFactory(code="truing_stand")
    tool = add_tool(kind=kind, home=home, name=" Centreur ", by=keeper)
    assert (tool.name, tool.resource.workshop) == ("Centreur", home)
    with pytest.raises(NotTheKeeper):
        add_tool(kind=kind, home=away, name="Centreur", by=keeper)
    loan = lend(tool=tool, to=away, period=hours(0, 1), by=keeper, at=AT)
    with pytest.raises(StillCountedOn):
        retire_tool(tool=tool, by=keeper, at=AT)
    take_back(loan=loan, by=keeper, at=AT)
    retire_tool(tool=tool, by=keeper, at=AT)
    with pytest.raises(AlreadyRetired):
        lend(tool=Tool.objects.get(pk=tool.pk), to=away, period=hours(0, 1), by=keeper, at=AT)


def test_a_new_home_is_where_its_resource_is(kit, away, keeper):
    change_tool(tool=kit, by=keeper, home=away)
    assert Resource.objects.get(tool=kit).workshop == away
