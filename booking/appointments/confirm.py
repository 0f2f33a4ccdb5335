"""An appointment stands, or waits for the workshop's word; both sides hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from booking.appointments.changes import write_down
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.remind import put_reminder
from booking.appointments.seat import SEAT_FIELDS
from collective.members.models import User
from collective.payments.models import Payment

CAPTURE_MARGIN = timedelta(hours=24)  # an authorisation is used or released a day before the card takes it back
LEAST_TIME_TO_ANSWER = timedelta(minutes=30)


def confirm_appointment(appointment: Appointment, *, by: User | None, at: datetime) -> None:
    """Let a locked appointment stand. Told as accepted where it had waited for the workshop, as booked otherwise."""
    waited = appointment.status == Appointment.Status.REQUESTED
    appointment.status = Appointment.Status.CONFIRMED
    appointment.answer_by = None
    appointment.closed_at = None
    appointment.sequence += 1
    appointment.save(update_fields=["status", "answer_by", "closed_at", "sequence", *SEAT_FIELDS])
    write_down(appointment, kind="accepted" if waited else "confirmed", by=by, at=at)
    put_reminder(appointment, at=at)
    tell_customer(appointment, "accepted" if waited else "booked", at=at, calendar="REQUEST")
    if not waited:
        tell_workshop(appointment, "booked", at=at, calendar="REQUEST")


def request_appointment(appointment: Appointment, *, at: datetime) -> None:
    """Put a locked appointment before the workshop, which confirms by hand."""
    appointment.status = Appointment.Status.REQUESTED
    appointment.closed_at = None
    appointment.answer_by = answer_deadline(appointment, at=at)
    appointment.sequence += 1
    appointment.save(update_fields=["status", "answer_by", "closed_at", "sequence", *SEAT_FIELDS])
    write_down(appointment, kind="requested", by=None, at=at)
    tell_customer(appointment, "requested", at=at)
    tell_workshop(appointment, "requested", at=at)


def answer_deadline(appointment: Appointment, *, at: datetime) -> datetime:
    """
    Return by when the workshop answers: its own delay, before the card's reservation ends, before it is too late to
    book elsewhere; yet never so soon that nobody could answer.
    """
    workshop = appointment.workshop
    latest = min(at + timedelta(hours=workshop.answer_hours), appointment.starts_at - workshop.notice)
    latest = max(latest, min(at + LEAST_TIME_TO_ANSWER, appointment.starts_at))
    reserved_until = card_reserved_until(appointment)
    return min(latest, reserved_until) if reserved_until else latest


def card_reserved_until(appointment: Appointment) -> datetime | None:
    """Return until when an authorised card may be counted on; None when nothing is authorised."""
    if appointment.payment_id is None:
        return None
    payment = Payment.objects.get(pk=appointment.payment_id)
    if payment.state != Payment.State.AUTHORISED or payment.capture_before is None:
        return None
    return payment.capture_before - CAPTURE_MARGIN
