"""The waiting list in Chromium: a day without a slot, a place on the list, a cancellation, a mail, one press, paid."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from backend.lib.clock import database_now
from backend.lib.outbox_models import OutboxRow
from booking import tasks
from booking.appointments.cancel import cancel_appointment
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.waiting.models import SlotOffer, Wait
from collective.timetable.models import Occupancy, Resource
from collective.timetable.occupy import occupy
from collective.timetable.periods import Period
from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.appointments.provider import MemoryProvider
from tests.factories import LILLE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("E2E_PICTURES")  # a folder for a picture of every page looked at
WHO = "camille@example.org"


@pytest.fixture
def page(chromium, live_server, request):
    width = getattr(request, "param", 1440)
    # The page's policy lets forms lead to the real provider only, not to the one in memory.
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="fr-FR", bypass_csp=True)
    context.set_default_timeout(20_000)
    context.route("https://pay.example/**", lambda route: route.fulfill(body="<h1>pay</h1>", content_type="text/html"))
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def _mails_lead_here(settings, live_server):
    settings.SITE_URL = live_server.url


def look(page: Page, name: str) -> None:
    """It fits its window and axe finds nothing on it."""
    page.wait_for_load_state("networkidle")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"], page.url
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], page.url


def book_all_day(workshop: Workshop, day: date, provider: MemoryProvider) -> Appointment:
    """Somebody has the day's only slot, at ten; the mechanic is away the rest of it."""
    at = database_now()
    ten = datetime.combine(day, datetime.min.time(), tzinfo=workshop.zone) + timedelta(hours=10)
    booked = scene.confirmed(workshop, provider, ten, at=at, email="dora@example.org", name="Dora")
    mechanic = Resource.objects.select_related("workshop").get(workshop=workshop, kind="mechanic")
    for begins, ends in ((6, 10), (10.5, 22)):
        hours = [ten + timedelta(hours=hour - 10) for hour in (begins, ends)]
        closed = Occupancy.Reason.CLOSURE
        occupy(resources=[mechanic], period=Period(*hours), reason=closed, reference="closed", expires_at=None, at=at)
    return booked


def letter_with(word: str) -> str:
    """The address of the page that the last mail to Camille leads to, with this word in it."""
    text = OutboxRow.objects.filter(kind="mail", payload__to=WHO).latest("pk").payload["text"]
    (link,) = re.findall(rf"http\S+/{word}/\S+", text)
    return link


@pytest.mark.parametrize("page", [360, 1440], indirect=True)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_slot_that_somebody_gives_up_is_hers_by_one_press(page, live_server, workshop, provider, prefix):
    day = database_now().astimezone(workshop.zone).date() + timedelta(days=3)
    dora = book_all_day(workshop, day, provider)
    search = f"i=PUNCTURE&lat={LILLE[0]}&lon={LILLE[1]}&rayon=5&quand=jour&jour={day}"
    page.goto(f"{live_server.url}{prefix}/creneaux/?{search}")
    page.locator("a[href*='/attente/']").click()
    look(page, f"join{prefix[1:]}")
    assert page.locator("[name=first]").input_value() == str(day)
    page.locator("[name=email]").fill(WHO)
    page.locator("[name=phone]").fill("06 12 34 56 78")
    page.locator("form.form button").click()
    page.wait_for_url(re.compile(r"/attente/.+/$"))
    look(page, f"wait{prefix[1:]}")

    cancel_appointment(appointment=dora, by=None, at=database_now())
    tasks.sweep(at=database_now())
    page.goto(letter_with("creneau-propose"))
    look(page, f"offer{prefix[1:]}")
    expect(page.locator(".holdbar .clock")).to_have_text(re.compile(r"\d+:\d\d(:\d\d)?"))
    assert SlotOffer.objects.get().state == SlotOffer.State.OPEN
    page.locator("[name=work_may_begin_early]").check()
    page.locator("form.form button").click()
    page.wait_for_url("https://pay.example/**")

    booked = Appointment.objects.get(email=WHO)
    provider.pay(booked.payment)
    page.goto(f"{live_server.url}{prefix}/paiement/{manage_link(booked)}/")
    page.wait_for_url(re.compile(r"/rendez-vous/.+merci"))
    booked.refresh_from_db()
    assert (booked.status, booked.starts_at) == (Appointment.Status.CONFIRMED, dora.starts_at)
    assert Wait.objects.get().state == Wait.State.SERVED


@pytest.mark.parametrize("page", [360], indirect=True)
def test_who_comes_late_is_moved_up_by_one_press(page, live_server, workshop, provider):
    at = database_now()
    day = at.astimezone(workshop.zone).date() + timedelta(days=3)
    dora = book_all_day(workshop, day, provider)
    late = scene.confirmed(workshop, provider, dora.starts_at + timedelta(days=4), at=at, email=WHO)
    page.goto(f"{live_server.url}/rendez-vous/{manage_link(late)}/")
    page.locator("form[action*='plus-tot'] button").click()
    page.wait_for_url(re.compile(r"/rendez-vous/"))
    look(page, "asked")

    cancel_appointment(appointment=dora, by=None, at=database_now())
    tasks.sweep(at=database_now())
    page.goto(letter_with("creneau-propose"))
    look(page, "earlier")
    if page.locator("[name=work_may_begin_early]").count():
        page.locator("[name=work_may_begin_early]").check()
    page.locator("form.form button").click()
    page.wait_for_url(re.compile(r"/rendez-vous/"))

    late.refresh_from_db()
    assert late.starts_at == dora.starts_at
    assert not Occupancy.objects.filter(reason="offer").exists()
