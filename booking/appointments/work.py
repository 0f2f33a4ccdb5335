"""The work of an appointment, as availability understands it."""

from __future__ import annotations

from dataclasses import replace

from booking.appointments.models import Appointment
from booking.availability.needs import Work, work_at


def work_of(appointment: Appointment) -> Work:
    """Return what must be free for this appointment: the needs of its offers today, for the minutes promised."""
    lines = appointment.lines.filter(offer__isnull=False).select_related("offer__intervention")
    promised = {line.offer: line.minutes for line in lines if line.offer}  # what a quote added has none
    work = work_at(
        workshop=appointment.workshop,
        offers=tuple(promised),
        bike_type=appointment.bike_type,
        certification=appointment.certification,
    )
    lines_minutes = tuple(promised[offer] for offer in work.offers)
    return replace(work, minutes=appointment.minutes, lines_minutes=lines_minutes)
