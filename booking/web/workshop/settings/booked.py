"""What is booked ahead on a mechanic or a bench: the reason why they cannot go yet."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.models import Appointment
from collective.timetable.models import Occupancy, Resource

MOST = 20


def booked_on(resource: Resource, *, at: datetime) -> list[Appointment]:
    """Give the first appointments that still take time of the resource, in order."""
    ahead = Occupancy.objects.live(at=at).filter(resource=resource, ends_at__gt=at, reason=Occupancy.Reason.APPOINTMENT)
    tokens = [reference.removeprefix("appointment:") for reference in ahead.values_list("reference", flat=True)]
    return list(Appointment.objects.filter(token__in=tokens).order_by("starts_at", "pk")[:MOST])
