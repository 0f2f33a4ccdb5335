"""Changing hours: what is said holds, what cannot be is refused, who did it is written down."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from backend.lib.errors import RuleBroken
from collective.members.models import Membership
from collective.timetable import hours_rules
from collective.timetable.change_hours import (
    change_weekly_hours,
    make_exception,
    open_on_holiday,
    set_closed_on_holidays,
    take_back_exception,
    take_back_season,
)
from collective.timetable.check import find_faults
from collective.timetable.hours import Season, exceptions, opening_periods, owner_key, seasons
from collective.timetable.hours_rules import MayNotChangeHours
from collective.timetable.models import HoursChange
from collective.timetable.public_holidays import public_holidays
from collective.timetable.wall_clock import TimeSkipped, moment_at
from collective.workshops.models import Staff
from tests.factories import MembershipFactory, StaffFactory, UserFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)  # a Monday
TODAY = AT.date()
PARIS = ZoneInfo("Europe/Paris")
ALWAYS = "Mo-Fr 09:00-18:00"
SUMMER = "Mo-Fr 07:30-14:00"


@pytest.fixture
def workshop():
    return open_workshop(at=AT, hours=ALWAYS)


@pytest.fixture
def mechanic(workshop):
    return workshop.resources.get(kind="mechanic")


def opening(owner, day) -> list[str]:
    periods = opening_periods(owners=[owner], first=day, last=day)[owner_key(owner)][day]
    return [f"{p.starts_at.astimezone(PARIS):%H:%M}-{p.ends_at.astimezone(PARIS):%H:%M}" for p in periods]


def local(*moment) -> datetime:
    return datetime(*moment, tzinfo=PARIS)


def written() -> list[str]:
    return list(HoursChange.objects.values_list("kind", flat=True))


def refused(code, act, **given) -> None:
    """The use case refuses by this code, and leaves no trace."""
    with pytest.raises(RuleBroken) as rule:
        act(**given)
    assert rule.value.code == code
    assert str(rule.value)
    assert written() == []


def test_summer_hours_hold_from_their_day_until_their_last_and_then_the_old_ones_return(workshop):
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=date(2026, 7, 6), until=date(2026, 8, 30), at=AT)
    assert opening(workshop, date(2026, 7, 3)) == ["09:00-18:00"]
    assert opening(workshop, date(2026, 7, 6)) == ["07:30-14:00"]
    assert opening(workshop, date(2026, 8, 28)) == ["07:30-14:00"]
    assert opening(workshop, date(2026, 8, 31)) == ["09:00-18:00"]
    assert seasons(workshop)[1:] == [Season(date(2026, 7, 6), SUMMER), Season(date(2026, 8, 31), ALWAYS)]
    assert list(find_faults(at=AT)) == []
    assert written() == ["week"]


def test_what_was_to_begin_within_a_season_gives_way_and_what_begins_after_it_stays(workshop):
    change_weekly_hours(owner=workshop, hours="Mo 10:00-11:00", from_on=date(2026, 7, 20), at=AT)
    change_weekly_hours(owner=workshop, hours="Mo 12:00-13:00", from_on=date(2026, 8, 31), at=AT)
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=date(2026, 7, 6), until=date(2026, 8, 30), at=AT)
    assert opening(workshop, date(2026, 7, 27)) == ["07:30-14:00"]
    assert opening(workshop, date(2026, 8, 31)) == ["12:00-13:00"]


def test_a_season_to_come_is_taken_back_and_the_week_before_holds_on(workshop):
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=date(2026, 7, 6), at=AT)
    change_weekly_hours(owner=workshop, hours="Mo 12:00-13:00", from_on=date(2026, 9, 7), at=AT)

    assert take_back_season(owner=workshop, from_on=date(2026, 7, 6), at=AT)
    assert not take_back_season(owner=workshop, from_on=date(2026, 7, 6), at=AT)

    assert opening(workshop, date(2026, 7, 6)) == ["09:00-18:00"]
    assert opening(workshop, date(2026, 9, 7)) == ["12:00-13:00"]
    assert opening(workshop, date(2026, 9, 8)) == []
    assert list(find_faults(at=AT)) == []


def test_a_season_that_has_begun_is_not_taken_back(workshop):
    refused("season_past", take_back_season, owner=workshop, from_on=seasons(workshop)[0].from_on, at=AT)


def test_a_mechanic_has_a_week_of_their_own_until_it_is_the_workshop_s_again(workshop, mechanic):
    change_weekly_hours(owner=mechanic, hours="Mo-Tu 11:00-20:00", from_on=TODAY, until=date(2026, 6, 14), at=AT)
    assert opening(mechanic, date(2026, 6, 9)) == ["11:00-18:00"]
    assert opening(mechanic, date(2026, 6, 10)) == []
    assert opening(mechanic, date(2026, 6, 17)) == ["09:00-18:00"]
    assert opening(workshop, date(2026, 6, 10)) == ["09:00-18:00"]
    assert list(find_faults(at=AT)) == []


@pytest.mark.parametrize(
    ("hours", "from_on", "until", "code"),
    [
        ("Mo 18:00-09:00", TODAY, None, "hours_inverted"),
        ("Mo 09:00-12:00,11:00-13:00", TODAY, None, "hours_overlap"),
        ("lundi matin", TODAY, None, "hours_unreadable"),
        (SUMMER, TODAY - timedelta(days=1), None, "season_past"),
        (SUMMER, TODAY + timedelta(days=731), None, "season_too_far"),
        (SUMMER, TODAY, TODAY + timedelta(days=731), "season_too_far"),
        (SUMMER, TODAY + timedelta(days=9), TODAY + timedelta(days=8), "season_inverted"),
    ],
)
def test_a_week_that_cannot_be_changes_nothing(workshop, hours, from_on, until, code):
    refused(code, change_weekly_hours, owner=workshop, hours=hours, from_on=from_on, until=until, at=AT)
    assert opening(workshop, date(2026, 6, 8)) == ["09:00-18:00"]
    assert len(seasons(workshop)) == 1


def test_there_are_only_so_many_seasons_to_come(workshop, monkeypatch):
    monkeypatch.setattr(hours_rules, "MOST_SEASONS", 0)
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=TODAY, at=AT)  # from today: it is none to come
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=TODAY, at=AT)
    monkeypatch.setattr(hours_rules, "MOST_SEASONS", 1)
    change_weekly_hours(owner=workshop, hours=SUMMER, from_on=TODAY + timedelta(days=7), at=AT)
    with pytest.raises(hours_rules.TooManySeasons):
        change_weekly_hours(owner=workshop, hours=SUMMER, from_on=TODAY + timedelta(days=14), at=AT)


def test_a_sunday_is_opened_and_closed_again(workshop):
    sunday = date(2026, 6, 7)
    made = make_exception(
        owner=workshop,
        starts_at=local(2026, 6, 7, 10),
        ends_at=local(2026, 6, 7, 12),
        is_open=True,
        label="Bourse aux vélos",
        at=AT,
    )
    assert opening(workshop, sunday) == ["10:00-12:00"]
    [said] = exceptions(workshop, first=sunday, last=sunday)
    assert (said.id, said.is_open, said.label) == (made, True, "Bourse aux vélos")

    assert take_back_exception(owner=workshop, exception=made, at=AT)
    assert opening(workshop, sunday) == []
    assert exceptions(workshop, first=sunday, last=sunday) == []
    assert written() == ["exception_removed", "exception"]
    assert list(find_faults(at=AT)) == []


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "is_open", "label", "code"),
    [
        (local(2026, 6, 7, 12), local(2026, 6, 7, 10), False, "", "exception_inverted"),
        (local(2026, 6, 7, 12), local(2026, 6, 7, 12), False, "", "exception_inverted"),
        (local(2026, 6, 7), local(2027, 6, 9), False, "", "exception_too_long"),
        (local(2026, 5, 30), local(2026, 5, 31), False, "", "exception_over"),
        (local(2028, 6, 30), local(2028, 7, 1), False, "", "exception_too_far"),
        (local(2026, 6, 6, 10), local(2026, 6, 7, 12), True, "", "opening_too_long"),
        (local(2026, 6, 7), local(2026, 6, 8), False, "x" * 121, "label_too_long"),
    ],
)
def test_an_exception_that_cannot_be_changes_nothing(workshop, starts_at, ends_at, is_open, label, code):
    given = {"starts_at": starts_at, "ends_at": ends_at, "is_open": is_open, "label": label}
    refused(code, make_exception, owner=workshop, at=AT, **given)
    assert exceptions(workshop, first=date(2026, 1, 1), last=date(2029, 1, 1)) == []


def test_a_whole_day_open_is_within_one_day(workshop):
    make_exception(
        owner=workshop, starts_at=local(2026, 6, 7), ends_at=local(2026, 6, 8), is_open=True, label="", at=AT
    )
    assert opening(workshop, date(2026, 6, 7)) == ["00:00-00:00"]


def test_there_are_only_so_many_exceptions_to_come(workshop, monkeypatch):
    monkeypatch.setattr(hours_rules, "MOST_EXCEPTIONS", 0)
    given = {"starts_at": local(2026, 6, 7), "ends_at": local(2026, 6, 8), "is_open": False, "label": ""}
    refused("too_many_exceptions", make_exception, owner=workshop, at=AT, **given)


def test_a_public_holiday_is_worked_as_any_such_day(workshop):
    ascension_next_year, bastille = date(2027, 5, 6), date(2026, 7, 14)
    assert opening(workshop, bastille) == []

    made = open_on_holiday(workshop=workshop, day=bastille, at=AT)

    assert opening(workshop, bastille) == ["09:00-18:00"]
    assert take_back_exception(owner=workshop, exception=made[0], at=AT)
    assert opening(workshop, bastille) == []
    assert opening(workshop, ascension_next_year) == []


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 7, 15), "no_holiday_then"), (date(2026, 8, 15), "nothing_to_open")]
)
def test_only_a_holiday_of_the_working_week_is_opened_so(workshop, day, code):
    refused(code, open_on_holiday, workshop=workshop, day=day, at=AT)


def test_holidays_may_be_days_as_any_other(workshop):
    assert set_closed_on_holidays(workshop=workshop, closed=False, at=AT)
    assert not set_closed_on_holidays(workshop=workshop, closed=False, at=AT)
    workshop.refresh_from_db()
    assert opening(workshop, date(2026, 7, 14)) == ["09:00-18:00"]
    assert list(find_faults(at=AT)) == []
    assert set_closed_on_holidays(workshop=workshop, closed=True, at=AT)
    assert list(find_faults(at=AT)) == []
    assert written() == ["holidays", "holidays"]


def test_holidays_are_named_in_the_reader_s_language():
    asked = {"first": date(2026, 12, 1), "last": date(2027, 1, 31), "postcode": "59000"}
    with translation.override("fr"):
        assert list(public_holidays(**asked).values()) == ["Noël", "Jour de l'an"]
    with translation.override("en"):
        assert list(public_holidays(**asked).values()) == ["Christmas Day", "New Year's Day"]
    assert date(2026, 12, 26) in public_holidays(**asked | {"postcode": "67000"})


# --- Who ---


def acts(workshop, mechanic, by):
    """Every change, for one person."""
    sunday = {"starts_at": local(2026, 6, 7, 10), "ends_at": local(2026, 6, 7, 12), "label": "", "at": AT, "by": by}
    yield lambda: change_weekly_hours(owner=workshop, hours=SUMMER, from_on=date(2026, 7, 6), at=AT, by=by)
    yield lambda: change_weekly_hours(owner=mechanic, hours=SUMMER, from_on=TODAY, at=AT, by=by)
    yield lambda: take_back_season(owner=workshop, from_on=date(2026, 7, 6), at=AT, by=by)
    yield lambda: make_exception(owner=workshop, is_open=True, **sunday)
    yield lambda: make_exception(owner=mechanic, is_open=False, **sunday)
    yield lambda: take_back_exception(owner=workshop, exception=0, at=AT, by=by)
    yield lambda: open_on_holiday(workshop=workshop, day=date(2026, 7, 14), at=AT, by=by)
    yield lambda: set_closed_on_holidays(workshop=workshop, closed=False, at=AT, by=by)


@pytest.mark.parametrize("role", [Staff.Role.OWNER, Staff.Role.MECHANIC])
def test_who_runs_the_workshop_changes_its_hours_and_is_named(workshop, mechanic, role):
    by = StaffFactory(workshop=workshop, role=role).user
    for act in acts(workshop, mechanic, by):
        act()
    assert set(HoursChange.objects.values_list("by", flat=True)) == {by.pk}
    assert HoursChange.objects.filter(resource=mechanic).count() == 2


def test_others_change_nothing(workshop, mechanic):
    coordinator = MembershipFactory(collective=workshop.collective, role=Membership.Role.COORDINATOR).user
    for by in (coordinator, UserFactory(), StaffFactory(workshop=workshop, role=Staff.Role.HELPER).user):
        for act in acts(workshop, mechanic, by):
            with pytest.raises(MayNotChangeHours):
                act()
    assert written() == []


def test_whose_time_it_is_may_be_away_whatever_their_role(workshop, mechanic):
    helper = StaffFactory(workshop=workshop, role=Staff.Role.HELPER).user
    mechanic.mechanic.user = helper
    mechanic.mechanic.save()
    away = make_exception(
        owner=mechanic,
        starts_at=local(2026, 6, 8, 13),
        ends_at=local(2026, 6, 9),
        is_open=False,
        label="dentiste",
        at=AT,
        by=helper,
    )
    assert opening(mechanic, date(2026, 6, 8)) == ["09:00-13:00"]
    assert take_back_exception(owner=mechanic, exception=away, at=AT, by=helper)


def test_what_a_clock_never_shows_is_refused():
    night = date(2027, 3, 28)
    with pytest.raises(TimeSkipped):
        moment_at(night, 150, PARIS)
    assert moment_at(night, 180, PARIS) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert moment_at(date(2026, 10, 25), 150, PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of two
