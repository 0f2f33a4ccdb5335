"""Days sold to bikes that are left there: what is promised, claimed, given back, and never oversold."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from collective.timetable.change_hours import make_exception, take_back_exception
from collective.timetable.check import find_faults
from collective.timetable.derive import read_stock
from collective.timetable.drop_off import (
    BadTerms,
    DayFull,
    NotADropOffDay,
    arrival,
    claim,
    promised_return,
    sell_days,
    stock,
)
from collective.timetable.free_days import lock_free_days, read_days
from collective.timetable.models import Claim, FreeDay
from collective.timetable.occupy import occupy, release, release_expired, rename
from collective.timetable.periods import Period
from collective.timetable.rooms import unpack
from tests.collective.timetable.test_rooms import can_do
from tests.factories import open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Lille
TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = (date(2026, 11, day) for day in (24, 25, 26, 28))
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
DAY_TICKS = 90  # 9:00-12:30, 14:00-18:00
TERMS = {
    "share_bp": 8000,
    "arrives_from": 9 * 60,
    "arrives_until": 11 * 60,
    "return_days": 0,
    "returns_from": 17 * 60,
    "storage_places": 6,
}


def selling(*, mechanics=(4,), horizon_days=12, hours="Tu-Fr 09:00-12:30,14:00-18:00; Sa 10:00-16:00", **terms):
    workshop = open_workshop(at=AT, mechanics=mechanics, horizon_days=horizon_days, days=horizon_days, hours=hours)
    sell_days(workshop=workshop, at=AT, **(TERMS | terms))
    return stock(workshop).workshop


def leave(workshop, minutes=60, *, day=TUESDAY, skill=2, reference="hold:1", expires_at=None, at=AT) -> Claim:
    return claim(
        workshop=workshop,
        day=day,
        minutes=minutes,
        skill_level=skill,
        reason="hold",
        reference=reference,
        expires_at=expires_at,
        at=at,
    )


def take(resources, hour, minutes=60, reference="hold:exact", reason="hold", expires_at=None):
    period = Period(NINE + hour * HOUR, NINE + hour * HOUR + timedelta(minutes=minutes))
    return occupy(resources=resources, period=period, reason=reason, reference=reference, expires_at=expires_at, at=AT)


def mechanics_of(workshop) -> list:
    return list(workshop.resources.filter(kind="mechanic").select_related("workshop").order_by("pk"))


def rooms(workshop, day=TUESDAY) -> tuple[int, ...]:
    """As the stock's free day says; equal to a reading of hours and claims."""
    row = FreeDay.objects.get(resource=stock(workshop), day=day)
    (read,) = read_stock(resources=[row.resource], first=day, last=day, at=AT)
    assert unpack(row.bits) == read.rooms
    assert row.longest == read.rooms[0]
    return read.rooms


def longest(workshop, day=TUESDAY) -> list[int]:
    rows = FreeDay.objects.filter(resource__in=mechanics_of(workshop), day=day).order_by("resource")
    return [row.longest for row in rows]


def test_a_day_is_sold_up_to_its_share():
    workshop = selling()
    assert rooms(workshop) == (72, 72, 72, 72, 0)
    made = leave(workshop, 5 * 60 - 2)
    assert (made.day, made.leaves_on, made.resource) == (TUESDAY, TUESDAY, stock(workshop))
    assert rooms(workshop) == (12, 12, 12, 12, 0)  # a tick begun is a tick sold
    leave(workshop, 60, reference="hold:2")
    with pytest.raises(DayFull):
        leave(workshop, 5, reference="hold:3")
    row = FreeDay.objects.get(resource=stock(workshop), day=TUESDAY)
    assert (row.open_ticks, row.taken_ticks) == (DAY_TICKS, 72)
    assert rooms(workshop, WEDNESDAY) == (72, 72, 72, 72, 0)


def test_work_that_needs_skill_counts_on_those_who_have_it():
    workshop = selling(mechanics=(2, 5), share_bp=10000)
    assert rooms(workshop) == (180, 180, 90, 90, 90)
    leave(workshop, 400, skill=1)
    assert rooms(workshop) == (100, 100, 90, 90, 90)
    leave(workshop, 425, skill=4, reference="hold:2")
    assert rooms(workshop) == (15, 15, 5, 5, 5)
    with pytest.raises(DayFull):
        leave(workshop, 30, skill=3, reference="hold:3")
    leave(workshop, 75, skill=2, reference="hold:3")


def test_exact_appointments_and_days_share_the_minutes():
    workshop = selling(mechanics=(2, 5), share_bp=10000)
    junior, senior = mechanics_of(workshop)
    assert longest(workshop) == [48, 48]
    leave(workshop, 6 * 60, skill=3)
    assert longest(workshop) == [48, 18]  # the senior's other hour and a half
    assert take([senior], 0, 90)
    assert (longest(workshop), rooms(workshop)) == ([48, 0], (90, 90, 0, 0, 0))
    with pytest.raises(DayFull), transaction.atomic():
        take([senior], 2, 5, reference="hold:2")
    take([junior], 0, 210, reference="hold:2")
    leave(workshop, 240, skill=1, reference="hold:3")
    assert (longest(workshop), rooms(workshop)) == ([0, 0], (0, 0, 0, 0, 0))
    take([senior], 2, 60, reference="closure:1", reason="closure")  # illness asks nobody
    assert read_days(resources=[senior], first=TUESDAY, last=TUESDAY, at=AT)[0].is_oversold
    take([senior], -2, 60, reference="hold:before")  # while the workshop is closed he is free to do as he likes
    release(reference="hold:1", at=AT)
    assert longest(workshop) == [48, 48]


def test_no_bike_comes_on_closed_days_nor_when_nobody_opens_the_door():
    workshop = selling()
    for day in (date(2026, 11, 23), date(2026, 11, 29), date(2026, 12, 8)):  # closed twice, beyond the horizon
        with pytest.raises(NotADropOffDay):
            leave(workshop, day=day)
    assert rooms(workshop, date(2026, 11, 29)) == (0,) * 5
    absence = make_exception(owner=workshop, starts_at=NINE, ends_at=NINE + 2 * HOUR, is_open=False, label="", at=AT)
    assert rooms(workshop) == (0,) * 5
    take_back_exception(owner=workshop, exception=absence, at=AT)
    with pytest.raises(NotADropOffDay):
        leave(workshop, at=NINE + 2 * HOUR)  # the morning is over
    leave(workshop, at=NINE + HOUR)


def test_a_workshop_that_is_closed_for_good_or_sells_no_days_takes_no_bike():
    with pytest.raises(NotADropOffDay):
        leave(open_workshop(at=AT, horizon_days=2, days=2))
    workshop = selling()
    first = leave(workshop)
    sell_days(workshop=workshop, at=AT, is_on=False, **TERMS)
    workshop = stock(workshop).workshop
    assert rooms(workshop) == (0,) * 5
    assert longest(workshop) == [48]
    assert FreeDay.objects.get(resource=stock(workshop), day=TUESDAY).taken_ticks == 12  # what is sold stays sold
    with pytest.raises(NotADropOffDay):
        leave(workshop, reference="hold:2")
    sell_days(workshop=workshop, at=AT, **TERMS)
    workshop.closed_at = AT
    workshop.save()
    with pytest.raises(NotADropOffDay):
        leave(workshop, reference="hold:2")
    assert list(Claim.objects.all()) == [first]


class TestPromises:
    def test_bikes_arrive_within_the_hours_that_are_open(self):
        workshop = selling()
        assert arrival(workshop, TUESDAY) == Period(NINE, NINE + 2 * HOUR)
        ten = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
        assert arrival(workshop, SATURDAY) == Period(ten, ten + HOUR)
        with pytest.raises(NotADropOffDay):
            arrival(workshop, date(2026, 11, 29))

    def test_they_are_ready_in_the_evening_before_the_door_closes(self):
        workshop = selling()
        assert promised_return(workshop, TUESDAY) == (TUESDAY, datetime(2026, 11, 24, 16, 0, tzinfo=UTC))
        assert promised_return(workshop, SATURDAY) == (SATURDAY, datetime(2026, 11, 28, 15, 0, tzinfo=UTC))

    def test_days_of_return_are_opening_days(self):
        workshop = selling(return_days=2)
        assert promised_return(workshop, TUESDAY)[0] == THURSDAY
        assert promised_return(workshop, SATURDAY)[0] == date(2026, 12, 2)
        wednesday = datetime(2026, 11, 25, 0, 0, tzinfo=PARIS)
        make_exception(
            owner=workshop, starts_at=wednesday, ends_at=wednesday + 24 * HOUR, is_open=False, label="", at=AT
        )
        assert promised_return(workshop, TUESDAY)[0] == date(2026, 11, 27)

    def test_the_wall_clock_is_the_workshops_on_both_sides_of_a_change(self):
        workshop = selling(return_days=1, returns_from=10 * 60 + 30)
        assert promised_return(workshop, date(2027, 3, 27)) == (  # summer time begins the night after
            date(2027, 3, 30),
            datetime(2027, 3, 30, 8, 30, tzinfo=UTC),
        )

    def test_a_workshop_that_closes_for_long_promises_nothing(self):
        workshop = selling(return_days=1)
        since = datetime(2026, 11, 25, tzinfo=PARIS)
        holiday = make_exception(
            owner=workshop,
            starts_at=since,
            ends_at=since + timedelta(days=60),
            is_open=False,
            label="",
            at=AT,
        )
        assert rooms(workshop) == (0,) * 5
        with pytest.raises(NotADropOffDay):
            promised_return(workshop, TUESDAY)
        take_back_exception(owner=workshop, exception=holiday, at=AT)
        assert rooms(workshop)[0] == 72
        assert list(find_faults(at=AT, sources={})) == []


class TestStorage:
    def test_a_bike_takes_a_place_every_day_until_it_goes_back(self):
        workshop = selling(return_days=1, storage_places=2)
        leave(workshop, 30)
        leave(workshop, 30, day=WEDNESDAY, reference="hold:2")  # on Wednesday both are there
        with pytest.raises(DayFull):
            leave(workshop, 30, day=TUESDAY, reference="hold:3")
        with pytest.raises(DayFull):
            leave(workshop, 30, day=WEDNESDAY, reference="hold:3")
        leave(workshop, 30, day=THURSDAY, reference="hold:3")
        assert [rooms(workshop, day)[0] for day in (TUESDAY, WEDNESDAY, THURSDAY)] == [0, 0, 0]
        release(reference="hold:2", at=AT)
        assert [rooms(workshop, day)[0] for day in (TUESDAY, WEDNESDAY, THURSDAY)] == [66, 72, 66]

    def test_a_longer_stay_reaches_back_to_the_days_before(self):
        workshop = selling(return_days=3, storage_places=1)
        leave(workshop, 30, day=SATURDAY)  # until the Thursday after
        taken = [day for day in range(24, 29) if not rooms(workshop, date(2026, 11, day))[0]]
        assert taken == [25, 26, 27, 28]
        assert not any(rooms(workshop, date(2026, 12, day))[0] for day in (1, 2, 3))
        assert rooms(workshop, date(2026, 12, 4))[0]
        assert list(find_faults(at=AT, sources={})) == []


def test_claims_expire_are_renamed_and_given_back_like_time():
    workshop = selling()
    leave(workshop, expires_at=AT + HOUR)
    assert rename(reference="hold:1", to="appointment:1", reason="appointment", expires_at=None, at=AT) == 1
    leave(workshop, reference="hold:2", expires_at=AT + HOUR)
    leave(workshop, reference="hold:3", expires_at=AT + 2 * HOUR)
    assert rooms(workshop)[0] == 36
    assert release_expired(at=AT + HOUR) == 1
    assert set(Claim.objects.values_list("reference", flat=True)) == {"appointment:1", "hold:3"}
    assert rooms(workshop)[0] == 48
    assert release(reference="appointment:1", at=AT) == 1
    assert rooms(workshop)[0] == 60


def test_an_expired_claim_makes_room_before_it_is_swept():
    workshop = selling(storage_places=1)
    leave(workshop, 360, expires_at=AT + HOUR)
    with pytest.raises(DayFull):
        leave(workshop, 360, reference="hold:2", at=AT)
    leave(workshop, 360, reference="hold:2", at=AT + HOUR)


def confirm(reference, at) -> int:
    return rename(reference=reference, to="appointment:1", reason="appointment", expires_at=None, at=at)


class TestTooLate:
    """What expired counts again when it is confirmed after all, unless its time was sold."""

    def test_nobody_came(self):
        workshop = selling()
        leave(workshop, 360, expires_at=AT + HOUR)
        assert confirm("hold:1", AT + HOUR) == 1
        assert rooms(workshop)[0] == 0

    def test_another_bike_has_the_minutes(self):
        workshop = selling(share_bp=10000)
        leave(workshop, 360, expires_at=AT + HOUR)
        leave(workshop, 360, reference="hold:2", at=AT + HOUR)
        assert confirm("hold:1", AT + HOUR) == 0
        assert list(Claim.objects.values_list("reference", flat=True)) == ["hold:2"]
        assert rooms(workshop)[0] == 18

    def test_another_bike_has_the_place(self):
        workshop = selling(storage_places=1)
        leave(workshop, 60, expires_at=AT + HOUR)
        leave(workshop, 60, reference="hold:2", at=AT + HOUR)
        assert confirm("hold:1", AT + HOUR) == 0

    def test_a_bike_has_the_time_of_an_exact_appointment(self):
        workshop = selling(share_bp=10000)
        take(mechanics_of(workshop), 0, 120, expires_at=AT + HOUR)
        leave(workshop, 360, at=AT + HOUR)
        assert confirm("hold:exact", AT + HOUR) == 0
        assert rooms(workshop)[0] == 18


def test_ones_own_claim_can_be_left_out():
    workshop = selling()
    leave(workshop, 360)
    (own,) = read_stock(resources=[stock(workshop)], first=TUESDAY, last=TUESDAY, at=AT, ignoring="hold:1")
    assert own.rooms[0] == 72
    (read,) = read_days(resources=mechanics_of(workshop), first=TUESDAY, last=TUESDAY, at=AT)
    assert read.cap == 18


@pytest.mark.parametrize(
    "wrong",
    [
        {"share_bp": 10001},
        {"arrives_from": 660},
        {"arrives_until": 1441},
        {"returns_from": 10 * 60},
        {"return_days": 31},
        {"storage_places": -1},
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong):
    workshop = selling()
    with pytest.raises(BadTerms):
        sell_days(workshop=workshop, at=AT, **(TERMS | wrong))
    assert rooms(workshop)[0] == 72


def test_the_queries_do_not_grow_with_the_team(django_assert_max_num_queries):
    small, big = selling(), selling(mechanics=(1, 2, 3, 4, 5, 5, 4, 3))
    for workshop in (small, big):
        with django_assert_max_num_queries(27):
            leave(workshop, reference=f"hold:{workshop.pk}")
        with django_assert_max_num_queries(15):
            take(mechanics_of(workshop)[:1], 0, reference=f"exact:{workshop.pk}")


def test_a_lock_takes_all_that_is_judged_with_it():
    workshop = selling(mechanics=(1, 2))
    FreeDay.objects.filter(day=TUESDAY).delete()
    with transaction.atomic():
        lock_free_days(resources=mechanics_of(workshop)[:1], days=[TUESDAY], at=AT)
    assert FreeDay.objects.filter(day=TUESDAY).count() == 3  # two mechanics and the stock


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("exact"), st.integers(0, 2), st.integers(0, 107), st.integers(1, 40)),
        st.tuples(st.just("day"), st.integers(1, 5), st.integers(1, 80), st.just(0)),
        st.tuples(st.just("back"), st.integers(0, 20), st.just(0), st.just(0)),
    ),
    max_size=14,
)


@settings(deadline=None, max_examples=15)
@given(moves=MOVES, share_bp=st.sampled_from([5000, 8000, 10000]))
def test_exact_and_drop_off_minutes_never_exceed_the_days(moves, share_bp):
    with transaction.atomic():
        workshop = selling(mechanics=(1, 3, 5), horizon_days=1, share_bp=share_bp, storage_places=99)
        team = mechanics_of(workshop)
        done: list[str] = []
        for number, (kind, which, start, ticks) in enumerate(moves):
            reference = f"hold:{number}"
            try:
                with transaction.atomic():
                    if kind == "exact":
                        take([team[which]], start / 12, ticks * 5, reference)
                    elif kind == "day":
                        leave(workshop, start * 5, skill=which, reference=reference)
                    elif done:
                        release(reference=done.pop(which % len(done)), at=AT)
                done.append(reference)
            except (DayFull, IntegrityError):
                pass
            left = [
                (read.resource.mechanic.skill_level, (read.opening & ~read.taken).bit_count())
                for read in read_days(resources=team, first=TUESDAY, last=TUESDAY, at=AT)
            ]
            claims = Claim.objects.filter(resource__workshop=workshop)
            assert can_do(left, [(one.skill_level, -(-one.minutes // 5)) for one in claims])
        assert list(find_faults(at=AT, sources={})) == []
        transaction.set_rollback(True)
