"""Nobody came: the workshop says so, and keeps what a late cancellation would have left it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.charge_late import what_is_kept
from booking.appointments.close import close_appointment
from booking.appointments.give_money_back import paid_online_cents
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer
from booking.appointments.rights import NotConfirmed, what_forbids_staff
from collective.members.models import User


class NotBegun(RuleBroken):
    code = "not_begun"
    message = _("This appointment has not begun: the customer may still come.")


def what_forbids_no_show(appointment: Appointment, *, by: User, at: datetime) -> RuleBroken | None:
    if forbidden := what_forbids_staff(appointment, by=by):
        return forbidden
    if appointment.status != Appointment.Status.CONFIRMED:
        return NotConfirmed(status=str(appointment.get_status_display()))
    may_still_come_until = appointment.ends_at if appointment.is_drop_off else appointment.starts_at
    return NotBegun() if at < may_still_come_until else None


@transaction.atomic
def mark_no_show(*, appointment: Appointment, by: User, at: datetime) -> Appointment:
    """
    Close the appointment; of what was paid online the share promised for late cancellations stays, the rest goes back.
    From a card that is held or saved, what was promised for that is taken, and nothing where nothing was.

    :raises RuleBroken: for a stranger, before the start, or when the appointment is not a confirmed one.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_no_show(appointment, by=by, at=at):
        raise forbidden
    paid = paid_online_cents(appointment)
    kept, charged = what_is_kept(appointment, paid_cents=paid)
    close_appointment(
        appointment, status=Appointment.Status.NO_SHOW, kind="no_show", by=by, at=at, keeps_cents=kept + charged
    )
    tell_customer(appointment, "no_show", at=at, kept_cents=kept + charged, refund_cents=paid - kept)
    return appointment
