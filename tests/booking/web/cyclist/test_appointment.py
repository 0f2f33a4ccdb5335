from datetime import timedelta

import pytest
from django.urls import reverse

from backend.lib.clock import database_now
from backend.lib.tokens import sign
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.appointments.propose import propose_time
from booking.diagnosis.keep import keep_diagnosis
from tests.booking.appointments import scene
from tests.booking.web.conftest import some_slots
from tests.booking.web.cyclist.test_result import a_photo
from tests.factories import UserFactory

DOORS = ("appointment", "appointment_calendar", "move", "cancel", "withdraw", "proposal", "pay_return")


def door(name, appointment):
    return reverse(f"web:{name}", args=[manage_link(appointment)])


def test_the_link_shows_what_stands_and_nobody_keeps_the_page(client, booked):
    page = client.get(door("appointment", booked))
    assert page.context["paid_cents"] == 600
    assert page.context["left_cents"] == 1400
    assert page.headers["Cache-Control"] == "no-store, private"
    assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.parametrize("token", ["forged", "other purpose"])
def test_a_forged_link_opens_nothing(client, booked, name, token):
    token = "00000000000000000000000000000000:abc" if token == "forged" else sign("sign-in", booked.token.hex)
    assert client.get(reverse(f"web:{name}", args=[token])).status_code == 404


def test_an_old_link_says_so(client, booked, at):
    Appointment.objects.update(starts_at=at - timedelta(days=367), ends_at=at - timedelta(days=366))
    page = client.get(door("appointment", booked))
    assert page.status_code == 410
    assert page.context["rule"].code == "link_expired"


@pytest.mark.parametrize("name", DOORS)
def test_opening_a_link_never_acts(client, booked, name):
    before = Appointment.objects.values().get()
    client.get(door(name, booked))
    assert Appointment.objects.values().get() == before


def test_the_calendar_file_is_one(client, booked):
    answer = client.get(door("appointment_calendar", booked))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in answer.content


def test_back_from_the_bank_the_payment_is_looked_at_and_settled(client, hold, provider, at):
    appointment = scene.book_hold(hold, at=at)
    scene.open_page(appointment, at=at)
    waiting = client.get(door("pay_return", appointment))
    assert waiting.status_code == 200
    assert 'http-equiv="refresh"' in waiting.content.decode()
    provider.pay(appointment.payment)
    settled = client.get(door("pay_return", appointment))
    assert settled.headers["Location"] == f"{door('appointment', appointment)}?merci"
    appointment.refresh_from_db()
    assert appointment.status == "confirmed"


def test_a_silent_bank_leaves_the_waiting_page(client, hold, provider, at):
    appointment = scene.book_hold(hold, at=at)
    scene.open_page(appointment, at=at)
    provider.is_away = True
    assert client.get(door("pay_return", appointment)).status_code == 200


def test_the_poll_of_the_waiting_page_changes_the_page(client, booked):
    answer = client.get(door("pay_return", booked), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"{door('appointment', booked)}?merci"


def test_moving_to_another_free_slot(client, booked, workshop, at):
    free = [slot for slot in some_slots(workshop, at) if slot.starts_at > booked.ends_at][0]
    assert client.get(door("move", booked)).context["days"]
    client.post(door("move", booked), {"debut": free.starts_at.isoformat()})
    booked.refresh_from_db()
    assert booked.starts_at == free.starts_at


def test_moving_to_a_slot_taken_meanwhile_changes_nothing(client, booked, workshop, at):
    other = [slot for slot in some_slots(workshop, at) if slot.starts_at >= booked.ends_at][0]
    scene.hold_at(workshop, other.starts_at, at=at)
    page = client.post(door("move", booked), {"debut": other.starts_at.isoformat()})
    assert page.status_code == 409
    before = booked.starts_at
    booked.refresh_from_db()
    assert booked.starts_at == before


def test_cancelling_shows_the_refund_first_then_gives_it_back(client, booked):
    page = client.get(door("cancel", booked))
    assert page.context["refund"].refund_cents == 600
    client.post(door("cancel", booked), {"raison": "Malade"})
    booked.refresh_from_db()
    assert (booked.status, booked.reason) == ("cancelled", "Malade")
    scene.pass_sweeps(booked, at=database_now())
    assert scene.kept_cents(booked) == 0


def test_what_is_cancelled_cannot_be_cancelled_again_nor_moved(client, booked):
    client.post(door("cancel", booked), follow=True)
    for name in ("cancel", "move", "withdraw"):
        page = client.get(door(name, booked), follow=True)
        assert [message.level_tag for message in page.context["messages"]] == ["error"]


def test_withdrawing_takes_a_declaration_and_its_confirmation(client, booked):
    declared = client.post(door("withdraw", booked), {"etape": "declarer"})
    booked.refresh_from_db()
    assert booked.status == "confirmed"
    assert 'value="confirmer"' in declared.content.decode()
    client.post(door("withdraw", booked), {"etape": "confirmer"})
    booked.refresh_from_db()
    assert booked.status == "cancelled"


@pytest.mark.parametrize(("answer", "moves"), [("oui", True), ("non", False)])
def test_a_proposal_moves_nothing_until_it_is_accepted(client, booked, workshop, at, answer, moves):
    new = [slot for slot in some_slots(workshop, at) if slot.starts_at >= booked.ends_at][4]
    before = booked.starts_at
    propose_time(appointment=booked, starts_at=new.starts_at, by=scene.staff_of(workshop), at=at)
    assert client.get(door("proposal", booked)).context["proposal"].starts_at == new.starts_at
    client.post(door("proposal", booked), {"reponse": answer})
    booked.refresh_from_db()
    assert booked.starts_at == (new.starts_at if moves else before)


def test_without_a_proposal_its_page_leads_back(client, booked):
    assert client.get(door("proposal", booked)).headers["Location"] == door("appointment", booked)


def test_an_account_sees_its_own_appointments_only(client, booked):
    camille, other = UserFactory(), UserFactory()
    Appointment.objects.update(cyclist=camille)
    client.force_login(camille)
    assert [row[0] for row in client.get("/mes-rendez-vous/").context["ahead"]] == [booked]
    client.force_login(other)
    assert client.get("/mes-rendez-vous/").context["ahead"] == []


def test_photos_are_shown_to_the_link_and_the_workshop_only(client, booked, workshop, symptoms, at):
    kept = keep_diagnosis(
        items=[{"symptom": "BRK-01", "answers": {}}], bike_type="", comment="", photos=[a_photo()], at=at
    )
    Appointment.objects.update(diagnosis=kept)
    photo = kept.photos.get()
    by_link = client.get(reverse("web:photo", args=[manage_link(booked), photo.pk]))
    assert by_link.headers["Content-Type"] == "image/webp"
    assert by_link.headers["Cache-Control"] == "no-store, private"
    by_account = reverse("web:account_photo", args=[photo.pk])
    assert client.get(by_account).status_code == 302
    client.force_login(UserFactory())
    assert client.get(by_account).status_code == 404
    client.force_login(scene.staff_of(workshop))
    assert client.get(by_account).status_code == 200


def test_a_photo_of_another_diagnosis_does_not_open_by_ones_link(client, booked, symptoms, at):
    other = keep_diagnosis(
        items=[{"symptom": "BRK-01", "answers": {}}], bike_type="", comment="", photos=[a_photo()], at=at
    )
    assert client.get(reverse("web:photo", args=[manage_link(booked), other.photos.get().pk])).status_code == 404
