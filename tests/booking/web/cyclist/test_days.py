"""A bicycle left for the day, and a mechanic who comes, as the pages sell them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from collective.places.models import Commune
from collective.timetable.drop_off import sell_days
from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.web.cyclist.test_hold import page_of

WORK = {"i": "PUNCTURE", "velo": "city"}


@pytest.fixture
def selling(workshop, at) -> Workshop:
    """Takes bikes in from 9:00 to 11:00, one a day, ready at 17:00."""
    terms = {"arrives_from": 540, "arrives_until": 660, "return_days": 0, "returns_from": 1020, "storage_places": 1}
    sell_days(workshop=workshop, share_bp=8000, at=at, **terms)
    return Workshop.objects.get(pk=workshop.pk)


@pytest.fixture
def tomorrow(at, workshop) -> date:
    return at.astimezone(workshop.zone).date() + timedelta(days=1)


@pytest.fixture
def lou(make) -> Workshop:
    """Comes to all of Lille, and to nobody in Roubaix."""
    for insee, name, code, lat, lon in (
        ("59350", "Lille", "59000", 50.6329, 3.0582),
        ("59512", "Roubaix", "59100", 50.6879, 3.1763),
    ):
        commune = Commune.objects.create(
            insee=insee, name=name, key=name.lower(), department="59", region="32", postcode=code, lat=lat, lon=lon
        )
        commune.postcodes.create(code=code)
    return make(slug="lou", itinerant=True, benches=["van"], served_km=6)


def leave(client, workshop, day, **given):
    return client.post("/option/", {"atelier": workshop.slug, "depot": day.isoformat()} | WORK | given)


def order(client, hold, **given):
    who = {"email": "camille@example.org", "phone": "06 12 34 56 78", "pay": "deposit", "work_may_begin_early": "on"}
    return client.post(page_of(hold, "order"), who | given)


def test_days_stand_beside_the_exact_slots_and_a_press_keeps_one(client, selling, tomorrow):
    for path in (reverse("web:workshop_slots", args=[selling.slug]), reverse("web:slots")):
        html = client.get(path, WORK).content.decode()
        assert f'name="depot" value="{tomorrow}"' in html
        assert 'name="debut"' in html

    answer = leave(client, selling, tomorrow)

    hold = Hold.objects.get()
    assert answer.headers["Location"] == page_of(hold)
    page = client.get(page_of(hold)).content.decode().replace("\u00a0", " ")
    assert hold.is_drop_off
    for words in ("9 h", "11 h", "17 h", "30 min"):
        assert words in page


def test_it_is_ordered_shown_listed_and_moved_to_a_time(client, selling, tomorrow, provider):
    leave(client, selling, tomorrow)
    order(client, Hold.objects.get())
    appointment = scene.pay(Appointment.objects.get(), provider, at=Hold.objects.get().created_at)
    token = manage_link(appointment)

    shown = client.get(reverse("web:appointment", args=[token])).content.decode().replace("\u00a0", " ")
    assert "17 h" in shown
    move = reverse("web:move", args=[token])
    page = client.get(move)
    assert tomorrow not in [one.day for one in page.context["drop_offs"]]
    assert page.context["days"]
    assert page.context["drop_offs"]

    client.post(move, {"debut": page.context["days"][1].slots[0].starts_at.isoformat()})
    appointment.refresh_from_db()
    assert not appointment.is_drop_off
    client.post(move, {"depot": tomorrow.isoformat()})
    appointment.refresh_from_db()
    assert appointment.is_drop_off


def test_a_day_that_is_full_is_said_with_other_days_and_times(client, selling, tomorrow, at):
    scene.hold_day_at(selling, tomorrow, at=at)

    page = leave(client, selling, tomorrow)

    assert page.status_code == 409
    assert tomorrow not in [one.day for one in page.context["days"]]
    assert len(page.context["days"]) == 2
    assert page.context["others"]


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-45", "2031-01-01", ""])
def test_a_day_that_is_none_is_refused(client, selling, day):
    answer = client.post("/option/", {"atelier": selling.slug, "depot": day} | WORK)
    assert answer.status_code == 400
    assert not Hold.objects.exists()


def test_a_mechanic_who_comes_shows_times_once_the_place_is_said(client, lou):
    path = reverse("web:workshop_slots", args=["lou"])

    nowhere, far, here = (client.get(path, WORK | {"lieu": place}) for place in ("", "Roubaix", "59000"))

    assert nowhere.context["asks_where"]
    assert not nowhere.context["days"]
    assert far.context["problem"]
    assert not far.context["days"]
    assert here.context["days"]
    assert "59000 Lille" in here.content.decode()
    assert 'name="debut"' not in client.get(reverse("web:slots"), WORK | {"genre": "itinerant"}).content.decode()


def test_the_place_that_was_searched_is_the_place_of_the_visit(client, lou):
    slot = client.get(reverse("web:workshop_slots", args=["lou"]), WORK | {"lieu": "59000"}).context["days"][1].slots[0]
    wanted = {"atelier": "lou", "debut": slot.starts_at.isoformat()} | WORK
    assert client.post("/option/", wanted).status_code == 400  # where to?

    client.post("/option/", wanted | {"retour": urlencode({"lieu": "59000"})})

    hold = Hold.objects.get()
    assert (hold.place, hold.lat) == ("59000 Lille", 50.6329)
    assert "59000 Lille" in client.get(page_of(hold)).content.decode()
    refused = order(client, hold, address="3 rue de la Gare, 59100 Roubaix")
    assert refused.status_code == 400
    assert refused.context["form"].errors["address"]
    order(client, hold, address="3 rue Nationale")
    assert Appointment.objects.get().address == "3 rue Nationale, 59000 Lille"
