"""Searches, slots, links and photos that cannot be: the right status, a sentence, and nothing written."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from PIL import Image

from backend.lib.tokens import sign
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from booking.diagnosis.models import Diagnosis
from booking.services.offers import Offer
from collective.payments.models import Payment
from collective.places.models import Commune
from tests.bad_input.conftest import api, order, refused, said
from tests.factories import OfferFactory

RESULT = "/diagnostic/resultat/?piece=brake-front&s=BRK-01&a=BRK-01.type.rim&a=BRK-01.lever.soft"
WORK = "PUNCTURE"
ACTS = ("move", "cancel", "withdraw", "proposal")


@pytest.fixture
def lille(db) -> Commune:
    fields = {"department": "59", "region": "32", "postcode": "59000", "population": 9}
    return Commune.objects.create(insee="59350", name="Lille", key="lille", lat=50.63, lon=3.06, **fields)


@pytest.mark.parametrize(
    ("page_asked", "api_asked", "code"),
    [
        ({"lieu": "Atlantis-sur-Mer"}, {"place": "Atlantis-sur-Mer"}, "unknown_place"),
        ({"quand": "jour", "jour": "2020-01-01"}, {"first": "2020-01-01"}, "past_date"),
        ({"quand": "jour", "jour": "2036-11-21"}, {"first": "2126-11-21", "last": "2136-11-21"}, "range_too_long"),
        ({"quand": "jour", "jour": "2026-02-31"}, {"first": "2026-02-31"}, "invalid"),
        ({"rayon": "-5"}, {"radius_km": "-5"}, "invalid"),
        ({"rayon": "1e308"}, {"radius_km": "1e308"}, "invalid"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_search_that_makes_no_sense(client, lille, workshop, page_asked, api_asked, code):
    page = client.get("/creneaux/", {"i": WORK, "lieu": "Lille"} | page_asked)
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()
    assert f'value="{page_asked.get("lieu", "Lille")}"' in page.content.decode()  # nothing is to be typed again

    answer = api(client, "GET", "slots/", {"interventions": WORK, "lat": "50.63", "lon": "3.06"} | api_asked)
    assert refused(answer) == (400, code)


def take(client, workshop, starts_at, **given):
    wanted = {"atelier": workshop.slug, "i": WORK, "velo": "city", "debut": starts_at.isoformat()}
    return client.post(reverse("web:hold_take"), wanted | given)


def take_by_api(client, workshop, starts_at, **given):
    wanted = {"workshop": workshop.slug, "interventions": [WORK], "starts_at": starts_at.isoformat()}
    return api(client, "POST", "holds/", wanted | given)


@pytest.mark.parametrize("late", [timedelta(hours=15), timedelta(minutes=7), timedelta(days=-30), timedelta(days=3650)])
def test_a_slot_outside_hours_off_the_grid_past_or_years_ahead(client, workshop, slot, late):
    page = take(client, workshop, slot.starts_at + late)
    assert (page.status_code, page.context["rule"].code) == (400, "not_a_slot")
    said(page)
    assert refused(take_by_api(client, workshop, slot.starts_at + late)) == (400, "not_a_slot")
    assert not Hold.objects.exists()


@pytest.mark.parametrize("minutes", [-30, 0, 30_000])
def test_how_long_it_takes_is_the_workshops_to_say(client, workshop, slot, minutes):
    assert refused(take_by_api(client, workshop, slot.starts_at, minutes=minutes)) == (400, "unknown_field")
    take(client, workshop, slot.starts_at, minutes=minutes)
    assert Hold.objects.get().lines.get().minutes == 30
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.update(minutes=minutes)


@pytest.mark.parametrize("codes", [["CHAIN"], [WORK, "CHAIN"]], ids=["alone", "beside its own"])
def test_what_another_workshop_offers_is_not_held_nor_left_out_in_silence(client, workshop, slot, codes):
    OfferFactory(intervention__code="CHAIN")
    page = take(client, workshop, slot.starts_at, i=codes)
    assert (page.status_code, page.context["rule"].code) == (400, "offers_of_another_workshop")
    assert refused(take_by_api(client, workshop, slot.starts_at, interventions=codes)) == (409, "not_offered_here")
    assert not Hold.objects.exists()


def test_a_price_that_is_sent_is_never_taken(client, workshop, slot, typed):
    prices = {"total_cents": 1, "labour_cents": -1500, "due_now_cents": 0, "prix": "0"}
    assert refused(take_by_api(client, workshop, slot.starts_at, total_cents=1)) == (400, "unknown_field")
    take(client, workshop, slot.starts_at, **prices)
    held = Hold.objects.get()
    booking = {"hold": str(held.token), "email": "a@example.org", "phone": "0612345678", "pay": "deposit"}
    assert refused(api(client, "POST", "appointments/", booking | {"total_cents": 1})) == (400, "unknown_field")
    order(client, held, typed, **prices)
    appointment = Appointment.objects.get()
    assert (appointment.total_cents, appointment.due_now_cents) == (2000, 600)
    assert Payment.objects.get().amount_cents == 600


def test_a_forged_link_opens_nothing_and_does_nothing(client, booked):
    link = manage_link(booked)
    other = "B" if link[-1] == "A" else "A"
    for forged in (link[:-1] + other, sign("sign-in", booked.token.hex), f"{'0' * 32}:{link.split(':')[1]}"):
        for act in ACTS:
            assert client.post(reverse(f"web:{act}", args=[forged])).status_code == 404
        assert client.get(reverse("web:appointment", args=[forged])).status_code == 404
        assert refused(api(client, "POST", f"appointments/{forged}/cancel/")) == (404, "forged_link")
    booked.refresh_from_db()
    assert booked.status == Appointment.Status.CONFIRMED


def test_a_link_of_last_year_says_so_and_does_nothing(client, booked, at):
    Appointment.objects.update(starts_at=at - timedelta(days=367), ends_at=at - timedelta(days=366))
    link = manage_link(booked)
    for act in ACTS:
        page = client.post(reverse(f"web:{act}", args=[link]))
        assert page.status_code == 410
        said(page)
    assert refused(api(client, "POST", f"appointments/{link}/cancel/")) == (410, "link_expired")
    booked.refresh_from_db()
    assert booked.status == Appointment.Status.CONFIRMED


def picture(format_: str, size: tuple[int, int], mode: str = "RGB") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new(mode, size).save(out, format_)
    return SimpleUploadedFile("frein.jpg", out.getvalue(), "image/jpeg")  # whatever it is, it says it is a JPEG


@pytest.mark.parametrize(
    "photo", [("EPS", (40, 40), "RGB"), ("PNG", (13000, 13000), "1")], ids=["an EPS", "13000 x 13000"]
)
@pytest.mark.usefixtures("symptoms")
def test_a_photo_that_is_a_program_or_a_bomb(client, photo, settings):
    page = client.post(RESULT, {"comment": "Depuis mardi", "photos": [picture(*photo), picture("JPEG", (40, 40))]})
    assert page.status_code == 400
    said(page)
    assert "Depuis mardi</textarea>" in page.content.decode()
    assert not Diagnosis.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
