"""A mechanic's day on the road: ways reckoned by hand at 15 km/h and 1.3 times the straight line."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.appointments.models import Appointment
from booking.jobs.tour import Moved, tours
from collective.places.distance import distance_km
from collective.workshops.models import Mechanic, Workshop
from tests.factories import MechanicFactory, WorkshopFactory

DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # in Lille
MINUTE = timedelta(minutes=1)
BASE = (50.60, 3.05)


def north(km: float) -> tuple[float, float]:
    """A point so many kilometres north of the base: on a meridian a degree is 111.195 km."""
    return BASE[0] + km / 111.195, BASE[1]


@pytest.fixture
def lou(db) -> Mechanic:
    workshop = WorkshopFactory(itinerant=True, lat=BASE[0], lon=BASE[1])
    return MechanicFactory(workshop=workshop, name="Lou", speed_kmh=15, detour_percent=130)


@pytest.fixture
def visit(lou):
    """Return `visit(starts_at, where)`: a confirmed appointment of 30 minutes at Lou's."""

    def make(starts_at: datetime, where: tuple[float, float] | None, **fields) -> Appointment:
        lat, lon = where or (None, None)
        known = {
            "workshop": lou.workshop, "mechanic": lou, "name": "Amel", "phone": "+33612345678", "lat": lat, "lon": lon,
            "starts_at": starts_at, "ends_at": starts_at + 30 * MINUTE, "status": Appointment.Status.CONFIRMED,
            "booked_at": AT, "pay_now": Workshop.PayNow.COUNTER, "labour_cents": 1500, "parts_cents": 0,
            "free_until": AT, "late_cancel_keeps_bp": 0, "fund_bp": 0, "platform_bp": 0,
        }  # fmt: skip
        return Appointment.objects.create(**known | fields)

    return make


def the_tour(lou, **asked):
    (one,) = tours(workshop=lou.workshop, day=DAY, at=AT, **asked)
    return one


def test_the_way_out_between_and_home(lou, visit):
    visit(NINE + 120 * MINUTE, north(4))
    visit(NINE, north(2))
    tour = the_tour(lou)
    assert [stop.starts_at for stop in tour.stops] == [NINE, NINE + 120 * MINUTE]
    # 2 km and 4 km of straight line: 2.6 and 5.2 km of road, 10.4 and 20.8 minutes at 15 km/h, rounded up
    assert [leg.minutes for leg in tour.legs] == [11, 11, 21]
    assert [round(leg.km, 1) for leg in tour.legs] == [2.6, 2.6, 5.2]
    out, between, home = tour.legs
    assert (out.leave_at, out.arrive_at) == (NINE - 11 * MINUTE, NINE)
    assert (between.leave_at, between.arrive_at) == (NINE + 109 * MINUTE, NINE + 120 * MINUTE)
    assert (home.leave_at, home.arrive_at) == (NINE + 150 * MINUTE, NINE + 171 * MINUTE)
    assert [leg.short_minutes for leg in tour.legs] == [0, 0, 0]
    assert (round(tour.km, 1), tour.minutes) == (10.4, 43)


def test_buffers_are_spent_at_the_customers(lou, visit):
    Workshop.objects.update(buffer_before_minutes=5, buffer_minutes=10)
    lou.workshop.refresh_from_db()
    visit(NINE, north(2))
    out, home = the_tour(lou).legs
    assert out.arrive_at == NINE - 5 * MINUTE
    assert home.leave_at == NINE + 40 * MINUTE


def test_a_way_too_long_says_how_many_minutes_are_short(lou, visit):
    visit(NINE, north(2))
    visit(NINE + 35 * MINUTE, north(4))
    _out, between, _home = the_tour(lou).legs
    assert between.short_minutes == 6
    assert (between.leave_at, between.arrive_at) == (NINE + 30 * MINUTE, NINE + 41 * MINUTE)


def test_a_visit_without_a_point_keeps_its_place(lou, visit):
    visit(NINE, None)
    tour = the_tour(lou)
    assert [leg.minutes for leg in tour.legs] == [None, None]
    assert not tour.is_whole
    assert tour.shorter is None


@pytest.mark.parametrize("status", ["cancelled", "refused", "no_show"])
def test_who_does_not_wait_is_not_visited(lou, visit, status):
    visit(NINE, north(2), status=status, closed_at=AT)
    assert tours(workshop=lou.workshop, day=DAY, at=AT) == []


def test_a_local_day_is_one_of_the_workshops_zone(lou, visit):
    visit(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), north(2))  # half past midnight on the 24th, in Lille
    visit(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), north(2))
    assert len(the_tour(lou).stops) == 1


def test_a_workshop_that_stays_has_no_tour(lou, visit):
    visit(NINE, north(2))
    lou.workshop.kind = Workshop.Kind.FIXED
    assert tours(workshop=lou.workshop, day=DAY, at=AT) == []


def test_the_second_mechanic_takes_over(lou, visit):
    helper = MechanicFactory(workshop=lou.workshop, name="Ada")
    visit(NINE, north(2), second_mechanic=helper, second_from=NINE + 20 * MINUTE)
    ada, first = tours(workshop=lou.workshop, day=DAY, at=AT)
    assert (ada.mechanic, ada.stops[0].starts_at) == (helper, NINE + 20 * MINUTE)
    assert (first.mechanic, first.stops[0].ends_at) == (lou, NINE + 20 * MINUTE)


def test_moving_one_job_times_the_others_anew_and_writes_nothing(lou, visit):
    first, last = visit(NINE, north(2)), visit(NINE + 120 * MINUTE, north(4))
    tour = the_tour(lou, moved=Moved(first, NINE + 240 * MINUTE))
    assert [stop.appointment.pk for stop in tour.stops] == [last.pk, first.pk]
    out, between, _home = tour.legs
    assert (out.leave_at, out.minutes) == (NINE + 99 * MINUTE, 21)  # from the base now, not from the first
    assert between.leave_at == NINE + 229 * MINUTE
    assert Appointment.objects.get(pk=first.pk).starts_at == NINE


def test_a_job_moved_to_another_day_leaves_the_tour(lou, visit):
    first, last = visit(NINE, north(2)), visit(NINE + 120 * MINUTE, north(4))
    tour = the_tour(lou, moved=Moved(first, NINE + timedelta(days=1)))
    assert [stop.appointment.pk for stop in tour.stops] == [last.pk]


def test_another_order_is_suggested_with_what_it_saves(lou, visit):
    for place, km in enumerate((1, 6, 2, 7)):
        visit(NINE + place * 120 * MINUTE, north(km))
    tour = the_tour(lou)
    straight = 1 + 5 + 4 + 5 + 7
    assert tour.shorter is not None
    assert tour.shorter.km == pytest.approx((straight - 14) * 1.3, abs=0.01)  # out to the farthest and back is 14 km
    farthest = max(distance_km(tour.base, stop.where) for stop in tour.stops)
    assert farthest == pytest.approx(7, abs=0.01)
    assert tour.shorter.minutes == round((straight - 14) * 1.3 / 15 * 60)


def test_a_good_order_and_a_day_begun_suggest_nothing(lou, visit):
    for place, km in enumerate((1, 6, 7)):
        visit(NINE + place * 120 * MINUTE, north(km))
    assert the_tour(lou).shorter is None
    visit(NINE + 480 * MINUTE, north(-3))
    (begun,) = tours(workshop=lou.workshop, day=DAY, at=NINE + MINUTE)
    assert begun.shorter is None


def test_it_takes_two_queries_whatever_the_number_of_visits(lou, visit, django_assert_num_queries):
    for place in range(8):
        visit(NINE + place * 60 * MINUTE, north(place))
    with django_assert_num_queries(2):
        tours(workshop=lou.workshop, day=DAY, at=AT)
