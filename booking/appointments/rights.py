"""Who may change an appointment: its customer (by account, or by the signed link: `by` None) and its workshop."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from booking.appointments.models import Appointment
from collective.members.models import User
from collective.workshops.roles import works_at


class NotYourWorkshop(NotAllowed):
    code = "not_your_workshop"
    message = _("Only the people of this workshop can do this.")


class NotYours(NotAllowed):
    code = "not_yours"
    message = _("Only the person who booked this appointment, or its workshop, can do this.")


class Closed(RuleBroken):
    code = "appointment_closed"
    message = _("This appointment is closed: it was %(status)s. Nothing can be changed any more.")


class NotPaidYet(RuleBroken):
    code = "not_paid_yet"
    message = _("This booking waits for its payment. Pay it, or give the slot back.")


class NotConfirmed(RuleBroken):
    code = "not_confirmed"
    message = _("Only a confirmed appointment can be closed so; this one is %(status)s.")


class Begun(RuleBroken):
    code = "appointment_begun"
    message = _("The time of this appointment has come. Please call the workshop.")


def is_customer(by: User | None, appointment: Appointment) -> bool:
    """The link's holder, or the account that booked."""
    return by is None or (appointment.cyclist_id is not None and by.pk == appointment.cyclist_id)


def what_forbids_staff(appointment: Appointment, *, by: User) -> RuleBroken | None:
    return None if works_at(by, appointment.workshop) else NotYourWorkshop()


def what_forbids_changing(appointment: Appointment) -> RuleBroken | None:
    """Say why an appointment that is not open cannot be changed."""
    if appointment.status == Appointment.Status.UNPAID:
        return NotPaidYet()
    if not appointment.is_open:
        return Closed(status=str(appointment.get_status_display()))
    return None
