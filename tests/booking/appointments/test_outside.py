"""Which appointments a change of hours shuts out, and why."""

from datetime import date, timedelta

import pytest

from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.outside import Outside, appointments_outside
from collective.timetable.change_hours import change_weekly_hours, make_exception
from collective.timetable.models import Resource
from collective.timetable.periods import Period
from collective.timetable.wall_clock import moments_of
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NINE,
    TEN,
    book_at,
    book_hold,
    hold_day_at,
    leave_for_the_day,
    make_selling_days,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
HALF_AN_HOUR = timedelta(minutes=30)


def outside(workshop: Workshop, first: date = TUESDAY, last: date = TUESDAY) -> list[Outside]:
    return appointments_outside(workshop=workshop, first=first, last=last, at=AT)


def close(owner: Workshop | Resource, period: Period) -> None:
    make_exception(owner=owner, starts_at=period.starts_at, ends_at=period.ends_at, is_open=False, label="", at=AT)


def drop_off(workshop: Workshop) -> Appointment:
    return leave_for_the_day(book_at(workshop), left_on=TUESDAY, days=1)


def test_what_lies_within_the_hours_is_not_shut_out(counter):
    book_at(counter)

    assert outside(counter) == []


def test_a_closed_morning_shuts_out_what_is_booked_in_it_and_nothing_else(counter):
    early, late = book_at(counter), book_at(counter, TEN)
    close(counter, Period(NINE, NINE + HALF_AN_HOUR))

    assert [(one.appointment, one.why) for one in outside(counter)] == [(early, "The workshop is closed then.")]
    assert late.status == Appointment.Status.CONFIRMED


def test_an_absence_that_begins_in_the_middle_of_the_work_names_the_mechanic(counter):
    appointment = book_at(counter)
    mechanic = Resource.objects.get(mechanic=appointment.mechanic)
    close(mechanic, Period(NINE + 20 * MINUTE, TEN))

    assert [one.why for one in outside(counter)] == [f"{appointment.mechanic} is not there then."]


def test_a_bench_out_of_order_shuts_out_what_stands_on_it(counter):
    book_at(counter)
    close(Resource.objects.get(workshop=counter, kind=Resource.Kind.BENCH), Period(NINE, TEN))

    assert [one.why for one in outside(counter)] == ["B1 cannot be used then."]


def test_new_weekly_hours_shut_out_from_the_day_they_hold(counter):
    now, later = book_at(counter), book_at(counter, IN_A_MONTH)
    change_weekly_hours(owner=counter, hours="Tu-Fr 14:00-18:00", from_on=date(2026, 12, 1), at=AT)

    found = outside(counter, TUESDAY, date(2027, 1, 1))

    assert [one.appointment for one in found] == [later]
    assert now.is_open


def test_other_days_closed_appointments_and_what_is_over_are_left_out(counter):
    cancelled, over = book_at(counter), book_at(counter, TEN)
    cancel_appointment(appointment=cancelled, by=None, at=AT)
    close(counter, Period(NINE, TEN + timedelta(hours=2)))

    assert outside(counter, WEDNESDAY, WEDNESDAY) == []
    assert [one.appointment for one in outside(counter)] == [over]
    assert appointments_outside(workshop=counter, first=TUESDAY, last=TUESDAY, at=over.ends_at) == []


@pytest.mark.parametrize(
    ("begins", "ends", "day", "why"),
    [
        (0, 24 * 60, TUESDAY, "The workshop is closed when the bicycle is to be left."),
        (9 * 60, 11 * 60, TUESDAY, "The workshop is closed when the bicycle is to be left."),
        (9 * 60, 10 * 60, TUESDAY, None),
        (14 * 60, 18 * 60, TUESDAY, None),
        (0, 24 * 60, WEDNESDAY, "The workshop is closed on the day the bicycle is promised back."),
        (9 * 60, 11 * 60, WEDNESDAY, None),
    ],
)
def test_a_drop_off_needs_the_workshop_when_it_is_left_and_the_day_it_goes_back(counter, begins, ends, day, why):
    appointment = drop_off(counter)
    starts_at, ends_at = moments_of(day, begins, ends, counter.zone)
    close(counter, Period(starts_at, ends_at))

    found = outside(counter, day, day)

    assert [(one.appointment, one.why) for one in found] == ([(appointment, why)] if why else [])


def test_a_bicycle_that_was_left_already_waits_only_for_the_day_it_goes_back(counter):
    appointment = drop_off(counter)
    for day in (TUESDAY, WEDNESDAY):
        close(counter, Period(*moments_of(day, 0, 24 * 60, counter.zone)))

    found = appointments_outside(workshop=counter, first=TUESDAY, last=TUESDAY, at=appointment.ends_at)

    assert [one.why for one in found] == ["The workshop is closed on the day the bicycle is promised back."]


def test_bicycles_left_on_a_day_that_an_absence_oversells_are_all_listed():
    workshop = make_selling_days()
    left = [book_hold(hold_day_at(workshop, TUESDAY)) for _bicycle in range(2)]
    tomorrow = book_hold(hold_day_at(workshop, WEDNESDAY))
    mechanic = Resource.objects.get(workshop=workshop, kind=Resource.Kind.MECHANIC)
    close(mechanic, Period(*moments_of(TUESDAY, 9 * 60, 17 * 60 + 30, workshop.zone)))

    found = outside(workshop, TUESDAY, WEDNESDAY)

    assert [one.appointment for one in found] == left
    assert {one.why for one in found} == {"There is too little time left for all the bicycles of that day."}
    assert tomorrow.is_open


def test_bicycles_left_are_not_listed_while_the_time_that_is_left_is_enough():
    workshop = make_selling_days()
    book_hold(hold_day_at(workshop, TUESDAY))
    mechanic = Resource.objects.get(workshop=workshop, kind=Resource.Kind.MECHANIC)
    close(mechanic, Period(*moments_of(TUESDAY, 9 * 60, 17 * 60 + 30, workshop.zone)))

    assert outside(workshop) == []


def test_however_many_there_are_it_takes_four_queries(counter, django_assert_max_num_queries):
    for minutes in range(0, 180, 30):
        book_at(counter, NINE + minutes * MINUTE)
    close(counter, Period(NINE, TEN))

    with django_assert_max_num_queries(5):  # and one for the exceptions' occurrences
        assert len(outside(counter)) == 2
