"""Webhooks, repeated forms, the back button and two tabs, at the doors: nothing is lost, nothing is charged twice."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from backend.lib.clock import database_now
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.tasks import sweep
from collective.ledger.models import Entry
from collective.payments.models import Payment, StripeEvent
from tests.bad_input.conftest import api, order, refused

SOON = timedelta(minutes=2)  # by then the rounds ask about a payment that nobody has spoken of


def deliver(client, stripe, payment: Payment, *, signed: bool = True, **said_of_it: Any):
    """A webhook about this payment's page, signed or not, at the site's door."""
    about = {"id": payment.session_id, "object": "checkout.session", "metadata": {"reference": str(payment.reference)}}
    event = {
        "id": f"evt_{payment.pk}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": 1,
        "livemode": False,
    }
    payload = json.dumps(event | {"data": {"object": about | said_of_it}})
    sent = int(time.time())
    seal = hmac.new(stripe.webhook_secret.encode(), f"{sent}.{payload}".encode(), hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={sent},v1={seal}"} if signed else {}
    return client.post("/api/stripe/", payload, content_type="application/json", headers=headers)


def money(stripe) -> tuple[int, int]:
    """What all cards were charged, and what came back, in cents at the far side."""
    charged = sum(intent["amount_received"] for intent in stripe.objects("payment_intent"))
    return charged, sum(refund["amount"] for refund in stripe.objects("refund"))


def test_an_unsigned_webhook_leaves_no_trace(client, hold, typed, stripe):
    order(client, hold, typed)
    answer = deliver(client, stripe, Payment.objects.get(), signed=False, payment_status="paid")
    assert refused(answer) == (400, "bad_event")
    sweep(at=database_now())
    assert not StripeEvent.objects.exists()
    assert Appointment.objects.get().status == Appointment.Status.UNPAID


def test_a_signed_webhook_that_pretends_is_not_believed(client, hold, typed, stripe):
    order(client, hold, typed)
    answer = deliver(client, stripe, Payment.objects.get(), payment_status="paid", amount_total=600)
    assert answer.status_code == 200
    sweep(at=database_now())
    assert Appointment.objects.get().status == Appointment.Status.UNPAID
    assert not Entry.objects.exists()


def test_a_webhook_for_another_amount_books_nothing_and_calls_a_person(client, hold, typed, stripe, caplog):
    order(client, hold, typed)
    payment = Payment.objects.get()
    stripe.press(payment.session_id)
    Payment.objects.update(amount_cents=1)  # we asked for one cent, and the card was charged 6 euros
    assert deliver(client, stripe, payment).status_code == 200
    for _round in range(2):
        sweep(at=database_now())
    payment.refresh_from_db()
    assert (payment.state, payment.captured_cents, payment.trouble) == ("open", 0, Payment.Trouble.AMOUNT)
    assert not Entry.objects.exists()
    assert str(payment.reference) in caplog.text


def test_a_form_sent_twice_is_one_appointment_one_payment_and_one_page(client, hold, typed, stripe):
    pages = {order(client, hold, typed)["Location"] for _press in range(3)}
    assert len(pages) == 1
    assert (Appointment.objects.count(), Payment.objects.count()) == (1, 1)
    assert len(stripe.objects("checkout.session")) == 1


def test_a_booking_sent_twice_by_a_program_is_one(client, hold, typed):
    booking = typed | {"hold": str(hold.token), "work_may_begin_early": True}
    answers = [api(client, "POST", "appointments/", booking) for _time in range(2)]
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Payment.objects.count() == 1


def test_the_back_button_after_payment_leads_to_what_is_booked(client, booked, typed, stripe):
    its_page = reverse("web:appointment", args=[manage_link(booked)])
    assert client.get(reverse("web:hold", args=[booked.hold.token]))["Location"] == its_page
    assert order(client, booked.hold, typed, pay="full")["Location"] == its_page
    refused(api(client, "POST", f"appointments/{manage_link(booked)}/pay/"))
    assert (Appointment.objects.count(), Payment.objects.count()) == (1, 1)
    assert money(stripe) == (600, 0)


def test_giving_the_slot_back_after_payment_takes_nothing_away(client, booked, stripe):
    client.post(reverse("web:hold_give_back", args=[booked.hold.token]))
    sweep(at=database_now())
    booked.refresh_from_db()
    assert booked.status == Appointment.Status.CONFIRMED
    assert money(stripe) == (600, 0)


@pytest.mark.parametrize("heard_first", ["first tab", "second tab"])
def test_two_tabs_that_pay_are_charged_once(client, hold, typed, stripe, heard_first):
    """The first tab's page is paid before the second changes the way to pay, and nobody has heard of it yet."""
    order(client, hold, typed)
    first = Payment.objects.get()
    stripe.press(first.session_id)
    order(client, hold, typed, pay="full")
    second = Payment.objects.latest("pk")
    if second != first:
        stripe.press(second.session_id)
    for payment in (first, second) if heard_first == "first tab" else (second, first):
        deliver(client, stripe, payment)
    for later in range(3):
        sweep(at=database_now() + later * SOON)
    appointment = Appointment.objects.get()
    charged, given_back = money(stripe)
    assert appointment.status == Appointment.Status.CONFIRMED
    assert charged - given_back == appointment.due_now_cents in (600, 2000)
    assert sum(payment.kept_cents for payment in Payment.objects.all()) == appointment.due_now_cents


def test_one_page_paid_in_two_tabs_is_charged_once(client, hold, typed, stripe):
    for _tab in range(2):
        order(client, hold, typed)
    for _tab in range(2):
        stripe.press(Payment.objects.get().session_id)
    sweep(at=database_now() + SOON)
    assert money(stripe) == (600, 0)
    assert Appointment.objects.get().status == Appointment.Status.CONFIRMED
