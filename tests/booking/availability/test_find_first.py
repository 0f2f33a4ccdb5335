"""The earliest anywhere, a month at a glance, days to leave a bike, and turns among equals."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.lib.errors import BadInput
from booking.availability.days import drop_off_days, take_day
from booking.availability.month import month_overview
from booking.availability.needs import work_at
from booking.availability.search import find_first, find_slots
from booking.availability.take import take_slot
from collective.timetable.drop_off import DayFull, NotADropOffDay, sell_days
from collective.timetable.models import Claim, Occupancy
from tests.factories import LILLE, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Lille
TUESDAY = date(2026, 11, 24)
TERMS = {
    "share_bp": 8000,
    "arrives_from": 9 * 60,
    "arrives_until": 11 * 60,
    "return_days": 0,
    "returns_from": 17 * 60,
    "storage_places": 2,
}


def asked(**more):
    plain = {
        "lat": LILLE[0],
        "lon": LILLE[1],
        "radius_km": 5,
        "interventions": ["PUNCTURE"],
        "bike_type": "city",
        "first": TUESDAY,
        "last": TUESDAY + timedelta(days=6),
        "at": AT,
    }
    return plain | more


def work_of(workshop):
    return work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type="city")


def take(workshop, starts_at, reference, at=AT):
    return take_slot(
        work=work_of(workshop), starts_at=starts_at, reason="hold", reference=reference, expires_at=None, at=at
    )


def test_the_earliest_slots_come_in_order_of_time_from_wherever_they_are():
    early = open_workshop(at=AT, hours="Tu 09:00-10:00", slot_step_minutes=30)
    late = open_workshop(at=AT, hours="Tu 09:30-10:30", slot_step_minutes=30)

    found = find_first(count=3, **asked())

    assert [(one.workshop, one.slot.starts_at.hour * 60 + one.slot.starts_at.minute) for one in found][0] == (
        early,
        480,
    )
    assert {one.workshop for one in found[1:]} == {early, late}
    assert {one.slot.starts_at for one in found[1:]} == {datetime(2026, 11, 24, 8, 30, tzinfo=UTC)}


def test_two_zones_are_compared_by_moment():
    """What opens at nine in Réunion opens before what opens at eight in Lille."""
    lille = open_workshop(at=AT, hours="Tu 08:00-12:00")
    reunion = open_workshop(at=AT, hours="Tu 09:00-12:00", timezone="Indian/Reunion", lat=LILLE[0] + 0.001)
    assert [one.workshop for one in find_first(count=1, **asked())] == [reunion]
    ranked = [entry.workshop for entry in find_slots(**asked()).workshops]
    assert ranked == [reunion, lille]


def test_of_equals_the_least_loaded_comes_first():
    busy, idle = open_workshop(at=AT), open_workshop(at=AT)
    take(busy, datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "hold:1")
    assert find_slots(**asked()).workshops[0].workshop == idle
    assert find_first(count=1, **asked())[0].workshop == idle


def test_over_a_week_of_bookings_equal_workshops_get_equal_shares():
    """Each day eight people take the first slot shown for the next day: of four, each gets 20 to 30 %."""
    for _ in range(4):
        open_workshop(at=AT, hours="Mo-Su 09:00-18:00", slot_step_minutes=30)
    shares: Counter[int] = Counter()
    firsts: Counter[int] = Counter()
    for n in range(56):
        at = AT + timedelta(days=n // 8)
        tomorrow = at.date() + timedelta(days=1)
        first = find_slots(**asked(at=at, first=tomorrow, last=tomorrow, per_workshop=1)).workshops[0]
        take(first.workshop, first.slots[0].starts_at, f"hold:{n}", at=at)
        shares[first.workshop.pk] += 1
        firsts[first.workshop.pk] += n % 8 == 0
    assert all(0.2 <= share / 56 <= 0.3 for share in shares.values())
    assert sorted(firsts.values()) == [1, 2, 2, 2]


def test_a_month_greys_the_days_without_a_slot():
    open_workshop(at=AT, hours="Tu 09:00-10:00")
    open_workshop(at=AT, hours="Sa 09:00-10:00", lat=LILLE[0] + 0.01)
    days = month_overview(month=date(2026, 12, 17), **asked())
    assert [one.day.day for one in days if one.is_free] == [1, 5, 8, 12, 15, 19, 22, 26, 29]
    assert [one.day for one in days] == [date(2026, 12, n) for n in range(1, 32)]


def test_of_this_month_the_past_is_not_free_and_a_past_month_is_refused():
    open_workshop(at=AT, hours="Mo-Su 09:00-10:00")
    november = [one.day.day for one in month_overview(month=AT.date(), **asked()) if one.is_free]
    assert november == [24, 25, 26, 27, 28, 29, 30]  # today's are within the notice
    with pytest.raises(BadInput):
        month_overview(month=date(2026, 10, 1), **asked())


def test_days_are_shown_while_minutes_and_places_are_left():
    workshop = open_workshop(at=AT, hours="Tu-We 09:00-12:00,14:00-18:00")
    sell_days(workshop=workshop, at=AT, **TERMS)
    workshop.refresh_from_db()
    work = work_of(workshop)
    week = {"first": TUESDAY, "last": TUESDAY + timedelta(days=6), "at": AT}

    days = drop_off_days(work=work, **week)
    assert [one.day.day for one in days] == [24, 25]
    assert days[0].arrives_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert days[0].ready_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert [one.day.day for one in find_slots(**asked()).workshops[0].days] == [24, 25]

    for n in range(2):
        seat = take_day(work=work, day=TUESDAY, reason="hold", reference=f"hold:{n}", expires_at=None, at=AT)
    assert (seat.minutes, seat.ends_at) == (30, datetime(2026, 11, 24, 10, 0, tzinfo=UTC))
    assert [one.day.day for one in drop_off_days(work=work, **week)] == [25]
    with pytest.raises(DayFull):  # two bikes fit
        take_day(work=work, day=TUESDAY, reason="hold", reference="hold:3", expires_at=None, at=AT)


def test_a_day_is_given_up_for_a_slot_and_a_slot_for_a_day():
    workshop = open_workshop(at=AT, hours="Tu 09:00-12:00")
    sell_days(workshop=workshop, at=AT, **TERMS | {"storage_places": 1})
    workshop.refresh_from_db()
    work = work_of(workshop)
    take_day(work=work, day=TUESDAY, reason="hold", reference="hold:1", expires_at=None, at=AT)
    nine = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    take_slot(work=work, starts_at=nine, reason="hold", reference="hold:2", expires_at=None, at=AT, instead_of="hold:1")
    assert (Claim.objects.count(), Occupancy.objects.filter(reference="hold:2").count()) == (0, 2)

    take_day(work=work, day=TUESDAY, reason="hold", reference="hold:3", expires_at=None, at=AT, instead_of="hold:2")
    assert (Claim.objects.get().reference, Occupancy.objects.count()) == ("hold:3", 0)


def test_what_is_no_day_to_leave_a_bike_is_refused():
    plain = open_workshop(at=AT)
    selling = open_workshop(at=AT, hours="Tu 09:00-12:00")
    sell_days(workshop=selling, at=AT, **TERMS)
    selling.refresh_from_db()
    for workshop, day in ((plain, TUESDAY), (selling, TUESDAY + timedelta(days=1)), (selling, date(2027, 3, 2))):
        with pytest.raises(NotADropOffDay):
            take_day(work=work_of(workshop), day=day, reason="hold", reference="h:1", expires_at=None, at=AT)
