"""The month at a glance: a link on each day that has a slot, nothing on the others."""

from datetime import timedelta

import pytest

from collective.timetable.change_hours import make_exception
from collective.timetable.ticks import local_day

WORK = "/creneaux/mois/?i=PUNCTURE"


@pytest.fixture
def tomorrow(workshop, at):
    return at.astimezone(workshop.zone).date() + timedelta(days=1)


def links(page, day):
    cells = [cell for week in page.context["weeks"] for cell in week if cell.day == day]
    assert len(cells) == 1
    return cells[0].query


def of_month(day):
    return f"{WORK}&mois={day:%Y-%m}"


def test_a_day_with_a_slot_leads_to_it(client, workshop, tomorrow):
    page = client.get(of_month(tomorrow))
    assert links(page, tomorrow) == f"i=PUNCTURE&quand=jour&jour={tomorrow}"
    assert page.context["any"]


def test_a_day_closed_is_grey(client, workshop, at, tomorrow):
    closed = local_day(tomorrow, workshop.zone)
    make_exception(
        owner=workshop, starts_at=closed.starts_at, ends_at=closed.ends_at, is_open=False, label="", by=None, at=at
    )
    assert links(client.get(of_month(tomorrow)), tomorrow) == ""


def test_htmx_gets_the_table_alone(client, workshop, tomorrow):
    body = client.get(of_month(tomorrow), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in body
    assert 'id="month"' in body


def test_a_month_that_is_none_is_said(client, workshop):
    page = client.get(f"{WORK}&mois=2026-13")
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()


def test_a_month_beyond_the_calendars_is_this_one(client, workshop, at):
    today = at.astimezone(workshop.zone).date()
    assert client.get(f"{WORK}&mois=2090-01").context["first"] == today.replace(day=1)


def test_without_work_one_chooses_some(client):
    assert client.get("/creneaux/mois/").headers["Location"] == "/prestations/"
