"""A person lets go of the slot that was kept for them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.close import close_appointment
from booking.appointments.models import Appointment, Hold
from collective.timetable.occupy import release


class BookedAlready(RuleBroken):
    code = "booked_already"
    message = _("This slot is booked. To give it up, cancel the appointment.")


@transaction.atomic
def give_back_hold(*, hold: Hold, at: datetime) -> Hold:
    """
    Free the slot at once; giving back twice changes nothing.

    :raises BookedAlready: when an appointment stands on it.
    """
    hold = Hold.objects.locked(hold.pk)
    if hold.ended_at is None:
        end_hold(hold, at=at)
    elif Appointment.objects.filter(hold=hold, status__in=Appointment.TAKES_A_SLOT).exists():
        raise BookedAlready
    return hold


def end_hold(hold: Hold, *, at: datetime) -> None:
    """
    End a locked hold that its person gives up; an appointment made of it and not paid is given up with it.

    Should its payment arrive all the same, it goes back: see paid.py.
    """
    release(reference=hold.reference, at=at)
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    if appointment := Appointment.objects.unpaid_of(hold):
        close_appointment(appointment, status=Appointment.Status.CANCELLED, kind="given_up", by=None, at=at)
