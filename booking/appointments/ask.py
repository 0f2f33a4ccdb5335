"""Ask for what is due now, on a payment page that closes with the hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from booking.appointments.links import hold_url, pay_return_url
from booking.appointments.models import Appointment, Hold
from collective.payments.ask import ask_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Payment

PURPOSE = "appointment"
SESSION_LASTS = timedelta(minutes=31)  # Stripe keeps a payment page open for thirty minutes at least
NOT_PAID = (Payment.State.NEW, Payment.State.OPEN)


def ask_for_due(appointment: Appointment, hold: Hold, *, at: datetime) -> None:
    """Make the payment of a locked appointment: taken at once, or authorised where the workshop confirms by hand."""
    workshop = appointment.workshop
    with translation.override(appointment.language):
        label = _("Repair %(number)s at %(workshop)s") % {"number": appointment.number, "workshop": workshop.name}
    appointment.payment = ask_payment(
        purpose=PURPOSE,
        subject=appointment.number,
        workshop=workshop,
        label=label,
        email=appointment.email,
        language=appointment.language,
        amount_cents=appointment.due_now_cents,
        capture=Payment.Capture.LATER if workshop.confirms_by_hand else Payment.Capture.NOW,
        success_url=pay_return_url(appointment),
        cancel_url=hold_url(hold, language=appointment.language),
        expires_at=at + SESSION_LASTS,
        at=at,
    )
    appointment.save(update_fields=["payment"])


def ask_again(appointment: Appointment, hold: Hold, *, due_now_cents: int, at: datetime) -> bool:
    """
    Ask another amount in place of a payment that nobody has paid; False when it was paid meanwhile.

    The first page is closed. Were it paid all the same, that money goes back: see paid.py.
    """
    if appointment.payment_id:
        before = Payment.objects.select_for_update().get(pk=appointment.payment_id)
        if before.state not in NOT_PAID:
            return False
        expire_payment(payment=before, at=at)
    appointment.due_now_cents = due_now_cents
    appointment.save(update_fields=["due_now_cents"])
    ask_for_due(appointment, hold, at=at)
    return True
