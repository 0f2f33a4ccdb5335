"""From the slot to the books and back, with the emulator as the far side: every request is one that Stripe accepts."""

from datetime import date, datetime, timedelta

import pytest

from booking.appointments.accept import accept_appointment
from booking.appointments.cancel import cancel_appointment
from booking.appointments.expire import expire_holds
from booking.appointments.models import Appointment
from booking.appointments.refuse import refuse_appointment
from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from booking.jobs.finish import finish_repair
from booking.tasks import sweep
from collective.ledger.models import Line
from collective.payments.models import Payment
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop
from tests.booking.appointments.scene import book_at, hear_of, hold_at, kept_cents, open_page, pass_sweeps, staff_of
from tests.collective.money import books
from tests.collective.payments.conftest import at, emulator, gateway, stripe, wire
from tests.factories import open_workshop

__all__ = ["at", "emulator", "gateway", "stripe", "wire"]

pytestmark = pytest.mark.django_db
Status = Appointment.Status
MINUTE = timedelta(minutes=1)


def open_today(at: datetime, **fields: object) -> tuple[Workshop, datetime]:
    """A workshop that is open every day, with a slot of the day after tomorrow."""
    workshop = open_workshop(at=at, hours="Mo-Su 08:00-20:00", days=5, **fields)
    SharingKey.objects.create(
        collective=workshop.collective, name="first", valid_from=date(2020, 1, 1), fund_bp=600, platform_bp=300
    )
    work = work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type="city")
    today = at.astimezone(workshop.zone).date()
    slots = slots_of(work=work, first=today + timedelta(days=1), last=today + timedelta(days=4), at=at)
    return workshop, slots[8].starts_at


def press_pay(appointment: Appointment, stripe, *, at: datetime) -> Appointment:
    open_page(appointment, at=at)
    stripe.press(Payment.objects.get(pk=appointment.payment_id).session_id)
    return hear_of(appointment, at=at)


def test_a_deposit_paid_then_the_repair_done_ends_in_balanced_books(stripe, at):
    workshop, slot = open_today(at)

    appointment = press_pay(book_at(workshop, slot, at=at), stripe, at=at)
    assert appointment.status == Status.CONFIRMED
    assert books(workshop)["seller"]["4191"] == -600

    finish_repair(appointment=appointment, by=staff_of(workshop), at=slot + timedelta(hours=1))
    assert "4191" not in books(workshop)["seller"]
    assert sum(Line.objects.values_list("amount", flat=True)) == 0


def test_what_is_cancelled_comes_back_once_even_when_stripes_answer_is_lost(stripe, at):
    workshop, slot = open_today(at)
    appointment = press_pay(book_at(workshop, slot, at=at), stripe, at=at)
    stripe.fault(on="api", do="lose_response", match="POST /v1/refunds")

    cancel_appointment(appointment=appointment, by=None, at=at + MINUTE)
    for minutes in range(1, 5):
        pass_sweeps(appointment, at=at + minutes * MINUTE)

    assert kept_cents(appointment) == 0
    assert [refund["amount"] for refund in stripe.objects("refund")] == [600]


def test_a_request_holds_the_card_acceptance_charges_it_and_refusal_lets_it_go(stripe, at):
    workshop, slot = open_today(at, confirms=Workshop.Confirms.BY_HAND)
    staff = staff_of(workshop)
    accepted = press_pay(book_at(workshop, slot, at=at), stripe, at=at)
    refused = press_pay(book_at(workshop, slot + timedelta(hours=1), at=at), stripe, at=at)
    assert {accepted.status, refused.status} == {Status.REQUESTED}
    assert accepted.payment.capture_before > accepted.answer_by

    accept_appointment(appointment=accepted, by=staff, at=at + MINUTE)
    refuse_appointment(appointment=refused, by=staff, reason="No fork left", at=at + MINUTE)
    pass_sweeps(accepted, at=at + MINUTE)

    statuses = {intent["id"]: intent["status"] for intent in stripe.objects("payment_intent")}
    assert statuses == {accepted.payment.intent_id: "succeeded", refused.payment.intent_id: "canceled"}


def test_when_the_ten_minutes_are_over_the_page_takes_no_payment(stripe, at):
    workshop, slot = open_today(at)
    appointment = book_at(workshop, slot, at=at)
    open_page(appointment, at=at)

    assert expire_holds(at=at + 10 * MINUTE) == 1

    session = stripe.objects("checkout.session")[0]
    stripe.press(session["id"])
    assert stripe.objects("checkout.session")[0]["status"] == "expired"
    assert not [intent for intent in stripe.objects("payment_intent") if intent["status"] == "succeeded"]
    appointment.refresh_from_db()
    assert appointment.status == Status.LAPSED


def test_a_lost_webhook_is_found_by_the_rounds(stripe, at):
    workshop, slot = open_today(at)
    appointment = book_at(workshop, slot, at=at)
    open_page(appointment, at=at)
    stripe.press(Payment.objects.get(pk=appointment.payment_id).session_id)

    sweep(at=at + 2 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.status == Status.CONFIRMED


def test_a_payment_that_arrives_after_somebody_else_took_the_slot_comes_back(stripe, at):
    workshop, slot = open_today(at)
    appointment = book_at(workshop, slot, at=at)
    open_page(appointment, at=at)
    hold_at(workshop, slot, at=at + 11 * MINUTE)
    stripe.press(Payment.objects.get(pk=appointment.payment_id).session_id)

    appointment = hear_of(appointment, at=at + 12 * MINUTE)

    assert appointment.status == Status.LAPSED
    assert [refund["amount"] for refund in stripe.objects("refund")] == [600]
