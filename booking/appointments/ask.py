"""Ask for what is due now, on a payment page that closes with the hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from booking.appointments.links import hold_url, pay_return_url
from booking.appointments.models import Appointment, Hold
from booking.appointments.payments_of import to_pay_cents
from booking.appointments.terms import card_sentence
from collective.payments.ask import ask_payment
from collective.payments.expire import expire_payment
from collective.payments.keep_card import ask_card
from collective.payments.models import Payment
from collective.sharing.choices import choice_of
from collective.workshops.models import Workshop

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
        amount_cents=_amount(appointment),
        capture=_capture(appointment),
        success_url=pay_return_url(appointment),
        cancel_url=hold_url(hold, language=appointment.language),
        expires_at=at + SESSION_LASTS,
        at=at,
    )
    appointment.save(update_fields=["payment"])


def _amount(appointment: Appointment) -> int:
    """What is due now; of a price of one's own, which is paid online in full, that price."""
    return to_pay_cents(appointment) if choice_of(appointment.number) else appointment.due_now_cents


def _capture(appointment: Appointment) -> Payment.Capture:
    """Only authorised where the workshop has yet to accept, or where nothing is taken before the bicycle is ready."""
    waits = appointment.workshop.confirms_by_hand or appointment.pay_now == Workshop.PayNow.HOLD
    return Payment.Capture.LATER if waits else Payment.Capture.NOW


def ask_for_card(appointment: Appointment, hold: Hold, *, at: datetime) -> None:
    """Ask a locked appointment's customer for a card to keep until the end, with the words of their consent."""
    appointment.card = ask_card(
        subject=appointment.number,
        workshop=appointment.workshop,
        email=appointment.email,
        language=appointment.language,
        consent=consent_words(appointment),
        most_cents=to_pay_cents(appointment),
        success_url=pay_return_url(appointment),
        cancel_url=hold_url(hold, language=appointment.language),
        at=at,
    )
    appointment.save(update_fields=["card"])


def consent_words(appointment: Appointment) -> str:
    """Return what the customer agrees to, in their language: who charges the card, how much at most, and when."""
    with translation.override(appointment.language):
        return card_sentence(
            workshop=appointment.workshop,
            most_cents=to_pay_cents(appointment),
            late_cents=appointment.late_charge_cents,
            free_until=appointment.free_until,
        )


def was_paid(appointment: Appointment) -> bool:
    """Tell whether the first page was paid meanwhile, its row locked: then nothing is asked anew."""
    if appointment.payment_id is None:
        return False
    return Payment.objects.select_for_update().get(pk=appointment.payment_id).state not in NOT_PAID


def ask_again(appointment: Appointment, hold: Hold, *, due_now_cents: int, at: datetime) -> None:
    """
    Ask another amount in place of a payment that nobody has paid (`was_paid`).

    The first page is closed. Were it paid all the same, that money goes back: see paid.py.
    """
    if appointment.payment_id:
        expire_payment(payment=Payment.objects.get(pk=appointment.payment_id), at=at)
    appointment.due_now_cents = due_now_cents
    appointment.save(update_fields=["due_now_cents"])
    ask_for_due(appointment, hold, at=at)
