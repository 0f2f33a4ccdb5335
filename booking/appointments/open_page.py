"""Open the provider's page on which a booking is paid, or its card given."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.models import Appointment
from collective.payments.ask import open_payment
from collective.payments.keep_card import open_card


def has_page(appointment: Appointment) -> bool:
    return appointment.payment_id is not None or appointment.card_id is not None


def open_page(*, appointment: Appointment, at: datetime) -> str:
    """
    Return the page's address. Call it outside any transaction.

    :raises PaymentUnavailable: the provider does not answer.
    :raises PaymentClosed, CardClosed: nothing is to be given there any more.
    """
    if appointment.payment is not None:
        return open_payment(payment=appointment.payment, at=at)
    assert appointment.card is not None
    return open_card(card=appointment.card, at=at)
