"""On both sides of every change of clocks from 2026 to 2031 the calendar file and the page show the same wall time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from icalendar import Calendar

from booking.appointments.calendar_file import calendar_file
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from collective.timetable.wall_clock import moments_of
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import book_at, make_workshop

# Where clocks change by an hour or by half of one, in each hemisphere, at midnight and at other hours.
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Europe/London")
FIRST, LAST = date(2026, 1, 1), date(2031, 12, 31)
A_DAY = timedelta(days=1)


def changes(zone: ZoneInfo) -> list[date]:
    """The local days on which the offset is another at the end than at the beginning."""
    days = [FIRST + place * A_DAY for place in range((LAST - FIRST).days + 1)]
    offsets = [datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset() for day in days]
    return [day for day, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after]


def around(zone: ZoneInfo) -> Iterator[date]:
    for day in changes(zone):
        yield from (day - A_DAY, day, day + A_DAY)


def read_by_its_own_rules(raw: bytes) -> tuple[datetime, datetime]:
    """The moments the file means to a program that knows no zone but the one described in it."""
    calendar = Calendar.from_ical(raw)
    zone = calendar.walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    event = calendar.walk("VEVENT")[0]
    begins, ends = (event.decoded(name).replace(tzinfo=zone) for name in ("DTSTART", "DTEND"))
    return begins.astimezone(UTC), ends.astimezone(UTC)


def written(raw: bytes) -> list[str]:
    """The wall times as they stand in the file."""
    return re.findall(r"DT(?:START|END);TZID=[^:]+:\d{8}T(\d{4})00", raw.decode())


def page_says(client, appointment: Appointment) -> str:
    page = client.get(reverse("web:appointment", args=[manage_link(appointment)]))
    return strip_tags(page.content.decode()).replace("\u00a0", " ")


def bring(appointment: Appointment, zone: str, day: date, *, left: bool) -> None:
    place = ZoneInfo(zone)
    Workshop.objects.filter(pk=appointment.workshop_id).update(timezone=zone)
    appointment.workshop.timezone = zone
    begins, ends = (9 * 60, 11 * 60) if left else (9 * 60 + 30, 10 * 60 + 15)
    appointment.starts_at, appointment.ends_at = moments_of(day, begins, ends, place)
    if left:
        appointment.mechanic, appointment.drop_off_minutes = None, 45
        appointment.ready_at, _ = moments_of(day + A_DAY, 17 * 60 + 30, 18 * 60, place)
    appointment.save()


@pytest.fixture
def appointment(db, provider) -> Appointment:
    return book_at(make_workshop(pay_now="counter"))


def test_the_zones_change_their_clocks_twice_a_year():
    counts = {zone: len(changes(ZoneInfo(zone))) for zone in ZONES}
    assert counts == dict.fromkeys(ZONES, 12)


@pytest.mark.parametrize("zone", ZONES)
def test_an_exact_time(appointment, client, zone):
    changed = set(changes(ZoneInfo(zone)))
    for day in around(ZoneInfo(zone)):
        bring(appointment, zone, day, left=False)
        raw = calendar_file(appointment)

        assert written(raw) == ["0930", "1015"], day
        assert read_by_its_own_rules(raw) == (appointment.starts_at, appointment.ends_at), day
        if day in changed:
            assert "9 h 30" in page_says(client, appointment), day


@pytest.mark.parametrize("zone", ZONES)
def test_a_bicycle_left_for_the_day(appointment, client, zone):
    changed = set(changes(ZoneInfo(zone)))
    for day in around(ZoneInfo(zone)):
        bring(appointment, zone, day, left=True)
        for to_workshop in (False, True):
            raw = calendar_file(appointment, to_workshop=to_workshop)

            assert written(raw) == ["0900", "1100"], day
            assert read_by_its_own_rules(raw) == (appointment.starts_at, appointment.ends_at), day
            assert "17 h 30" in raw.decode().replace("\r\n ", "").replace("\u00a0", " "), day
        if day in changed:
            said = page_says(client, appointment)
            assert [hour for hour in ("9 h", "11 h", "17 h 30") if hour not in said] == [], day
