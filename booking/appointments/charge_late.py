"""What a late cancellation, or nobody coming, leaves the workshop: only what was promised when it was booked."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from backend.lib.money import part
from booking.appointments.models import Appointment
from booking.appointments.pay_plan import AT_THE_END
from booking.appointments.payments_of import LATE, paid_cents, to_pay_cents
from collective.payments.charge_card import charge_card
from collective.payments.models import KeptCard
from collective.sharing.choices import choice_of


def what_is_kept(appointment: Appointment, *, paid_cents: int) -> tuple[int, int]:
    """
    Return the cents that stay of what was paid or held, and those charged to a saved card besides.

    A gift to the common fund goes back whole: it came with a repair that never took place.
    """
    if appointment.pay_now in AT_THE_END:
        kept = min(appointment.late_charge_cents, paid_cents)
        has_card = appointment.card is not None and appointment.card.state == KeptCard.State.SAVED
        return kept, appointment.late_charge_cents - kept if has_card else 0
    choice = choice_of(appointment.number)
    gift = choice.gift_cents if choice and paid_cents >= to_pay_cents(appointment) else 0
    return part(paid_cents - gift, appointment.late_cancel_keeps_bp), 0


def charge_late(appointment: Appointment, *, at: datetime) -> None:
    """Order what a closed appointment keeps and nobody has paid yet from its saved card, once."""
    card = appointment.card
    missing = appointment.keeps_cents - paid_cents(appointment)
    if card is None or card.state != KeptCard.State.SAVED or missing <= 0 or not appointment.late_charge_cents:
        return
    if card.payments.filter(purpose=LATE).exists():
        return
    with translation.override(appointment.language):
        label = _("Late cancellation %(number)s at %(workshop)s") % {
            "number": appointment.number,
            "workshop": appointment.workshop.name,
        }
    charge_card(card=card, purpose=LATE, label=label, amount_cents=missing, at=at)
