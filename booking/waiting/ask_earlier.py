"""Someone who has an appointment asks to be moved up when a sooner slot of the same workshop becomes free."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.models import Appointment
from booking.appointments.move import what_forbids_moving
from booking.waiting.answer_time import LEAST, awake_between
from booking.waiting.matching import LEAST_GAIN
from booking.waiting.models import Wait
from booking.waiting.notify import tell_joined
from collective.members.models import User


class NothingEarlier(RuleBroken):
    code = "nothing_earlier"
    message = _("This appointment is so near that nothing sooner can be offered any more.")


class LeftForADay(RuleBroken):
    code = "left_for_a_day"
    message = _("A bicycle left for the day is not moved up. You can move it to another day yourself.")


class NoAddressToWrite(RuleBroken):
    code = "no_address_to_write"
    message = _("We have no e-mail address for this appointment. Please call the workshop.")


def what_forbids_asking_earlier(appointment: Appointment, *, by: User | None, at: datetime) -> RuleBroken | None:
    if forbidden := what_forbids_moving(appointment, by=by, at=at):
        return forbidden
    if appointment.is_drop_off:
        return LeftForADay()
    if not appointment.email:
        return NoAddressToWrite()
    workshop = appointment.workshop
    latest = min(appointment.starts_at - LEAST_GAIN - workshop.notice, appointment.free_until)
    return NothingEarlier() if awake_between(at, latest, workshop.zone) < LEAST else None


def wait_of(appointment: Appointment) -> Wait | None:
    """Return the wait of who asked to be moved up, while it lasts."""
    return Wait.objects.waiting().filter(appointment=appointment).first()


@transaction.atomic
def ask_earlier(*, appointment: Appointment, by: User | None, at: datetime) -> Wait:
    """
    Put the appointment on the list of those who would come sooner; asking twice gives the first wait.

    Nothing moves without another word of the customer's, and the appointment stays theirs all the while.

    :raises RuleBroken: for a stranger, or an appointment that can no longer be moved, or to nothing sooner.
    """
    appointment = Appointment.objects.select_related("workshop").locked(appointment.pk)
    if forbidden := what_forbids_asking_earlier(appointment, by=by, at=at):
        raise forbidden
    if known := wait_of(appointment):
        return known
    workshop = appointment.workshop
    wait = Wait.objects.create(
        appointment=appointment,
        workshop=workshop,
        cyclist=appointment.cyclist,
        name=appointment.name,
        email=appointment.email,
        phone=appointment.phone,
        language=appointment.language,
        place=appointment.place or workshop.name,
        lat=workshop.lat if appointment.lat is None else appointment.lat,
        lon=workshop.lon if appointment.lon is None else appointment.lon,
        radius_km=1,
        interventions=sorted(line.code for line in appointment.lines.all()),
        bike_type=appointment.bike_type,
        first=at.astimezone(workshop.zone).date(),
        last=appointment.starts_at.astimezone(workshop.zone).date(),
        joined_at=at,
    )
    tell_joined(wait, at=at)
    return wait
