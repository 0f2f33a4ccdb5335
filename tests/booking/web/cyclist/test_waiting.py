"""The pages of the waiting list, in both languages: join, see, leave; an offer taken, left, too late; coming sooner."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.waiting.join import join_wait
from booking.waiting.links import offer_link, wait_link
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.offer_freed import offer_freed
from tests.booking.web.conftest import some_slots
from tests.factories import LILLE, StaffFactory, UserFactory

LANGUAGES = ("fr", "en")
SEARCH = f"i=PUNCTURE&lat={LILLE[0]}&lon={LILLE[1]}&rayon=5"
WHO = {"email": "camille@example.org", "phone": "06 12 34 56 78", "name": "Camille"}


@pytest.fixture
def days(at):
    """Three and ten days from now, as local days."""
    return tuple((at + timedelta(days=count)).date() for count in (3, 10))


@pytest.fixture
def wait(workshop, at, days) -> Wait:
    lat, lon = LILLE
    return join_wait(
        **WHO,
        language="fr",
        lat=lat,
        lon=lon,
        radius_km=5,
        interventions=["PUNCTURE"],
        bike_type="city",
        first=days[0],
        last=days[1],
        at=at,
    )


@pytest.fixture
def offer(workshop, wait, days, at) -> SlotOffer:
    freed(workshop, days, at=at)
    return wait.offers.get()


def freed(workshop, days, *, at: datetime) -> None:
    offer_freed({"workshop": workshop.pk, "first": days[0].isoformat(), "last": days[1].isoformat()}, at=at)


def page(name: str, *args: object, language: str = "fr") -> str:
    with override(language):
        return reverse(f"web:{name}", args=args)


@pytest.mark.parametrize("language", LANGUAGES)
def test_joining_from_a_search(client, workshop, days, language):
    url = f"{page('wait_join', language=language)}?{SEARCH}&quand=soir&atout=vae"
    assert client.get(url).status_code == 200

    response = client.post(url, WHO | {"first": days[0].isoformat(), "last": days[1].isoformat()})

    wait = Wait.objects.get()
    assert response.url == page("wait", wait_link(wait), language=language)
    assert (wait.language, wait.radius_km, wait.first, wait.last) == (language, 5, *days)
    assert wait.wishes == {"from_hour": 17, "ebike_certified": True}
    assert client.get(response.url).status_code == 200


def test_what_cannot_be_read_is_said_beside_its_field(client, workshop, days):
    url = f"{page('wait_join')}?{SEARCH}"
    typed = WHO | {"first": days[1].isoformat(), "last": days[0].isoformat(), "phone": "nothing"}

    response = client.post(url, typed)
    assert response.status_code == 400
    assert "phone" in response.context["form"].errors
    response = client.post(url, typed | {"phone": WHO["phone"]})
    assert list(response.context["form"].errors) == ["last"]
    assert not Wait.objects.exists()


def test_a_search_without_work_or_with_an_unknown_place_is_sent_back(client, workshop):
    assert client.get(page("wait_join")).url == page("work")
    lost = client.get(f"{page('wait_join')}?i=PUNCTURE&lieu=nowhere-at-all")
    assert lost.url.startswith(page("slots"))


def test_the_list_is_left_by_a_post_only(client, wait):
    token = wait_link(wait)
    assert client.get(page("wait_leave", token)).status_code == 405

    client.post(page("wait_leave", token))

    wait.refresh_from_db()
    assert wait.state == Wait.State.LEFT
    assert client.get(page("wait", token)).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_opening_an_offer_changes_nothing_and_shows_what_is_due(client, offer, language):
    response = client.get(page("offer", offer_link(offer), language=language))

    assert response.status_code == 200
    assert response.context["total_cents"] == 2000
    assert [way.now_cents for way in response.context["ways"]] == [600, 2000]
    assert 0 < response.context["seconds_left"] <= response.context["seconds_whole"]
    offer.refresh_from_db()
    assert offer.state == SlotOffer.State.OPEN


def test_one_post_takes_the_slot_and_leads_to_the_payment(client, offer, provider):
    token = offer_link(offer)
    typed = {"pay": "deposit", "total_cents": "2000"}
    assert client.post(page("offer_accept", token), typed).status_code == 400  # the express request is missing

    response = client.post(page("offer_accept", token), typed | {"work_may_begin_early": "on"})

    assert response.status_code == 303
    assert response["Location"].startswith("https://pay.example/")
    appointment = Appointment.objects.get()
    assert (appointment.email, appointment.starts_at, appointment.due_now_cents) == (WHO["email"], offer.starts_at, 600)
    assert client.get(page("offer", token)).url == page("appointment", manage_link(appointment))


def test_the_payment_service_away_leaves_the_slot_held(client, offer, provider):
    provider.is_away = True
    typed = {"pay": "deposit", "total_cents": "2000", "work_may_begin_early": "on"}

    response = client.post(page("offer_accept", offer_link(offer)), typed)

    assert response.url == page("hold", Appointment.objects.get().hold.token)


def test_another_price_is_shown_before_it_is_taken(client, offer, workshop):
    workshop.offers.update(labour_cents=3500)
    typed = {"pay": "deposit", "total_cents": "2000", "work_may_begin_early": "on"}

    response = client.post(page("offer_accept", offer_link(offer)), typed)

    assert response.status_code == 409
    assert not Appointment.objects.exists()


def test_left_to_the_next_it_is_over_and_one_goes_on_waiting(client, offer, wait):
    token = offer_link(offer)

    response = client.post(page("offer_decline", token))

    assert response.url == page("wait", wait_link(wait))
    assert client.get(page("offer", token)).status_code == 410
    assert client.post(page("offer_accept", token), {}).status_code == 410
    wait.refresh_from_db()
    assert wait.is_waiting


@pytest.mark.parametrize("name", ["wait", "offer"])
def test_a_forged_link_opens_nothing(client, db, name):
    assert client.get(page(name, "0" * 32 + ":forged")).status_code == 404


def test_who_booked_asks_to_come_sooner_and_is_moved_by_one_post(client, booked, workshop, at):
    late = some_slots(workshop, at)[-1].starts_at
    client.post(page("move", manage_link(booked)), {"debut": late.isoformat()})
    token = manage_link(booked)
    assert "plus-tot" in client.get(page("appointment", token)).content.decode()

    client.post(page("ask_earlier", token))
    wait = Wait.objects.get()
    freed(workshop, ((at + timedelta(days=3)).date(), late.date()), at=at)
    shown = client.get(page("appointment", token))
    assert shown.context["earlier_offer"] == wait.offers.get()
    assert "plus-tot" not in shown.content.decode()
    sooner = offer_link(wait.offers.get())
    assert client.get(page("offer", sooner)).status_code == 200
    response = client.post(page("offer_accept", sooner))

    assert response.url == page("appointment", token)
    booked.refresh_from_db()
    assert booked.starts_at == wait.offers.get().starts_at < late


def test_an_account_sees_what_it_waits_for(client, wait, workshop):
    camille = UserFactory(email=WHO["email"])
    Wait.objects.update(cyclist=camille)
    client.force_login(camille)
    assert wait_link(wait) in client.get(page("my_appointments")).content.decode()


def test_a_workshop_sees_how_many_wait_and_for_what_and_no_name(client, wait, workshop):
    client.force_login(StaffFactory(workshop=workshop).user)

    assert client.get(page("day", workshop.slug)).context["on_the_list"] == 1
    shown = client.get(page("waiting", workshop.slug)).content.decode()

    assert "Crevaison" in shown
    assert not [word for word in ("camille@example.org", "+33612345678", "Camille") if word in shown]
