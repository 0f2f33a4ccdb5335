"""Hours through django-scheduler: the wall clock holds, exceptions hold, whatever the season and the zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from schedule.models import Event, Occurrence, Rule

from collective.timetable.hours import (
    ExceptionUnreadable,
    HoursDamaged,
    add_exception,
    anchor_again,
    opening_periods,
    owner_key,
    remove_exception,
    set_weekly_hours,
    weekly_hours_text,
)
from collective.timetable.weekly import HoursUnreadable
from tests.factories import MechanicTimeFactory, WorkshopFactory

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
SPRING = date(2026, 4, 1)


@pytest.fixture
def workshop():
    return WorkshopFactory()


def opening(owner, day) -> list[str]:
    """The owner's opening on a day, by its wall clock."""
    zone = getattr(owner, "workshop", owner).zone
    periods = opening_periods(owners=[owner], first=day, last=day)[owner_key(owner)][day]
    return [f"{p.starts_at.astimezone(zone):%H:%M}-{p.ends_at.astimezone(zone):%H:%M}" for p in periods]


def local(*moment) -> datetime:
    return datetime(*moment, tzinfo=PARIS)


@pytest.mark.parametrize("day", [date(2026, 10, 20), date(2026, 10, 27), date(2027, 3, 23), date(2027, 3, 30)])
def test_nine_o_clock_stays_nine_o_clock_in_winter(workshop, day):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:30", from_on=SPRING)
    assert opening(workshop, day) == ["09:00-12:30"]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 11, 22), 24)]
)
def test_open_all_day_is_as_long_as_the_day(workshop, day, hours):
    set_weekly_hours(owner=workshop, hours="24/7", from_on=SPRING)
    (period,) = opening_periods(owners=[workshop], first=day, last=day)[owner_key(workshop)][day]
    assert period.ends_at - period.starts_at == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "Indian/Reunion"])
def test_hours_are_the_workshop_zones(zone):
    workshop = WorkshopFactory(timezone=zone)
    set_weekly_hours(owner=workshop, hours="Mo-Su 08:00-20:00", from_on=SPRING)
    days = opening_periods(owners=[workshop], first=date(2026, 10, 20), last=date(2026, 11, 10))[owner_key(workshop)]
    shown = {
        f"{p.starts_at.astimezone(workshop.zone):%H:%M}-{p.ends_at.astimezone(workshop.zone):%H:%M}"
        for day, periods in days.items()
        for p in periods
    }
    assert shown == {"08:00-20:00"}


def test_every_weekday_of_a_range_is_open(workshop):
    """byweekday:1,2,3 would have been open on one of them only."""
    set_weekly_hours(owner=workshop, hours="Tu-Th 09:00-12:00", from_on=SPRING)
    week = [date(2026, 11, 23) + timedelta(days=n) for n in range(7)]
    assert [bool(opening(workshop, day)) for day in week] == [False, True, True, True, False, False, False]


def test_public_holidays_are_closed_unless_said_otherwise(workshop):
    set_weekly_hours(owner=workshop, hours="Mo-Fr 09:00-12:00", from_on=SPRING)
    armistice = date(2026, 11, 11)
    assert opening(workshop, armistice) == []

    add_exception(owner=workshop, starts_at=local(2026, 11, 11, 10), ends_at=local(2026, 11, 11, 11), is_open=True)

    assert opening(workshop, armistice) == ["10:00-11:00"]


def test_alsace_rests_on_the_26th_of_december():
    lille, strasbourg = WorkshopFactory(), WorkshopFactory(postcode="67000")
    for workshop in (lille, strasbourg):
        set_weekly_hours(owner=workshop, hours="Sa 09:00-12:00", from_on=SPRING)
    assert opening(lille, date(2026, 12, 26)) == ["09:00-12:00"]
    assert opening(strasbourg, date(2026, 12, 26)) == []


def test_a_closure_by_the_hour_survives_a_change_of_hours(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=SPRING)
    add_exception(owner=workshop, starts_at=local(2026, 11, 24, 10), ends_at=local(2026, 11, 24, 11), is_open=False)

    set_weekly_hours(owner=workshop, hours="Tu 08:30-13:00", from_on=date(2026, 9, 1))

    assert opening(workshop, date(2026, 11, 24)) == ["08:30-10:00", "11:00-13:00"]


def test_a_closure_is_closed_after_the_clocks_changed(workshop):
    """Asked in UTC, the package forgets a cancelled day once winter has come."""
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=SPRING)
    series = Event.objects.get(title="weekly")
    first_of_winter = local(2026, 10, 27, 9)
    Occurrence.objects.create(
        event=series,
        start=first_of_winter,
        end=first_of_winter + timedelta(hours=3),
        original_start=first_of_winter,
        original_end=first_of_winter + timedelta(hours=3),
        cancelled=True,
    )
    assert opening(workshop, date(2026, 10, 27)) == []
    assert opening(workshop, date(2026, 11, 3)) == ["09:00-12:00"]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/St_Johns", "Pacific/Auckland", "Asia/Tehran"])
@pytest.mark.parametrize(
    "hours", ["Mo-Fr 09:00-12:30,14:00-18:00; Su 00:00-24:00", "We,Sa-Su 20:00-02:30", "Su 02:15-02:45"]
)
def test_days_are_those_that_the_package_finds(zone, hours):
    workshop = WorkshopFactory(timezone=zone)
    set_weekly_hours(owner=workshop, hours=hours, from_on=SPRING)
    set_weekly_hours(owner=workshop, hours="Mo-Sa 08:00-17:00", from_on=date(2027, 4, 12))
    whole = {"owners": [workshop], "first": date(2026, 3, 20), "last": date(2027, 4, 20)}
    ours = opening_periods(**whole)
    weeks = [{**whole, "first": day, "last": day + timedelta(days=6)} for day in (SPRING, date(2026, 10, 22))]
    ours_by_week = [opening_periods(**week) for week in weeks]
    for series in Event.objects.filter(title="weekly"):  # a day that was touched, long before
        since, until = local(2020, 1, 1, 9), local(2020, 1, 1, 10)
        times = {"start": since, "end": until, "original_start": since, "original_end": until}
        Occurrence.objects.create(event=series, cancelled=True, **times)
    assert opening_periods(**whole) == ours
    assert [opening_periods(**week) for week in weeks] == ours_by_week


def test_where_exceptions_cross_the_last_said_holds_and_can_be_taken_back(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=SPRING)
    add_exception(owner=workshop, starts_at=local(2026, 11, 23), ends_at=local(2026, 11, 30), is_open=False)
    opened = add_exception(
        owner=workshop, starts_at=local(2026, 11, 24, 10), ends_at=local(2026, 11, 24, 11), is_open=True
    )
    assert opening(workshop, date(2026, 11, 24)) == ["10:00-11:00"]

    assert remove_exception(owner=workshop, exception=opened)
    assert opening(workshop, date(2026, 11, 24)) == []
    assert remove_exception(owner=WorkshopFactory(), exception=opened) is None


def test_seasons_hold_from_their_day_in_whatever_order_they_are_said(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 10:00-17:00", from_on=date(2026, 10, 1))
    set_weekly_hours(owner=workshop, hours="Tu 08:00-20:00", from_on=SPRING)
    set_weekly_hours(owner=workshop, hours="off", from_on=date(2027, 1, 1))
    set_weekly_hours(owner=workshop, hours="Tu 10:00-18:00", from_on=date(2026, 10, 1))

    assert opening(workshop, date(2026, 9, 29)) == ["08:00-20:00"]
    assert opening(workshop, date(2026, 10, 6)) == ["10:00-18:00"]
    assert opening(workshop, date(2027, 1, 5)) == []
    assert opening(workshop, date(2026, 3, 31)) == []


def test_a_mechanic_works_the_part_of_the_opening_that_is_theirs(workshop):
    set_weekly_hours(owner=workshop, hours="Tu-Fr 09:00-12:00,14:00-18:00", from_on=SPRING)
    mechanic = MechanicTimeFactory(mechanic__workshop=workshop)
    assert opening(mechanic, date(2026, 11, 24)) == ["09:00-12:00", "14:00-18:00"]

    set_weekly_hours(owner=mechanic, hours="Tu 11:00-16:00; Sa 09:00-12:00", from_on=SPRING)
    add_exception(owner=mechanic, starts_at=local(2026, 11, 24, 15), ends_at=local(2026, 11, 24, 19), is_open=False)

    assert opening(mechanic, date(2026, 11, 24)) == ["11:00-12:00", "14:00-15:00"]
    assert opening(mechanic, date(2026, 11, 25)) == []
    assert opening(mechanic, date(2026, 11, 28)) == []


def test_an_absence_needs_no_hours_of_ones_own(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=SPRING)
    mechanic = MechanicTimeFactory(mechanic__workshop=workshop)
    add_exception(owner=mechanic, starts_at=local(2026, 11, 24, 10), ends_at=local(2026, 11, 24, 11), is_open=False)
    assert opening(mechanic, date(2026, 11, 24)) == ["09:00-10:00", "11:00-12:00"]
    assert opening(workshop, date(2026, 11, 24)) == ["09:00-12:00"]


def test_a_lost_rule_is_loud(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=SPRING)
    Rule.objects.all().delete()
    with pytest.raises(HoursDamaged):
        opening(workshop, date(2026, 11, 24))


def test_old_series_are_anchored_again_and_say_the_same(workshop):
    set_weekly_hours(owner=workshop, hours="Tu-Fr 09:00-12:30,14:00-18:00", from_on=date(2020, 1, 1))
    mechanic = MechanicTimeFactory(mechanic__workshop=workshop)
    set_weekly_hours(owner=mechanic, hours="We 10:00-16:00", from_on=date(2020, 1, 1))
    asked = {"owners": [workshop, mechanic], "first": date(2026, 10, 1), "last": date(2026, 12, 31)}
    before = opening_periods(**asked)
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)

    assert anchor_again(at=at) == 3

    assert opening_periods(**asked) == before
    running = Event.objects.filter(title="weekly", end_recurring_period=None)
    assert min(event.start for event in running) > at - timedelta(days=9)
    assert anchor_again(at=at) == 0


def test_an_anchored_series_still_ends_when_the_next_season_begins(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:00", from_on=date(2020, 1, 1))
    anchor_again(at=datetime(2026, 11, 21, 9, tzinfo=UTC))
    set_weekly_hours(owner=workshop, hours="Tu 10:00-11:00", from_on=date(2026, 12, 1))
    assert opening(workshop, date(2026, 11, 24)) == ["09:00-12:00"]
    assert opening(workshop, date(2026, 12, 1)) == ["10:00-11:00"]


def test_hours_that_begin_in_the_hour_that_clocks_skip(workshop):
    set_weekly_hours(owner=workshop, hours="Su 02:30-06:00", from_on=date(2027, 3, 28))
    assert opening(workshop, date(2027, 4, 4)) == ["02:30-06:00"]


def test_reading_many_owners_takes_one_query(django_assert_num_queries):
    owners = [WorkshopFactory() for _ in range(5)]
    for owner in owners:
        set_weekly_hours(owner=owner, hours="Mo-Fr 09:00-12:00,14:00-18:00", from_on=SPRING)
    with django_assert_num_queries(1):
        opening_periods(owners=owners, first=date(2026, 11, 1), last=date(2026, 11, 30))


def test_what_is_wrong_is_refused(workshop):
    with pytest.raises(HoursUnreadable):
        set_weekly_hours(owner=workshop, hours="never on Sunday", from_on=SPRING)
    with pytest.raises(ExceptionUnreadable):
        add_exception(owner=workshop, starts_at=local(2026, 11, 24), ends_at=local(2026, 11, 24), is_open=True)
    with pytest.raises(ExceptionUnreadable):
        add_exception(owner=workshop, starts_at=local(2026, 11, 24), ends_at=local(2036, 11, 24), is_open=False)


def test_people_read_the_week_in_force(workshop):
    set_weekly_hours(owner=workshop, hours="Tu 09:00-12:30", from_on=SPRING)
    set_weekly_hours(owner=workshop, hours="Tu 10:00-12:30", from_on=date(2026, 12, 1))
    assert len(weekly_hours_text(workshop, on=date(2026, 11, 24))) == 1
    assert weekly_hours_text(workshop, on=date(2026, 11, 24)) != weekly_hours_text(workshop, on=date(2026, 12, 2))


def test_a_week_that_begins_as_clocks_skip_its_first_hour_holds_from_that_day():
    workshop = WorkshopFactory(timezone="America/Havana")  # on 14 March 2027 midnight is one o'clock at once
    sunday = date(2027, 3, 14)
    set_weekly_hours(owner=workshop, hours="Mo-Su 00:00-24:00", from_on=sunday)
    opening = opening_periods(owners=[workshop], first=sunday, last=sunday + timedelta(days=7))[owner_key(workshop)]
    hours = [sum(((p.ends_at - p.starts_at) for p in periods), timedelta()) for periods in opening.values()]
    assert hours == [timedelta(hours=23), *[timedelta(hours=24)] * 7]
