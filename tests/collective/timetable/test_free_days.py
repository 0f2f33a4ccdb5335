"""Free days against an independent oracle that walks the day minute by minute and knows no bitmap."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from collective.timetable.change_hours import change_weekly_hours, make_exception, take_back_exception
from collective.timetable.free_days import extend_horizon, read_days, rebuild_timetable
from collective.timetable.hours import add_exception, set_weekly_hours
from collective.timetable.models import FreeDay, Occupancy
from collective.timetable.occupy import occupy, release
from collective.timetable.periods import Period
from collective.timetable.ticks import each_bit, from_bytes
from tests.factories import BenchTimeFactory, MechanicTimeFactory, WorkshopFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAYS = [
    ("Europe/Paris", date(2026, 10, 25)),  # 25 hours
    ("Europe/Paris", date(2027, 3, 28)),  # 23 hours
    ("Europe/Paris", date(2026, 11, 11)),  # a public holiday
    ("Europe/Paris", date(2026, 11, 24)),
    ("Asia/Kathmandu", date(2026, 10, 25)),
    ("America/St_Johns", date(2026, 11, 3)),
    ("America/St_Johns", date(2027, 3, 14)),
]
# What begins or ends inside the hours that clocks skip or repeat has no one meaning: those are left to test_hours.
TIMES = st.integers(0, 24 * 12).map(lambda tick: tick * 5).filter(lambda minute: not 60 < minute < 180 or minute == 120)
RANGES = st.lists(st.tuples(TIMES, TIMES).map(sorted).filter(lambda pair: pair[0] < pair[1]), max_size=3)
SPANS = st.tuples(st.integers(-120, 1560), st.integers(1, 400))


def as_text(ranges, day) -> str:
    name = NAMES[day.weekday()]
    said = ",".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in ranges)
    return f"{name} {said}" if said else "off"


def oracle(*, zone, day, ranges, own, exceptions, taken) -> list[int]:
    """The free ticks of the day: those whose five minutes are all open and all free."""
    free = []
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    tomorrow = day + timedelta(days=1)
    end = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
    closed = day in holidays.country_holidays("FR", years=day.year)
    tick = 0
    while start + timedelta(minutes=5 * tick) < end:
        minutes = [start + timedelta(minutes=5 * tick + n) for n in range(5)]
        if all(is_free(m, zone, ranges, own, exceptions, taken, closed) for m in minutes):
            free.append(tick)
        tick += 1
    return free


def is_free(moment, zone, ranges, own, exceptions, taken, closed) -> bool:
    local = moment.astimezone(zone)
    wall = local.hour * 60 + local.minute
    is_open = not closed and any(a <= wall < b for a, b in ranges)
    for since, until, opens in exceptions:
        if since <= moment < until:
            is_open = opens
    mine = own is None or any(a <= wall < b for a, b in own)
    return is_open and mine and not any(since <= moment < until for since, until in taken)


@settings(deadline=None, max_examples=60)
@given(
    where=st.sampled_from(DAYS),
    ranges=RANGES,
    own=st.none() | RANGES.filter(bool),
    spans=st.lists(st.tuples(SPANS, st.booleans()), max_size=3),
    bookings=st.lists(SPANS, max_size=4),
)
def test_free_ticks_are_hours_minus_occupancies(where, ranges, own, spans, bookings):
    zone_name, day = where
    zone = ZoneInfo(zone_name)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    def moments(span):
        return midnight + timedelta(minutes=span[0]), midnight + timedelta(minutes=span[0] + span[1])

    exceptions = [(*moments(span), opens) for span, opens in spans]
    taken: list[tuple[datetime, datetime]] = []
    for since, until in map(moments, bookings):
        if all(until <= a or b <= since for a, b in taken):
            taken.append((since, until))

    with transaction.atomic():
        mechanic = MechanicTimeFactory(mechanic__workshop=WorkshopFactory(timezone=zone_name))
        set_weekly_hours(owner=mechanic.workshop, hours=as_text(ranges, day), from_on=date(2026, 9, 1))
        if own:
            set_weekly_hours(owner=mechanic, hours=as_text(own, day), from_on=date(2026, 9, 1))
        for since, until, opens in exceptions:
            add_exception(owner=mechanic.workshop, starts_at=since, ends_at=until, is_open=opens)
        for since, until in taken:
            Occupancy.objects.create(
                resource=mechanic, starts_at=since, ends_at=until, reason="closure", reference=f"x:{since}"
            )
        (row,) = read_days(resources=[mechanic], first=day, last=day, at=AT)
        transaction.set_rollback(True)

    assert list(each_bit(row.free)) == oracle(
        zone=zone, day=day, ranges=ranges, own=own, exceptions=exceptions, taken=taken
    )
    assert row.as_row().ticks in {276, 288, 300}


def free_minutes(workshop, day) -> int:
    rows = FreeDay.objects.filter(workshop=workshop, day=day).order_by("resource")
    return sum(from_bytes(row.bits).bit_count() for row in rows) * 5


def test_an_expired_hold_takes_nothing():
    workshop = open_workshop(at=AT)
    mechanic = workshop.resources.get(kind="mechanic")
    nine = datetime(2026, 9, 2, 7, 0, tzinfo=UTC)
    Occupancy.objects.create(
        resource=mechanic,
        starts_at=nine,
        ends_at=nine + timedelta(hours=1),
        reason="hold",
        reference="hold:1",
        expires_at=AT,
    )
    (late,) = read_days(resources=[mechanic], first=nine.date(), last=nine.date(), at=AT)
    (early,) = read_days(resources=[mechanic], first=nine.date(), last=nine.date(), at=AT - timedelta(seconds=1))
    assert late.free.bit_count() - early.free.bit_count() == 12


def test_hours_changed_are_hours_sold_at_once():
    workshop = open_workshop(at=AT)
    tuesday = date(2026, 9, 8)
    change_weekly_hours(owner=workshop, hours="Tu 09:00-10:00", from_on=date(2026, 9, 2), at=AT)
    assert free_minutes(workshop, tuesday) == 2 * 60
    assert free_minutes(workshop, date(2026, 9, 1)) == 2 * 450  # the old hours hold until then

    mechanic = workshop.resources.get(kind="mechanic")
    half_past = datetime(2026, 9, 8, 7, 30, tzinfo=UTC)
    absence = make_exception(
        owner=mechanic,
        starts_at=half_past,
        ends_at=half_past + timedelta(hours=2),
        is_open=False,
        label="dentist",
        at=AT,
    )
    assert free_minutes(workshop, tuesday) == 60 + 30

    assert take_back_exception(owner=mechanic, exception=absence, at=AT)
    assert not take_back_exception(owner=mechanic, exception=absence, at=AT)
    assert free_minutes(workshop, tuesday) == 2 * 60


def test_the_night_adds_what_came_within_the_horizon_and_forgets_the_past():
    workshop = open_workshop(at=AT, horizon_days=10, days=10)
    BenchTimeFactory(bench__workshop=workshop)  # bought today: no free day yet

    assert extend_horizon(at=AT + timedelta(days=3)) == 3 * 11
    assert extend_horizon(at=AT + timedelta(days=3)) == 0

    days = set(FreeDay.objects.filter(workshop=workshop).values_list("day", flat=True))
    assert (min(days), max(days), len(days)) == (date(2026, 9, 4), date(2026, 9, 14), 11)


def test_a_rebuild_changes_nothing_that_was_right():
    workshop = open_workshop(at=AT)
    before = list(FreeDay.objects.order_by("id").values())
    rebuild_timetable(first=date(2026, 9, 1), last=date(2026, 11, 2), at=AT)
    assert list(FreeDay.objects.order_by("id").values()) == before
    assert len(before) == 2 * 63
    assert workshop.free_days.count() == len(before)


def test_a_workshop_without_resources_has_no_free_days():
    assert rebuild_timetable(workshops=[WorkshopFactory()], first=date(2026, 9, 1), last=date(2026, 9, 9), at=AT) == 0


def test_a_row_counts_what_is_open_and_what_of_it_is_taken():
    workshop = open_workshop(at=AT)
    mechanic = workshop.resources.get(kind="mechanic")
    half_past_eleven = datetime(2026, 9, 2, 9, 30, tzinfo=UTC)
    occupy(
        resources=[mechanic],
        period=Period(half_past_eleven, half_past_eleven + timedelta(hours=2)),  # the workshop closes at 12:30
        reason="closure",
        reference="x:1",
        expires_at=None,
        at=AT,
    )
    row = FreeDay.objects.get(resource=mechanic, day=half_past_eleven.date())
    assert (row.open_ticks, row.taken_ticks) == (90, 12)


def test_a_workshop_that_works_on_public_holidays_is_open_on_them():
    armistice = date(2026, 11, 11)  # a Wednesday
    workshop = open_workshop(at=AT, days=80)
    assert free_minutes(workshop, armistice) == 0
    workshop.closed_on_holidays = False
    workshop.save()
    rebuild_timetable(workshops=[workshop], first=armistice, last=armistice, at=AT)
    assert free_minutes(workshop, armistice) == 2 * 450


class TestADailyLimit:
    """A mechanic takes so many appointments a day, however much time is left."""

    NINE = datetime(2026, 9, 2, 7, 0, tzinfo=UTC)
    DAY = date(2026, 9, 2)
    HOUR = timedelta(hours=1)

    @pytest.fixture
    def mechanic(self):
        mechanic = open_workshop(at=AT, horizon_days=3, days=3).resources.get(kind="mechanic")
        mechanic.mechanic.daily_limit = 2
        mechanic.mechanic.save()
        return mechanic

    def take(self, mechanic, hour, reference, reason="hold", expires_at=None):
        starts_at = self.NINE + hour * self.HOUR
        occupy(
            resources=[mechanic],
            period=Period(starts_at, starts_at + self.HOUR / 2),
            reason=reason,
            reference=reference,
            expires_at=expires_at,
            at=AT,
        )

    def free(self, mechanic, ignoring=None, at=AT) -> int:
        (read,) = read_days(resources=[mechanic], first=self.DAY, last=self.DAY, at=at, ignoring=ignoring)
        if not ignoring and at == AT:
            row = FreeDay.objects.get(resource=mechanic, day=self.DAY)
            assert from_bytes(row.bits) == read.free
            assert row.open_ticks == 90
        return read.free.bit_count()

    def test_at_the_limit_nothing_is_free_and_below_it_all_that_is_left(self, mechanic):
        self.take(mechanic, 0, "hold:1")
        assert self.free(mechanic) == 84
        self.take(mechanic, 1, "appointment:2", reason="appointment")
        assert self.free(mechanic) == 0
        assert self.free(mechanic, ignoring="hold:1") == 84
        release(reference="hold:1", at=AT)
        assert self.free(mechanic) == 84

    def test_an_appointment_in_two_parts_counts_once_and_what_is_none_never(self, mechanic):
        self.take(mechanic, 0, "hold:1")
        self.take(mechanic, 2, "hold:1")
        self.take(mechanic, 3, "loan:1", reason="loan")
        self.take(mechanic, 6, "closure:1", reason="closure")
        assert self.free(mechanic) == 66

    def test_what_expired_and_what_began_the_day_before_do_not_count(self, mechanic):
        self.take(mechanic, 0, "hold:1", expires_at=AT + self.HOUR)
        self.take(mechanic, 1, "hold:2")
        self.take(mechanic, -9.25, "offer:1", reason="offer")  # 23:45 to 00:15
        assert self.free(mechanic) == 0
        assert self.free(mechanic, at=AT + self.HOUR) == 84
