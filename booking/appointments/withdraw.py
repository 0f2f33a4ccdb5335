"""
"Renoncer au contrat ici": the right to withdraw, exercised online.

A contract made at a distance can be withdrawn from for fourteen days, without a reason (C. conso L221-18). Since
19 June 2026 the site offers a function for it, in two steps: a declaration, then its confirmation; an acknowledgement
with the date and time of receipt follows on a durable medium, here a mail (L221-21, D221-5; directive 2023/2673).

The right ends early only when the service is fully done, after the express request of who bought it (L221-28, 1°):
bookings inside the fourteen days are taken with that request only (book.py). Work begun and not finished could be
charged in part (L221-25); we know no part of it and give everything back. The money goes back by the means it came,
within fourteen days (L221-24).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.calendar_file import Method
from booking.appointments.close import close_appointment
from booking.appointments.give_money_back import paid_online_cents
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.payments_of import as_the_workshop_sees, to_pay_cents
from booking.appointments.policy import withdraw_until
from booking.appointments.rights import NotYours, is_customer, what_forbids_changing
from collective.members.models import User


class WorkIsDone(RuleBroken):
    code = "work_is_done"
    message = _("The repair you asked to have begun early is finished: the right to withdraw from it ended with it.")


class TooLateToWithdraw(RuleBroken):
    code = "too_late_to_withdraw"
    message = _("The fourteen days to withdraw are over. You can still cancel, by the workshop's conditions.")


def what_forbids_withdrawing(appointment: Appointment, *, by: User | None = None, at: datetime) -> RuleBroken | None:
    if not is_customer(by, appointment):
        return NotYours()
    if appointment.status == Appointment.Status.DONE:
        return WorkIsDone()
    if appointment.status != Appointment.Status.NO_SHOW and (forbidden := what_forbids_changing(appointment)):
        return forbidden
    if at >= withdraw_until(booked_at=appointment.booked_at, zone=appointment.workshop.zone):
        return TooLateToWithdraw()
    return None


@transaction.atomic
def withdraw(*, appointment: Appointment, by: User | None = None, at: datetime) -> Appointment:
    """
    End the contract, give everything back, acknowledge with the moment of receipt, and tell the workshop.

    :raises RuleBroken: for a stranger, a finished or closed appointment, or after the fourteen days.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_withdrawing(appointment, by=by, at=at):
        raise forbidden
    refund_cents, pays = paid_online_cents(appointment), to_pay_cents(appointment)
    in_calendars = appointment.status == Appointment.Status.CONFIRMED
    close_appointment(
        appointment,
        status=Appointment.Status.CANCELLED,
        kind="withdrawn",
        by=by,
        at=at,
        refund_cents=refund_cents,
    )
    calendar: Method | None = "CANCEL" if in_calendars else None
    tell_customer(appointment, "withdrawn", at=at, calendar=calendar, received_at=at, refund_cents=refund_cents)
    seen = as_the_workshop_sees(appointment, refund_cents, pays)
    tell_workshop(appointment, "withdrawn", at=at, calendar=calendar, received_at=at, refund_cents=seen)
    return appointment
