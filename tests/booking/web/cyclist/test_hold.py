import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.web.conftest import some_slots


def take(client, workshop, starts_at, **given):
    given = {"atelier": workshop.slug, "i": "PUNCTURE", "velo": "city", "debut": starts_at.isoformat()} | given
    return client.post("/option/", given)


def page_of(hold, door="hold"):
    return reverse(f"web:{door}", args=[hold.token])


def test_a_slot_is_kept_and_its_page_shows_until_when(client, workshop, slot):
    answer = take(client, workshop, slot.starts_at)
    hold = Hold.objects.get()
    assert answer.headers["Location"] == page_of(hold)
    page = client.get(page_of(hold))
    assert 590 <= page.context["seconds_left"] <= 600
    assert page.headers["Cache-Control"] == "no-store, private"
    assert "Commander avec obligation de paiement" in page.content.decode() or "Order with" in page.content.decode()


def test_taking_another_slot_gives_the_first_one_back(client, workshop, at):
    first, second = some_slots(workshop, at)[:2]
    take(client, workshop, first.starts_at)
    take(client, workshop, second.starts_at)
    assert Hold.objects.live(at=at + timedelta(minutes=1)).get().starts_at == second.starts_at


def test_a_slot_taken_meanwhile_is_said_in_a_sentence_with_the_three_nearest(client, workshop, slot, hold):
    page = take(client, workshop, slot.starts_at)
    assert page.status_code == 409
    assert len(page.context["others"]) == 3
    assert slot.starts_at not in [other.starts_at for _workshop, other in page.context["others"]]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"debut": "tomorrow"}, 400),
        ({"debut": "2026-13-45T99:00"}, 400),
        ({"debut": "2031-01-01T10:00:00+00:00"}, 400),
        ({"i": "NOPE"}, 400),
        ({"velo": "unicycle"}, 400),
        ({"atelier": "nowhere"}, 404),
        ({"prix": "1"}, 302),  # a price that is sent is not read
    ],
)
def test_a_slot_that_is_none_is_refused(client, workshop, slot, wrong, status):
    assert take(client, workshop, slot.starts_at, **wrong).status_code == status


def test_keeping_slots_is_limited_by_address(client, workshop, slot):
    for _time in range(20):
        take(client, workshop, slot.starts_at, debut="")
    assert take(client, workshop, slot.starts_at).status_code == 429
    assert not Hold.objects.exists()


def test_ten_more_minutes_once(client, hold):
    client.post(page_of(hold, "hold_extend"))
    before = hold.expires_at
    hold.refresh_from_db()
    assert hold.expires_at == before + timedelta(minutes=10)
    page = client.post(page_of(hold, "hold_extend"), follow=True)
    hold.refresh_from_db()
    assert hold.expires_at == before + timedelta(minutes=10)
    assert not page.context["can_extend"]


def test_giving_back_frees_the_slot_and_leads_to_the_list(client, hold, at):
    answer = client.post(page_of(hold, "hold_give_back"))
    assert answer.headers["Location"] == "/creneaux/?i=PUNCTURE&velo=city"
    hold.refresh_from_db()
    assert not hold.is_live(at=at)
    assert client.get(page_of(hold)).status_code == 410


def test_nobody_finds_a_hold_by_guessing(client, hold):
    assert client.get(reverse("web:hold", args=[uuid.uuid4()])).status_code == 404


def test_opening_the_doors_that_act_does_nothing(client, hold):
    for door in ("hold_extend", "hold_give_back", "order"):
        assert client.get(page_of(hold, door)).status_code == 405


def test_ordering_leads_to_the_payment_page(client, hold, typed, provider):
    answer = client.post(page_of(hold, "order"), typed)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("https://pay.example/")
    appointment = Appointment.objects.get()
    assert (appointment.status, appointment.due_now_cents, appointment.phone) == ("unpaid", 600, "+33612345678")


def test_the_same_form_twice_is_one_appointment_and_one_payment(client, hold, typed):
    first, second = (client.post(page_of(hold, "order"), typed) for _time in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_nothing_due_now_leads_straight_to_the_appointment(client, make, at, typed):
    workshop = make(pay_now=Workshop.PayNow.COUNTER)
    hold = scene.hold_at(workshop, some_slots(workshop, at)[0].starts_at, at=at)
    answer = client.post(page_of(hold, "order"), typed | {"pay": "counter"})
    appointment = Appointment.objects.get()
    assert answer.headers["Location"].startswith(reverse("web:appointment", args=[manage_link(appointment)]))
    assert appointment.status == "confirmed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "camille"}, "email"),
        ({"email": ""}, "email"),
        ({"phone": "12"}, "phone"),
        ({"pay": "counter"}, "pay"),
        ({"work_may_begin_early": ""}, "work_may_begin_early"),
    ],
)
def test_a_form_that_cannot_be_read_keeps_what_was_typed(client, hold, typed, wrong, field):
    page = client.post(page_of(hold, "order"), typed | {"note": "Sous la pluie"} | wrong)
    assert page.status_code == 400
    assert page.context["form"].errors[field]
    assert "Sous la pluie</textarea>" in page.content.decode()
    assert not Appointment.objects.exists()


def test_a_mechanic_who_comes_needs_an_address(client, make, at, typed):
    workshop = make(itinerant=True, benches=["van"])
    hold = scene.hold_at(workshop, some_slots(workshop, at)[0].starts_at, at=at)
    assert client.post(page_of(hold, "order"), typed).context["form"].errors["address"]
    assert client.post(page_of(hold, "order"), typed | {"address": "3 rue du Vélo, Lille"}).status_code == 303


def test_a_silent_payment_service_loses_nothing(client, hold, typed, provider):
    provider.is_away = True
    page = client.post(page_of(hold, "order"), typed)
    assert page.status_code == 503
    assert page.context["form"].non_field_errors()
    assert 'value="camille@example.org"' in page.content.decode()
    provider.is_away = False
    assert Hold.objects.get().ended_at is None


def test_back_from_the_payment_page_what_was_typed_is_still_there(client, hold, typed):
    client.post(page_of(hold, "order"), typed)
    page = client.get(page_of(hold))
    assert 'value="camille@example.org"' in page.content.decode()
    assert page.context["appointment"].status == "unpaid"


def test_after_paying_the_back_button_leads_to_the_appointment(client, booked):
    page = client.get(page_of(booked.hold))
    assert page.headers["Location"] == reverse("web:appointment", args=[manage_link(booked)])


def test_an_expired_hold_books_nothing(client, hold, typed, at):
    Hold.objects.update(expires_at=at - timedelta(seconds=1))
    assert client.post(page_of(hold, "order"), typed).status_code == 410
    assert not Appointment.objects.exists()


def test_a_page_from_elsewhere_cannot_order(hold, typed):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(page_of(hold, "order"), typed).status_code == 403
