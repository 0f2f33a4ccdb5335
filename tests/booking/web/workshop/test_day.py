from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.appointments.models import Appointment
from booking.appointments.propose import propose_time
from tests.booking.appointments import scene
from tests.booking.appointments.scene import leave_for_the_day
from tests.booking.web.conftest import some_slots
from tests.booking.web.workshop.conftest import bring_to, browser, diagnose
from tests.factories import MechanicFactory, StaffFactory, UserFactory

HTMX = {"HX-Request": "true"}


def day_of(workshop, day=None):
    return reverse("web:day", args=[workshop.slug]) + (f"?jour={day}" if day else "")


def local_date(appointment):
    return appointment.starts_at.astimezone(appointment.workshop.zone).date()


@pytest.mark.parametrize("name", ["day", "coming"])
def test_a_workshop_is_open_to_its_people_and_coordinators_only(client, workshop, inside, coordinator, stranger, name):
    path = reverse(f"web:{name}", args=[workshop.slug])
    assert inside.get(path).status_code == 200
    assert coordinator.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert client.get(path).status_code == 302
    assert browser(UserFactory()).get(path).status_code == 404


def test_nothing_of_it_is_kept_by_a_cache(workshop, inside):
    page = inside.get(day_of(workshop))
    assert page.headers["Cache-Control"] == "no-store, private"
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_one_workshop_opens_its_day_and_several_let_choose(workshop, make, moussa, inside, coordinator):
    assert inside.get(reverse("web:today")).url == reverse("web:day", args=["le-pave"])
    StaffFactory(workshop=make(slug="deux", name="Le Deuxième", lat=45.0), user=moussa)
    page = inside.get(reverse("web:today"))
    assert [found.slug for found in page.context["workshops"]] == ["le-pave", "deux"]
    assert [found.slug for found in coordinator.get(reverse("web:today")).context["workshops"]] == ["le-pave", "deux"]
    assert browser(UserFactory()).get(reverse("web:today")).status_code == 404


def test_the_day_says_who_comes_and_what_is_left_to_pay(booked, inside):
    page = inside.get(day_of(booked.workshop, local_date(booked)))
    [visit] = page.context["expected"]
    assert (visit.who, visit.appointment.minutes, visit.paid_cents, visit.left_cents) == ("Camille", 30, 600, 1400)
    assert visit.bench == "B1"
    assert 'href="tel:+33612345678"' in page.content.decode()


def test_bicycles_left_for_the_day_stand_above_the_line_of_time_until_they_are_done(booked, workshop, inside, at):
    left = leave_for_the_day(booked, left_on=local_date(booked), days=1)
    arrival, back = local_date(left), local_date(left) + timedelta(days=1)

    for day in (arrival, back):
        page = inside.get(day_of(workshop, day))
        assert [visit.appointment for visit in page.context["left"]] == [left]
        assert page.context["expected"] == []
    html = inside.get(day_of(workshop, arrival)).content.decode().replace("\u00a0", " ")
    assert "Promised back" in html or "Promis" in html
    assert "17 h" in html
    assert inside.get(day_of(workshop, back + timedelta(days=1))).context["left"] == []
    Appointment.objects.update(status=Appointment.Status.DONE, closed_at=at)
    page = inside.get(day_of(workshop, arrival))
    assert (page.context["left"], len(page.context["closed"])) == ([], 1)


def test_a_bicycle_promised_and_not_done_stays_on_todays_list(booked, workshop, inside, at):
    left = leave_for_the_day(booked, left_on=at.astimezone(workshop.zone).date() - timedelta(days=4), days=1)

    [visit] = inside.get(day_of(workshop)).context["left"]

    assert (visit.appointment, visit.is_late) == (left, True)
    assert inside.get(day_of(workshop, at.date() + timedelta(days=2))).context["left"] == []


def test_the_sheet_shows_the_second_pair_of_hands_and_what_a_drop_off_promises(booked, workshop, inside):
    booked.second_mechanic = MechanicFactory(workshop=workshop, name="Ousmane")
    booked.second_from = booked.starts_at + timedelta(minutes=15)
    booked.save()
    sheet = reverse("web:visit", args=[booked.pk])
    assert "Ousmane" in inside.get(sheet).content.decode()

    booked.second_mechanic = booked.second_from = None
    leave_for_the_day(booked, left_on=local_date(booked), days=1)
    assert "17\u00a0h" in inside.get(sheet).content.decode()


def test_the_bicycle_in_hand_comes_first_and_can_be_closed_from_there(begun, inside):
    page = inside.get(day_of(begun.workshop))
    assert page.context["in_hand"].appointment == begun
    assert page.context["has_begun"]
    assert page.context["expected"] == []
    assert reverse("web:visit_finish", args=[begun.pk]) in page.content.decode()


def test_a_coordinator_gets_no_button_that_would_refuse(begun, coordinator):
    page = coordinator.get(day_of(begun.workshop))
    assert reverse("web:visit_finish", args=[begun.pk]) not in page.content.decode()


@pytest.mark.parametrize("status", [Appointment.Status.DONE, Appointment.Status.NO_SHOW])
def test_what_is_closed_is_told_apart(begun, inside, at, status):
    Appointment.objects.update(status=status, closed_at=at)
    page = inside.get(day_of(begun.workshop))
    assert page.context["to_come"] == 0
    assert [visit.appointment for visit in page.context["closed"]] == [begun]


def test_an_empty_day_says_something_human(workshop, inside):
    page = inside.get(day_of(workshop, "2031-01-01"))
    assert page.context["day"].date == date(2031, 1, 1)
    assert 'class="empty"' in page.content.decode()


@pytest.mark.parametrize("text", ["demain", "2026-02-30", "0001-01-01", "9999-12-31", "2026-11", "'"])
def test_a_day_that_is_none_is_today(workshop, inside, at, text):
    page = inside.get(day_of(workshop), {"jour": text})
    assert page.context["is_today"]


def test_a_day_is_the_workshops_own_and_not_the_servers(booked, inside):
    """23:30 UTC on the 30th is the 31st in Nouméa and the 30th in Cayenne; the settings' zone plays no part."""
    bring_to(booked, datetime(2030, 3, 30, 23, 30, tzinfo=UTC))
    for zone, day, other in (("Pacific/Noumea", 31, 30), ("America/Cayenne", 30, 31)):
        booked.workshop.timezone = zone
        booked.workshop.save(update_fields=["timezone"])
        seen = inside.get(day_of(booked.workshop, f"2030-03-{day}"))
        assert [visit.appointment for visit in seen.context["expected"]] == [booked]
        assert f"{day}" in seen.content.decode().split("<h1>")[1][:40]
        assert inside.get(day_of(booked.workshop, f"2030-03-{other}")).context["expected"] == []
        sheet = inside.get(reverse("web:visit", args=[booked.pk])).content.decode()
        assert f"?jour=2030-03-{day}" in sheet


def test_days_around_and_ahead_are_linked(booked, inside, at):
    page = inside.get(day_of(booked.workshop))
    assert [(one.day, one.count) for one in page.context["ahead"]] == [(local_date(booked), 1)]
    body = page.content.decode()
    today = at.astimezone(booked.workshop.zone).date()
    assert f"?jour={today - timedelta(days=1)}" in body
    assert f"?jour={today + timedelta(days=1)}" in body


def test_requests_wait_with_their_deadline_until_it_is_over(request_, answerer, at):
    page = answerer.get(day_of(request_.workshop))
    assert [visit.appointment for visit in page.context["waiting"]] == [request_]
    assert reverse("web:visit_accept", args=[request_.pk]) in page.content.decode()
    Appointment.objects.update(answer_by=at - timedelta(minutes=1))
    assert answerer.get(day_of(request_.workshop)).context["waiting"] == []


def test_a_request_with_a_time_proposed_says_that_the_customer_is_asked(request_, answerer, at):
    other = some_slots(request_.workshop, at)[5].starts_at
    staff = request_.workshop.staff.get().user
    propose_time(appointment=request_, starts_at=other, by=staff, at=at)
    [visit] = answerer.get(day_of(request_.workshop)).context["waiting"]
    assert visit.proposed


def test_the_days_to_come_are_grouped_by_day(booked, workshop, inside, provider, at):
    late = next(slot for slot in some_slots(workshop, at) if slot.starts_at > booked.starts_at + timedelta(days=2))
    scene.confirmed(workshop, provider, late.starts_at, at=at)
    days = inside.get(reverse("web:coming", args=[workshop.slug])).context["days"]
    assert [len(found.visits) for found in days] == [1, 1]
    assert [found.day for found in days] == sorted(found.day for found in days)


@pytest.mark.parametrize("name", ["day", "coming"])
def test_news_fetch_the_region_alone_and_are_said(booked, inside, name):
    path = reverse(f"web:{name}", args=[booked.workshop.slug])
    part = inside.get(path, headers=HTMX).content.decode()
    assert "<html" not in part
    assert f'data-live="/ws/ateliers/{booked.workshop.pk}/"' in part
    assert 'hx-swap-oob="innerHTML"' in part
    assert 'hx-swap-oob="innerHTML"' not in inside.get(path).content.decode()


def test_a_full_day_costs_no_more_queries_than_a_quiet_one(
    workshop, inside, provider, at, symptoms, django_assert_num_queries
):
    slots = some_slots(workshop, at)
    day = slots[0].starts_at.astimezone(workshop.zone).date()
    diagnose(scene.confirmed(workshop, provider, slots[0].starts_at, at=at), at=at)
    with CaptureQueriesContext(connection) as quiet:
        inside.get(day_of(workshop, day))
    for slot in (slots[4], slots[8], slots[12]):
        diagnose(scene.confirmed(workshop, provider, slot.starts_at, at=at), at=at)
    with django_assert_num_queries(len(quiet)):
        page = inside.get(day_of(workshop, day))
    assert len(page.context["expected"]) == 4


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(booked, inside, prefix):
    assert inside.get(f"{prefix}/atelier/le-pave/?jour={local_date(booked)}").status_code == 200
    assert inside.get(f"{prefix}/atelier/le-pave/a-venir/").status_code == 200
