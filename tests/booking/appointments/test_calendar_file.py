"""The calendar file, as a calendar reads it."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from booking.appointments.calendar_file import calendar_file
from booking.appointments.cancel import cancel_appointment
from booking.appointments.move import move_appointment
from tests.booking.appointments.scene import AT, MINUTE, NEXT_WEEK, NINE, book_at, leave_for_the_day, make_workshop


def read(appointment, **options):
    calendar = Calendar.from_ical(calendar_file(appointment, **options))
    return calendar, calendar.walk("VEVENT")[0]


def test_it_says_when_in_the_workshops_zone_where_and_what(counter):
    calendar, event = read(book_at(counter))

    assert str(calendar["METHOD"]) == "PUBLISH"
    assert event.decoded("DTSTART") == NINE
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=30)
    assert str(event["STATUS"]) == "CONFIRMED"
    assert "59000 Lille" in str(event["LOCATION"])
    assert str(calendar.walk("VTIMEZONE")[0]["TZID"]) == "Europe/Paris"


def test_a_change_keeps_the_uid_and_raises_the_sequence(counter):
    appointment = book_at(counter)
    _calendar, before = read(appointment, method="REQUEST")
    move_appointment(appointment=appointment, starts_at=NEXT_WEEK, by=None, at=AT + MINUTE)
    appointment.refresh_from_db()

    _calendar, after = read(appointment, method="REQUEST")

    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert after.decoded("DTSTAMP") > before.decoded("DTSTAMP")
    assert str(after["ATTENDEE"]) == f"mailto:{appointment.email}"
    assert str(after["ORGANIZER"]).startswith("mailto:")


def test_a_cancelled_one_leaves_the_calendar(counter):
    appointment = cancel_appointment(appointment=book_at(counter), by=None, at=AT + MINUTE)

    calendar, event = read(appointment, method="CANCEL")

    assert (str(calendar["METHOD"]), str(event["STATUS"])) == ("CANCEL", "CANCELLED")


def test_a_mechanic_who_comes_meets_at_the_customers_address(db, provider):
    itinerant = make_workshop(itinerant=True, benches=("van",), pay_now="counter")

    _calendar, event = read(book_at(itinerant, address="3 rue Nationale; Lille, 2e"))

    assert str(event["LOCATION"]) == "3 rue Nationale; Lille, 2e"


@pytest.mark.parametrize("to_workshop", [False, True])
def test_a_bicycle_left_for_the_day_has_its_hours_of_arrival_and_its_promise(counter, to_workshop):
    left = leave_for_the_day(book_at(counter), left_on=NINE.date(), days=1)

    _calendar, event = read(left, to_workshop=to_workshop)

    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (left.starts_at, left.ends_at)
    said = str(event["DESCRIPTION"]).replace("\u00a0", " ")
    assert "9 h" in said
    assert "mercredi 25 novembre, 17 h" in said
