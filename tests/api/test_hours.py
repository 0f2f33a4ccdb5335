"""Hours through the API: read by anybody, said by the workshop's people, and never an appointment dropped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from booking.appointments.models import Appointment
from collective.timetable.hours import exceptions, seasons
from collective.timetable.hours_rules import FARTHEST
from collective.timetable.ticks import local_midnight

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(send, world):
    """Send to an address under the workshop's, as one of its mechanics."""

    def ask(method, path, body=None, by="mechanic"):
        return send(method, f"workshops/{world.workshop.slug}/{path}", body, by=by)

    return ask


@pytest.fixture
def today(world) -> date:
    return world.at.astimezone(world.workshop.zone).date()


def booked_day(world) -> date:
    return world.requested.starts_at.astimezone(world.workshop.zone).date()


def closure(world, day: date) -> dict[str, str | bool]:
    begins, ends = (local_midnight(one, world.workshop.zone) for one in (day, day + timedelta(days=1)))
    return {"starts_at": begins.isoformat(), "ends_at": ends.isoformat(), "is_open": False, "label": "Secret trip"}


def test_anybody_reads_the_weeks_and_the_exceptions_without_their_reasons(shop, world):
    answer = shop("GET", "hours/", by="anonymous")
    shown = answer.json()
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert [week["osm"] for week in shown["weeks"]] == ["Mo-Su 08:00-20:00"] * 2
    assert shown["weeks"][0]["ranges"][0] == {"weekday": 0, "since": "08:00", "until": "20:00"}
    assert shown["weeks"][0]["lines"]
    assert [set(one) for one in shown["exceptions"]] == [{"starts_at", "ends_at", "is_open"}]
    assert len(shown["days"]) == 14


def test_anybody_takes_the_text_and_the_calendar_away(shop, world):
    shop("POST", "exceptions/", closure(world, world.season + timedelta(days=5)))
    text, calendar = shop("GET", "hours.osm", by="anonymous"), shop("GET", "hours.ics", by="anonymous")
    assert text.content.decode().startswith("Mo-Su 08:00-20:00; PH off; ")
    assert calendar.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(calendar.content).walk("VEVENT")
    assert {str(event["TRANSP"]) for event in events} == {"TRANSPARENT", "OPAQUE"}
    assert b"Secret" not in text.content + calendar.content
    assert "public" in text.headers["Cache-Control"]


def test_the_file_follows_the_hours(shop, world):
    before = shop("GET", "hours.osm").content
    shop("PUT", "hours/", {"hours": "Mo-Su 07:00-21:00", "from_on": world.season.isoformat()})
    assert shop("GET", "hours.osm").content != before


def test_a_workshop_says_its_week(shop, world):
    answer = shop("PUT", "hours/", {"hours": "Mo-Su 07:00-21:00", "from_on": world.season.isoformat()})
    assert answer.json() == {"changed": True, "outside": []}
    assert seasons(world.workshop)[-1].text == "Mo-Su 07:00-21:00"


def test_a_preview_changes_nothing(shop, world, today):
    before = seasons(world.workshop)
    answer = shop("PUT", "hours/", {"hours": "off", "from_on": today.isoformat(), "preview": True})
    assert answer.status_code == 200
    assert not answer.json()["changed"]
    assert world.requested.number in [one["number"] for one in answer.json()["outside"]]
    assert seasons(world.workshop) == before


def test_appointments_outside_are_named_and_kept(shop, world, today):
    wanted = {"hours": "off", "from_on": today.isoformat()}
    answer = shop("PUT", "hours/", wanted)
    assert (answer.status_code, answer.json()["code"]) == (409, "appointments_outside")
    numbers = {one["number"] for one in answer.json()["details"]["appointments"]}
    assert {world.requested.number, world.proposed.number} <= numbers
    assert seasons(world.workshop)[0].text != "off"

    answer = shop("PUT", "hours/", wanted | {"despite": True})
    assert answer.json()["changed"]
    assert {one["number"] for one in answer.json()["outside"]} == numbers
    assert Appointment.objects.get(pk=world.requested.pk).is_open


def test_a_closure_is_made_read_and_taken_back(shop, world):
    day = world.season + timedelta(days=5)
    made = shop("POST", "exceptions/", closure(world, day))
    assert made.status_code == 201
    rows = {row["id"]: row["label"] for row in shop("GET", "exceptions/").json()}
    assert rows[made.json()["id"]] == "Secret trip"
    assert shop("DELETE", f"exceptions/{made.json()['id']}/").json() == {"changed": True, "outside": []}
    assert shop("DELETE", f"exceptions/{made.json()['id']}/").status_code == 404


def test_a_closure_over_an_appointment_asks_first(shop, world):
    count = len(exceptions(world.workshop, first=date(2020, 1, 1), last=date(2020, 1, 1) + 9 * FARTHEST))
    wanted = closure(world, booked_day(world))
    assert shop("POST", "exceptions/", wanted).json()["code"] == "appointments_outside"
    assert shop("POST", "exceptions/", wanted | {"preview": True}).json()["id"] is None
    assert len(exceptions(world.workshop, first=date(2020, 1, 1), last=date(2020, 1, 1) + 9 * FARTHEST)) == count
    assert shop("POST", "exceptions/", wanted | {"despite": True}).status_code == 201


def test_a_mechanic_is_away(shop, world):
    path = f"mechanics/{world.mechanic_time.mechanic_id}/absences/"
    away = closure(world, world.season + timedelta(days=5))
    del away["is_open"]
    made = shop("POST", path, away)
    assert made.status_code == 201
    assert "Secret trip" in [row["label"] for row in shop("GET", path, by="coordinator").json()]
    assert b"Secret" not in shop("GET", "hours/", by="anonymous").content
    assert shop("DELETE", f"{path}{made.json()['id']}/").status_code == 200
    # An absence is no exception of the workshop's, and no other mechanic's.
    assert shop("DELETE", f"exceptions/{world.absence}/").status_code == 404


def test_a_mechanic_has_hours_of_their_own(shop, world):
    path = f"mechanics/{world.mechanic_time.mechanic_id}/hours"
    assert shop("PUT", f"{path}/", {"hours": "Mo 09:00-12:00", "from_on": world.season.isoformat()}).status_code == 200
    assert shop("GET", f"{path}/").json()["weeks"][-1]["osm"] == "Mo 09:00-12:00"
    assert b"Mo 09:00-12:00" in shop("GET", f"{path}.osm").content
    assert shop("GET", f"{path}.osm").headers["Cache-Control"] == "no-store"


def test_an_import_is_shown_then_made(shop, world):
    begins = world.season
    wanted = {"text": f"Mo-Sa 09:00-18:00; PH off; {begins.year + 1} Aug 01-{begins.year + 1} Aug 21 off"}
    wanted |= {"from_on": begins.isoformat()}
    before = seasons(world.workshop)

    shown = shop("POST", "hours/import/", wanted | {"preview": True}).json()
    assert not shown["changed"]
    assert [week["osm"] for week in shown["weeks"]] == ["Mo-Sa 09:00-18:00"]
    assert [one["is_open"] for one in shown["exceptions"]] == [False]
    assert seasons(world.workshop) == before

    assert shop("POST", "hours/import/", wanted).json()["changed"]
    assert seasons(world.workshop)[-1].text == "Mo-Sa 09:00-18:00"
    again = shop("POST", "hours/import/", wanted).json()
    assert again["exceptions"] == []  # what holds already is not said twice


def test_what_is_exported_is_imported_by_another_workshop_as_absences(shop, world):
    path = f"mechanics/{world.mechanic_time.mechanic_id}/hours/import/"
    day = world.season.strftime("%Y%m%d")
    text = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dentist\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\nEND:VCALENDAR"
    answer = shop("POST", path, {"text": text, "meaning": "closures"})
    assert [one["is_open"] for one in answer.json()["exceptions"]] == [False]
    assert answer.json()["weeks"] == []


@pytest.mark.parametrize("path", ["hours/", "hours.ics", "hours.osm", "exceptions/", "mechanics/1/hours/"])
def test_a_workshop_that_does_not_exist(path, send):
    assert send("GET", f"workshops/nowhere/{path}", by="mechanic").status_code == 404
