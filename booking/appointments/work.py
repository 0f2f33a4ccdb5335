"""The work of an appointment, as availability understands it."""

from __future__ import annotations

from dataclasses import replace

from booking.appointments.models import Appointment
from booking.availability.needs import Work, work_at


def work_of(appointment: Appointment) -> Work:
    """Return what must be free for this appointment: the needs of its offers today, for the minutes promised."""
    lines = list(appointment.lines.select_related("offer__intervention"))
    promised = {line.offer_id: line.minutes for line in lines}
    work = work_at(
        workshop=appointment.workshop,
        offers=tuple(line.offer for line in lines),
        bike_type=appointment.bike_type,
        certification=appointment.certification,
    )
    lines_minutes = tuple(promised[offer.pk] for offer in work.offers)
    return replace(work, minutes=appointment.minutes, lines_minutes=lines_minutes)
