"""A reminder the evening before, once: a row that waits, is taken back with the appointment and moves with it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from backend.lib.outbox import forget, handles, put
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer

KIND = "appointment.remind"
EVENING = time(18)
TOO_NEAR = timedelta(hours=24)


def reminder_due(appointment: Appointment, *, at: datetime) -> datetime | None:
    """Return 18:00 at the workshop on the day before; None for who books, or moves, less than a day ahead."""
    zone = appointment.workshop.zone
    day_before = appointment.starts_at.astimezone(zone).date() - timedelta(days=1)
    due = datetime.combine(day_before, EVENING, tzinfo=zone)
    return due if due > at and appointment.starts_at - at >= TOO_NEAR else None


def put_reminder(appointment: Appointment, *, at: datetime) -> None:
    if due := reminder_due(appointment, at=at):
        payload = {"appointment": appointment.pk, "starts_at": appointment.starts_at.isoformat()}
        put(KIND, payload, due_at=due, key=_key(appointment))


def forget_reminder(appointment: Appointment) -> None:
    """Take back the waiting reminder of the appointment's present time: call it before the time changes."""
    forget(_key(appointment))


@handles(KIND)
def remind(payload: dict[str, Any], *, at: datetime) -> None:
    """Write the mail now, with what is true now; an appointment that closed or moved meanwhile gets none."""
    appointment = Appointment.objects.select_related("workshop__seller").get(pk=payload["appointment"])
    moved = appointment.starts_at != datetime.fromisoformat(payload["starts_at"])
    if appointment.status == Appointment.Status.CONFIRMED and not moved and at < appointment.starts_at:
        tell_customer(appointment, "reminder", at=at)


def _key(appointment: Appointment) -> str:
    return f"{KIND}:{appointment.token}:{appointment.starts_at.astimezone(UTC):%Y%m%dT%H%M}"
