"""Hours, exceptions, areas and steps that cannot be: refused with the reason by each door, and nothing changed."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from schedule.models import Event

from backend.lib.errors import BadInput, RuleBroken
from collective.timetable.change_hours import change_weekly_hours, import_hours, make_exception
from collective.timetable.change_rules import change_rules
from collective.timetable.ics_lines import MOST_BYTES
from collective.timetable.models import FreeDay, HoursChange
from collective.timetable.read_hours import read_hours
from collective.timetable.read_ics import Meaning
from collective.workshops.models import Staff
from collective.workshops.zones import check_area
from tests.bad_input.conftest import refused
from tests.bad_input.hours import BAD, FIFTY_MEGABYTES, Bad
from tests.factories import StaffFactory


@pytest.fixture
def person(workshop):
    return StaffFactory(workshop=workshop, role=Staff.Role.OWNER, user__email="owner@example.org").user


@pytest.fixture
def inside(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def today(workshop, at) -> date:
    return at.astimezone(workshop.zone).date()


@pytest.fixture
def unchanged(workshop):
    """Nothing of the timetable changes while the test runs."""

    def everything():
        events = sorted(Event.objects.values_list("calendar", "title", "start", "end", "end_recurring_period"), key=str)
        days = sorted(FreeDay.objects.values_list("resource", "day", "longest"))
        return events, days, HoursChange.objects.count()

    before = everything()
    yield
    assert everything() == before
    assert before[1]


def ask(client: Any, method: str, address: str, body: Any) -> Any:
    return client.generic(method, address, json.dumps(body), content_type="application/json")


def field_error(page: Any, field: str) -> str:
    """The sentence beside a field of the page's form, which keeps what was typed."""
    (sentence,) = page.context["form"].errors[field]
    assert len(sentence.split()) > 3
    assert page.status_code == 400
    return sentence


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_hours_that_cannot_be_imported(bad: Bad, inside, workshop, person, at, today, unchanged):
    def take() -> None:
        read = read_hours(given=bad.given(), owner=workshop, meaning=bad.meaning, first=today)
        import_hours(owner=workshop, read=read, at=at, by=person)

    with pytest.raises(BadInput) as rule:
        take()
    assert rule.value.code == bad.code

    wanted = {"text": bad.given(), "meaning": bad.meaning.value}
    answer = ask(inside, "POST", reverse("api:hours_import", args=[workshop.slug]), wanted)
    assert refused(answer) == (400, bad.code)

    said = {"qui": "", "du": today.isoformat(), "sens": bad.meaning.value, "faire": "importer", "texte": bad.given()}
    page = inside.post(reverse("web:hours_exchange", args=[workshop.slug]), said)
    assert field_error(page, "texte")


WEEKS = [
    ("Tu 09:00-12:00,11:00-14:00", 0, "hours_overlap"),
    ("Tu 18:00-09:00", 0, "hours_inverted"),
    ("Tu 09:00-09:00", 0, "hours_empty"),
    ("Jul-Aug Tu 09:00-12:00", 0, "hours_not_weekly"),
    ("NaN", 0, "hours_unreadable"),
    ("Tu 09:00-12:00", -1, "season_past"),
    ("Tu 09:00-12:00", 800, "season_too_far"),
]


@pytest.mark.parametrize(("hours", "days", "code"), WEEKS)
def test_a_week_that_cannot_be(hours, days, code, inside, workshop, person, at, today, unchanged):
    from_on = today + timedelta(days=days)
    with pytest.raises(BadInput) as rule:
        change_weekly_hours(owner=workshop, hours=hours, from_on=from_on, at=at, by=person)
    assert rule.value.code == code

    wanted = {"hours": hours, "from_on": from_on.isoformat()}
    assert refused(ask(inside, "PUT", reverse("api:hours", args=[workshop.slug]), wanted)) == (400, code)

    typed = {"faire": "texte", "texte": hours, "des": from_on.isoformat()}
    page = inside.post(reverse("web:hours_week", args=[workshop.slug]), typed)
    assert page.status_code == 400
    assert str(rule.value) in page.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


SENT = [
    ({"from_on": "0001-01-01"}, "invalid"),
    ({"from_on": "2126-02-31"}, "invalid"),
    ({"from_on": 20261201}, "invalid"),
    ({"hours": ["Tu 09:00-12:00"] * 10_000}, "invalid"),
    ({"hours": "Tu 09:00-12:00" + " " * 600 + "x"}, "invalid"),
    ({"hours": float("nan")}, "parse_error"),
    ({"despite": 1}, "invalid"),
    ({"until": "1999-12-31"}, "invalid"),
    ({"weeks": []}, "unknown_field"),
]


@pytest.mark.parametrize(("sent", "code"), SENT, ids=lambda given: str(given)[:40])
def test_what_programs_send_is_not_believed(sent, code, inside, workshop, today, unchanged):
    wanted = {"hours": "Tu 09:00-12:00", "from_on": today.isoformat()} | sent
    assert refused(ask(inside, "PUT", reverse("api:hours", args=[workshop.slug]), wanted)) == (400, code)


EXCEPTIONS = [
    (2, 1, "exception_inverted"),
    (-9, -8, "exception_over"),
    (1, 400, "exception_too_long"),
    (800, 801, "exception_too_far"),
]


@pytest.mark.parametrize(("first", "last", "code"), EXCEPTIONS)
def test_an_exception_that_cannot_be(first, last, code, inside, workshop, person, at, unchanged):
    starts_at, ends_at = at + timedelta(days=first), at + timedelta(days=last)
    with pytest.raises(BadInput) as rule:
        make_exception(owner=workshop, starts_at=starts_at, ends_at=ends_at, is_open=False, label="", at=at, by=person)
    assert rule.value.code == code

    wanted = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    answer = ask(inside, "POST", reverse("api:exceptions", args=[workshop.slug]), wanted | {"is_open": False})
    assert refused(answer) == (400, code)
    mechanic = workshop.mechanics.first().pk
    assert refused(ask(inside, "POST", reverse("api:absences", args=[workshop.slug, mechanic]), wanted)) == (400, code)

    days = {"du": starts_at.date().isoformat(), "au": (ends_at - timedelta(days=1)).date().isoformat()}
    page = inside.post(reverse("web:hours_exception", args=[workshop.slug]), days | {"sens": "ferme", "quand": "jour"})
    assert page.status_code == 400


class Endless(io.RawIOBase):
    """A body that whoever reads it to its end waits for; it counts what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        assert 0 < size <= 2 * MOST_BYTES, "read without a bound"
        self.given += size
        return b"x" * size


@pytest.mark.parametrize("door", ["api", "page"])
def test_a_calendar_of_fifty_megabytes_is_refused_unread(door, inside, workshop, unchanged):
    name, kind = ("api:hours_import", "application/json"), "multipart/form-data; boundary=x"
    address = reverse(name[0] if door == "api" else "web:hours_exchange", args=[workshop.slug])
    body = Endless()
    sent = {"CONTENT_LENGTH": str(FIFTY_MEGABYTES), "CONTENT_TYPE": name[1] if door == "api" else kind}
    answer = inside.request(**{"PATH_INFO": address, "REQUEST_METHOD": "POST", "wsgi.input": body, **sent})
    assert answer.status_code == 413
    assert body.given == 0


def test_a_calendar_of_fifty_megabytes_is_refused_unparsed(workshop, today):
    for given in (b"BEGIN:VCALENDAR\r\n" + b"x" * FIFTY_MEGABYTES, "Tu 09:00-12:00;" * (FIFTY_MEGABYTES // 15)):
        with pytest.raises(RuleBroken) as rule:
            read_hours(given=given, owner=workshop, meaning=Meaning.OPENINGS, first=today)
        assert rule.value.code == "calendar_too_large"


def test_a_file_that_is_a_little_too_large_is_refused_beside_its_field(inside, workshop, today, unchanged):
    file = SimpleUploadedFile("hours.ics", b"BEGIN:VCALENDAR\r\n" + b"x" * MOST_BYTES, content_type="text/calendar")
    said = {"qui": "", "du": today.isoformat(), "sens": "openings", "fichier": file}
    page = inside.post(reverse("web:hours_exchange", args=[workshop.slug]), said)
    assert field_error(page, "texte")


def test_an_area_that_crosses_itself(unchanged):
    bow_tie = [[50.6, 3.0], [50.7, 3.1], [50.6, 3.1], [50.7, 3.0]]
    with pytest.raises(BadInput) as rule:
        check_area(bow_tie)
    assert rule.value.code == "area_crosses_itself"


def test_a_step_between_slots_of_nothing(inside, workshop, person, at, unchanged):
    with pytest.raises(BadInput) as rule:
        change_rules(workshop=workshop, by=person, at=at, slot_step_minutes=0)
    assert rule.value.code == "number_out_of_range"
    address = reverse("api:settings", args=[workshop.slug])
    assert refused(ask(inside, "PATCH", address, {"slot_step_minutes": 0}))[0] == 400
    page = inside.post(reverse("web:settings", args=[workshop.slug]), {"slot_step_minutes": "0"})
    assert page.status_code == 400
