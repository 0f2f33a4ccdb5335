"""The customer moves the appointment to another free slot or drop-off day of its workshop, which proposes instead."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.calendar_file import Method
from booking.appointments.changes import write_down
from booking.appointments.close import lapse_proposals
from booking.appointments.confirm import answer_deadline
from booking.appointments.models import Appointment, Proposal
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.policy import free_until
from booking.appointments.remind import forget_reminder, put_reminder
from booking.appointments.rights import Begun, NotYours, is_customer, what_forbids_changing
from booking.appointments.seat import SEAT_FIELDS, put_in_seat, read_start, start_of, take_seat, times_of
from booking.availability.days import DaySeat
from booking.availability.take import Seat
from collective.members.models import User
from collective.timetable.retry import again_when_busy


class SameTime(BadInput):
    code = "same_time"
    message = _("The appointment is at this time already. Please choose another one.")


class TooLateToMove(RuleBroken):
    code = "too_late_to_move"
    message = _("It is too late to move this appointment online. Please call the workshop.")


def what_forbids_moving(appointment: Appointment, *, by: User | None, at: datetime) -> RuleBroken | None:
    if not is_customer(by, appointment):
        return NotYours()
    if forbidden := what_forbids_changing(appointment):
        return forbidden
    if at >= appointment.starts_at:
        return Begun()
    if at > appointment.free_until:
        return TooLateToMove()
    return None


@again_when_busy
@transaction.atomic
def move_appointment(
    *,
    appointment: Appointment,
    starts_at: datetime | None = None,
    day: date | None = None,
    by: User | None,
    at: datetime,
) -> Appointment:
    """
    Take the slot at `starts_at`, or the drop-off day, and give up the present one, or keep the present one whole.

    A workshop that sells both lets one become the other.

    :raises RuleBroken: for a stranger, a closed or begun appointment, or after the time until which moving is free.
    :raises SlotTaken, DayFull: when the new slot or day is not free.
    :raises NotASlot, NotADropOffDay: when the workshop does not offer it.
    :raises SayWhen: for both or neither.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_moving(appointment, by=by, at=at):
        raise forbidden
    start = read_start(starts_at=starts_at, day=day)
    if start == start_of(appointment):
        raise SameTime
    was = times_of(appointment)
    lapse_proposals(appointment, at=at)
    seat = take_seat(appointment, start, instead_of=appointment.reference, at=at)
    set_new_time(appointment, seat, at=at)
    write_down(appointment, kind="moved", by=by, at=at, was_at=was.starts_at.isoformat())
    # A request is in nobody's calendar yet.
    calendar: Method | None = "REQUEST" if appointment.status == Appointment.Status.CONFIRMED else None
    tell_customer(appointment, "moved", at=at, calendar=calendar, was=was)
    tell_workshop(appointment, "moved", at=at, calendar=calendar, was=was)
    return appointment


def set_new_time(appointment: Appointment, seat: Seat | DaySeat | Proposal, *, at: datetime) -> None:
    """Write the new mechanic and time with all that hangs on it: free cancelling, the time to answer, the reminder."""
    forget_reminder(appointment)
    put_in_seat(appointment, seat)
    appointment.free_until = free_until(
        workshop=appointment.workshop,
        starts_at=appointment.starts_at,
        booked_at=appointment.booked_at,
        free_cancel_hours=appointment.free_cancel_hours,
    )
    if appointment.status == Appointment.Status.REQUESTED:
        appointment.answer_by = answer_deadline(appointment, at=at)
    else:
        put_reminder(appointment, at=at)
    appointment.sequence += 1
    appointment.save(update_fields=[*SEAT_FIELDS, "free_until", "answer_by", "sequence"])
