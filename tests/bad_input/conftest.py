"""A workshop with a slot, somebody at its page, and Stripe's emulator as the far side of every payment."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from collective.payments.models import Payment
from tests.booking.conftest import symptom_rows
from tests.booking.web.conftest import _french, at, hold, make, slot, symptoms, typed, workshop
from tests.collective.payments.conftest import emulator, gateway, stripe, wire
from tests.stripe_emulator import RunningEmulator

__all__ = [
    "_french",
    "at",
    "emulator",
    "gateway",
    "hold",
    "make",
    "slot",
    "stripe",
    "symptom_rows",
    "symptoms",
    "typed",
    "wire",
    "workshop",
]


@pytest.fixture
def provider(stripe: RunningEmulator) -> RunningEmulator:
    """The emulator stands where the scenes of these pages have a provider in memory."""
    return stripe


@pytest.fixture(autouse=True)
def _online(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_emulated"
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/m")


def api(client: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    if method == "GET":
        return client.get(f"/api/v1/{path}", body)
    return client.post(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")


def refused(answer: Any) -> tuple[int, str]:
    """The status and code of a refusal in the API, which is a sentence too."""
    body = answer.json()
    assert len(body["message"].split()) > 3, body
    return answer.status_code, body["code"]


def said(page: Any) -> str:
    """The sentence of a refusal, which the page shows: that of a form, or the page's own."""
    sentence = str(page.context.get("rule") or page.context["problem"])
    assert len(sentence.split()) > 3, sentence
    assert sentence in page.content.decode().replace("&#x27;", "'")
    return sentence


def order(client: Client, hold: Hold, typed: dict[str, str], **given: object) -> HttpResponse:
    """Press the button that orders."""
    return client.post(reverse("web:order", args=[hold.token]), typed | given)


@pytest.fixture
def booked(client: Client, hold: Hold, typed: dict[str, str], stripe: RunningEmulator) -> Appointment:
    """Booked through the pages, and its deposit of 6 euros paid."""
    order(client, hold, typed)
    stripe.press(Payment.objects.get().session_id)
    appointment = Appointment.objects.get()
    client.get(reverse("web:pay_return", args=[manage_link(appointment)]))
    appointment.refresh_from_db()
    assert appointment.status == Appointment.Status.CONFIRMED
    return appointment
