"""The workshop says yes: the card that was reserved is charged."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.close import lapse_proposals
from booking.appointments.confirm import confirm_appointment
from booking.appointments.models import Appointment
from booking.appointments.rights import what_forbids_staff
from collective.members.models import User
from collective.payments.capture import capture_payment
from collective.payments.models import Payment
from collective.workshops.models import Workshop


class AnsweredAlready(RuleBroken):
    code = "answered_already"
    message = _("This request waits for no answer: it is %(status)s.")


class TooLateToAnswer(RuleBroken):
    code = "too_late_to_answer"
    message = _("The time to answer is over: the customer is free, and the card is charged nothing.")


def what_forbids_answering(appointment: Appointment, *, by: User, at: datetime) -> RuleBroken | None:
    """What forbids to accept or to refuse."""
    if forbidden := what_forbids_staff(appointment, by=by):
        return forbidden
    if appointment.status != Appointment.Status.REQUESTED:
        return AnsweredAlready(status=str(appointment.get_status_display()))
    if appointment.answer_by is not None and at >= appointment.answer_by:
        return TooLateToAnswer()
    return None


@transaction.atomic
def accept_appointment(*, appointment: Appointment, by: User, at: datetime) -> Appointment:
    """
    Confirm a request and charge the card that was reserved; times that were proposed besides are taken back.

    :raises RuleBroken: for a stranger, a request that waits no more, or one whose time to answer is over.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_answering(appointment, by=by, at=at):
        raise forbidden
    lapse_proposals(appointment, at=at)
    charge_reserved_card(appointment, at=at)
    confirm_appointment(appointment, by=by, at=at)
    return appointment


def charge_reserved_card(appointment: Appointment, *, at: datetime) -> None:
    """
    Order the capture of what was authorised; a capture that fails leaves it to be paid at the counter.

    What is held until the bicycle is ready stays held.
    """
    if appointment.payment_id is None or appointment.pay_now == Workshop.PayNow.HOLD:
        return
    payment = Payment.objects.select_for_update().get(pk=appointment.payment_id)
    if payment.state == Payment.State.AUTHORISED:
        capture_payment(payment=payment, amount_cents=payment.amount_cents, at=at)
