"""What happened is written down, and those who look at the workshop's day hear of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.lib.live import announce
from booking.appointments.models import Appointment, AppointmentChange
from collective.members.models import User


def workshop_group(workshop_pk: int) -> str:
    """Name the group of those who look at the inside of a workshop."""
    return f"workshop-{workshop_pk}"


def write_down(appointment: Appointment, *, kind: str, by: User | None, at: datetime, **details: Any) -> None:
    """Add to the appointment's history; `by` None is the holder of the link, or time itself."""
    AppointmentChange.objects.create(appointment=appointment, happened_at=at, kind=kind, by=by, details=details)
    event = {"kind": f"appointment.{kind}", "appointment": appointment.pk}
    announce(workshop_group(appointment.workshop_id), event, at=at)
