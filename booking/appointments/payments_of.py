"""The online payments of an appointment that count."""

from __future__ import annotations

from booking.appointments.models import Appointment
from collective.payments.models import Payment


def payments_of(appointment: Appointment) -> list[Payment]:
    """Return those that hold money of the customer for it, in the order in which they were asked for."""
    if appointment.payment_id is None:
        return []
    captured = Payment.objects.filter(pk=appointment.payment_id, state=Payment.State.CAPTURED)
    return [payment for payment in captured.order_by("pk") if payment.kept_cents]
