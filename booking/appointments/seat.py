"""What an appointment occupies: taken over from its hold, or taken anew."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.models import Appointment, Hold
from booking.appointments.work import work_of
from booking.availability.take import Seat, take_slot
from collective.timetable.models import Occupancy
from collective.timetable.occupy import rename


def keep_seat(appointment: Appointment, hold: Hold, *, at: datetime) -> bool:
    """Let what a locked, live hold keeps be the appointment's, for good, and end the hold; False when it is gone."""
    if not hold.is_live(at=at):
        return False
    kept = rename(
        reference=hold.reference,
        to=appointment.reference,
        reason=Occupancy.Reason.APPOINTMENT,
        expires_at=None,
        at=at,
    )
    if not kept:
        return False
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    return True


def take_seat(appointment: Appointment, *, starts_at: datetime, instead_of: str, at: datetime) -> Seat:
    """
    Take the slot at `starts_at` for a locked appointment, in place of what `instead_of` occupies.

    :raises SlotTaken: when somebody has it.
    :raises NotASlot: when nothing begins there.
    """
    return take_slot(
        work=work_of(appointment),
        starts_at=starts_at,
        reason=Occupancy.Reason.APPOINTMENT,
        reference=appointment.reference,
        expires_at=None,
        at=at,
        instead_of=instead_of,
    )
