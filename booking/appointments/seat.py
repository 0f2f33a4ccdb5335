"""What an appointment occupies: taken over from its hold, or taken anew; an exact time, or minutes of a whole day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.appointments.models import Appointment, Hold, Proposal
from booking.appointments.where import where_of
from booking.appointments.work import work_of
from booking.availability.days import DaySeat, take_day
from booking.availability.needs import Work
from booking.availability.take import Seat, take_slot
from collective.places.point import Point
from collective.timetable.models import Claim, Occupancy
from collective.timetable.occupy import rename

SEAT_FIELDS = ("mechanic", "second_mechanic", "second_from", "starts_at", "ends_at", "drop_off_minutes", "ready_at")


class SayWhen(BadInput):
    code = "say_when"
    message = _("Say when: either a time, or a day on which the bicycle is left.")


@dataclass(frozen=True, slots=True)
class Times:
    """When an appointment was, once it is elsewhere."""

    starts_at: datetime
    ends_at: datetime
    ready_at: datetime | None


def times_of(appointment: Appointment) -> Times:
    return Times(appointment.starts_at, appointment.ends_at, appointment.ready_at)


class Start(NamedTuple):
    """When work is to begin: at a moment, or on a local day on which the bicycle is left. One of the two."""

    starts_at: datetime | None
    day: date | None


def read_start(*, starts_at: datetime | None, day: date | None) -> Start:
    """:raises SayWhen: for both or neither."""
    if (starts_at is None) == (day is None):
        raise SayWhen
    return Start(starts_at, day)


def start_of(booked: Appointment | Proposal) -> Start:
    workshop = booked.workshop if isinstance(booked, Appointment) else booked.appointment.workshop
    if booked.drop_off_minutes is None:
        return Start(booked.starts_at, None)
    return Start(None, booked.starts_at.astimezone(workshop.zone).date())


def take_time(
    work: Work,
    start: Start,
    *,
    where: Point | None,
    reason: str,
    reference: str,
    expires_at: datetime | None,
    at: datetime,
    instead_of: str | None = None,
) -> Seat | DaySeat:
    """
    Take the slot or the drop-off day that begins so, in place of what `instead_of` took.

    :raises SlotTaken, NotASlot, NotServed: of a slot that somebody has, that nobody offers, or that is too far.
    :raises DayFull, NotADropOffDay: of a day that is sold out, or that the workshop does not sell.
    """
    taken: dict[str, Any] = {"reason": reason, "reference": reference, "expires_at": expires_at, "at": at}
    if start.day is not None:
        return take_day(work=work, day=start.day, instead_of=instead_of, **taken)
    assert start.starts_at is not None
    return take_slot(work=work, starts_at=start.starts_at, where=where, instead_of=instead_of, **taken)


def take_seat(appointment: Appointment, start: Start, *, instead_of: str, at: datetime) -> Seat | DaySeat:
    """Take a time or a day for a locked appointment, as `take_time` does, in place of what `instead_of` occupies."""
    return take_time(
        work_of(appointment),
        start,
        where=where_of(appointment),
        reason=Occupancy.Reason.APPOINTMENT,
        reference=appointment.reference,
        expires_at=None,
        at=at,
        instead_of=instead_of,
    )


def put_in_seat(booked: Hold | Appointment | Proposal, seat: Seat | DaySeat | Proposal) -> None:
    """Write on the row who does the work and when; the caller saves its SEAT_FIELDS."""
    booked.starts_at, booked.ends_at = seat.starts_at, seat.ends_at
    if isinstance(seat, DaySeat):
        booked.mechanic = booked.second_mechanic = booked.second_from = None
        booked.drop_off_minutes, booked.ready_at = seat.minutes, seat.ready_at
        return
    booked.mechanic, booked.second_mechanic, booked.second_from = seat.mechanic, seat.second_mechanic, seat.second_from
    promised = (seat.drop_off_minutes, seat.ready_at) if isinstance(seat, Proposal) else (None, None)
    booked.drop_off_minutes, booked.ready_at = promised


def is_kept(reference: str) -> bool:
    """Tell whether the reference has anything taken: periods, or minutes of a day."""
    return any(taken.objects.filter(reference=reference).exists() for taken in (Occupancy, Claim))


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
