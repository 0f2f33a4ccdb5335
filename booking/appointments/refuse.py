"""
The workshop says no, and why. Only a request can be refused: a paid booking confirmed itself, and who goes back on
money taken in advance may owe twice as much (C. conso L214-1).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.appointments.accept import what_forbids_answering
from booking.appointments.close import close_appointment
from booking.appointments.contact import TooLong
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer
from collective.members.models import User

LONGEST_REASON = 240


class ReasonMissing(BadInput):
    code = "reason_missing"
    message = _("Please say why in a few words: the customer reads them.")


@transaction.atomic
def refuse_appointment(*, appointment: Appointment, by: User, reason: str, at: datetime) -> Appointment:
    """
    Refuse a request, free the slot and give back everything: the card is released.

    :raises RuleBroken: without a reason, for a stranger, or when the request waits no more.
    """
    reason = read_reason(reason, needed=True)
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_answering(appointment, by=by, at=at):
        raise forbidden
    close_appointment(appointment, status=Appointment.Status.REFUSED, kind="refused", by=by, at=at, reason=reason)
    tell_customer(appointment, "refused", at=at)
    return appointment


def read_reason(text: str, *, needed: bool) -> str:
    """
    :raises ReasonMissing: when one is needed and there is none.
    :raises TooLong: above 240 characters.
    """
    text = " ".join(text.replace("\0", "").split())
    if needed and not text:
        raise ReasonMissing
    if len(text) > LONGEST_REASON:
        raise TooLong(field="reason", most=LONGEST_REASON)
    return text
