from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from booking.appointments.models import Appointment, Proposal
from booking.tenders.amounts import MoreThanLeft, WrongTakings, read_takings
from tests.booking.web.workshop.conftest import diagnose

ACTS = ("visit_accept", "visit_refuse", "visit_propose", "visit_finish", "visit_no_show", "visit_cancel")
Status = Appointment.Status


def door(name, appointment):
    return reverse(f"web:{name}", args=[appointment.pk])


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def status_of(appointment):
    return Appointment.objects.get(pk=appointment.pk).status


def allowed(client, appointment):
    """The names of the buttons that this person's sheet shows."""
    names = ("may_answer", "may_propose", "may_finish", "may_be_absent", "may_cancel")
    context = client.get(door("visit", appointment)).context
    return {name for name in names if context[name]}


# ---- Who may look ----


@pytest.mark.parametrize("name", ["visit", "visit_other_times"])
def test_the_sheet_is_for_the_inside_of_the_workshop(client, booked, inside, stranger, name):
    assert inside.get(door(name, booked)).status_code == 200
    assert stranger.get(door(name, booked)).status_code == 404
    assert client.get(door(name, booked)).status_code == 302


def test_what_is_not_paid_yet_is_not_on_any_sheet(booked, inside):
    Appointment.objects.update(status=Status.UNPAID)
    assert inside.get(door("visit", booked)).status_code == 404


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_finds_no_door_and_a_coordinator_a_closed_one(begun, stranger, coordinator, client, at, name):
    given = {
        "debut": (at + timedelta(days=2)).isoformat(),
        "reason": "non",
        "means": "cash",
        "amount": "1",
        "key": "k1",
    }
    assert stranger.post(door(name, begun), given).status_code == 404
    assert coordinator.post(door(name, begun), given).status_code == 403
    assert client.post(door(name, begun), given).status_code == 302
    assert status_of(begun) == Status.CONFIRMED
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("name", ACTS)
def test_looking_never_acts(begun, inside, name):
    assert inside.get(door(name, begun)).status_code == 405
    assert status_of(begun) == Status.CONFIRMED


# ---- What it shows ----


def test_the_sheet_shows_the_whole_story(begun, inside, symptoms, at):
    diagnosis = diagnose(begun, comment="Ça siffle", at=at)
    begun.note = "Vélo rouge"
    begun.save(update_fields=["note"])
    page = inside.get(door("visit", begun))
    body = page.content.decode()
    assert "Vélo rouge" in body
    assert "Ça siffle" in body
    assert reverse("web:account_photo", args=[diagnosis.photos.get().pk]) in body
    [item] = page.context["items"]
    assert item.shown[0].text in body
    assert page.context["shares"].total_cents == begun.total_cents
    assert {change.kind for change, _words in page.context["changes"]} >= {"booked"}


def test_the_photos_of_a_sheet_are_served_to_its_workshop_only(begun, inside, stranger, client, symptoms, at):
    path = reverse("web:account_photo", args=[diagnose(begun, at=at).photos.get().pk])
    assert inside.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert client.get(path).status_code != 200


def test_buttons_stand_where_the_rules_allow_them(begun, request_, inside, answerer, coordinator):
    assert allowed(inside, begun) >= {"may_finish", "may_be_absent"}
    assert not allowed(inside, begun) & {"may_answer", "may_propose"}
    assert allowed(answerer, request_) == {"may_answer", "may_propose"}
    assert allowed(coordinator, begun) == set()


# ---- What it does ----


def test_a_request_is_accepted(request_, answerer):
    answer = answerer.post(door("visit_accept", request_))
    assert answer.url == door("visit", request_)
    assert status_of(request_) == Status.CONFIRMED


def test_accepting_twice_says_so_and_changes_nothing(request_, answerer):
    answerer.post(door("visit_accept", request_))
    again = answerer.post(door("visit_accept", request_))
    assert again.status_code == 302
    assert said(again)
    assert status_of(request_) == Status.CONFIRMED


def test_a_refusal_needs_its_reason(request_, answerer):
    answerer.post(door("visit_refuse", request_), {"reason": "  "})
    assert status_of(request_) == Status.REQUESTED
    answerer.post(door("visit_refuse", request_), {"reason": "Complet"})
    refused = Appointment.objects.get(pk=request_.pk)
    assert (refused.status, refused.reason) == (Status.REFUSED, "Complet")


def test_another_time_is_chosen_among_free_ones_and_waits_for_the_customer(request_, answerer, at):
    page = answerer.get(door("visit_other_times", request_))
    offered = [slot.starts_at for day in page.context["days"] for slot in day.slots]
    assert request_.starts_at not in offered
    answerer.post(door("visit_propose", request_), {"debut": offered[3].isoformat()})
    assert Proposal.objects.get().starts_at == offered[3]
    assert Appointment.objects.get(pk=request_.pk).starts_at == request_.starts_at


@pytest.mark.parametrize("text", ["", "demain", "2026-13-45T99:00", "2030-01-01T10:00"])
def test_a_time_that_is_none_is_refused_in_words(request_, answerer, text):
    answer = answerer.post(door("visit_propose", request_), {"debut": text})
    assert answer.status_code == 302
    assert said(answer)
    assert not Proposal.objects.exists()


def test_no_other_time_for_what_is_over(begun, inside, at):
    Appointment.objects.update(status=Status.DONE, closed_at=at)
    answer = inside.get(door("visit_other_times", begun))
    assert answer.url == door("visit", begun)
    assert said(answer)


@pytest.mark.parametrize(("typed", "owed"), [("", 0), ("14", 0), ("10,50 €", 350), ("later", 1400)])
def test_done_books_what_was_taken_at_the_counter(begun, inside, typed, owed):
    paid = {"means": "later"} if typed == "later" else {"means": "cash", "amount": typed, "key": "k1"}
    inside.post(door("visit_finish", begun), paid)
    done = Appointment.objects.get(pk=begun.pk)
    assert done.status == Status.DONE
    assert done.changes.get(kind="done").details == {"online_cents": 600, "counter_cents": 1400 - owed}


@pytest.mark.parametrize("typed", ["14,01", "-1", "douze", "1e3", "9999999", "1,234", "٣"])
def test_takings_that_cannot_be_are_refused_in_words(begun, inside, typed):
    answer = inside.post(door("visit_finish", begun), {"means": "cash", "amount": typed, "key": "k1"})
    assert answer.status_code == 302
    refusal = MoreThanLeft(left="14.00") if typed == "14,01" else WrongTakings()
    assert said(answer) == str(refusal)
    assert status_of(begun) == Status.CONFIRMED


def test_it_is_not_done_before_its_day(booked, inside):
    assert said(inside.post(door("visit_finish", booked)))
    assert status_of(booked) == Status.CONFIRMED


def test_nobody_came(begun, inside):
    inside.post(door("visit_no_show", begun))
    assert status_of(begun) == Status.NO_SHOW


def test_the_workshop_cancels_with_its_reason(booked, inside):
    inside.post(door("visit_cancel", booked), {"reason": "Grippe"})
    cancelled = Appointment.objects.get(pk=booked.pk)
    assert (cancelled.status, cancelled.reason) == (Status.CANCELLED, "Grippe")


@pytest.mark.parametrize(
    ("back", "led"),
    [("/atelier/le-pave/?jour=2026-11-24", True), ("https://evil.example/", False), ("//evil.example", False)],
)
def test_it_leads_back_to_our_own_pages_only(begun, inside, back, led):
    answer = inside.post(door("visit_finish", begun), {"back": back})
    assert answer.url == (back if led else door("visit", begun))


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("18", 1800), ("18,5", 1850), ("18.50 €", 1850), (" 1\u202f200,00 ", 120000), (",5", 50), ("", None)],
)
def test_euros_are_read_as_people_type_them(typed, cents):
    assert read_takings(typed) == cents


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(request_, answerer, prefix):
    for end in ("", "autre-heure/"):
        assert answerer.get(f"{prefix}/atelier/rendez-vous/{request_.pk}/{end}").status_code == 200
