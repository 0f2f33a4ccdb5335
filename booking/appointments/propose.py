"""The workshop proposes another time. It is kept for the customer, who accepts or declines; nothing is imposed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.close import lapse_proposals
from booking.appointments.confirm import card_reserved_until
from booking.appointments.links import proposal_url
from booking.appointments.models import Appointment, Proposal
from booking.appointments.move import SameTime
from booking.appointments.notify import tell_customer
from booking.appointments.rights import Begun, what_forbids_changing, what_forbids_staff
from booking.appointments.seat import Start, put_in_seat, read_start, start_of, take_seat, take_time
from booking.appointments.where import where_of
from booking.appointments.work import work_of
from booking.availability.days import DaySeat
from booking.availability.take import Seat, SlotTaken
from collective.members.models import User
from collective.timetable.drop_off import DayFull, arrival
from collective.timetable.models import Occupancy
from collective.timetable.retry import again_when_busy

PROPOSAL_LASTS = timedelta(hours=48)
LEAST_TIME = timedelta(minutes=30)


class TooLateToPropose(RuleBroken):
    code = "too_late_to_propose"
    message = _("There is no time left for the customer to answer. Please call them.")


def what_forbids_proposing(appointment: Appointment, *, by: User, at: datetime) -> RuleBroken | None:
    if forbidden := what_forbids_staff(appointment, by=by) or what_forbids_changing(appointment):
        return forbidden
    if at >= appointment.starts_at:
        return Begun()
    return None


@again_when_busy
@transaction.atomic
def propose_time(
    *,
    appointment: Appointment,
    starts_at: datetime | None = None,
    day: date | None = None,
    by: User,
    at: datetime,
) -> Proposal:
    """
    Keep the slot at `starts_at`, or the drop-off day, for the customer to accept; what was proposed before and not
    answered is taken back.

    A request waits for the customer as long as the proposal does: the workshop has not been silent.

    :raises RuleBroken: for a stranger, a closed or begun appointment, the time it has already, or too late an hour.
    :raises SlotTaken, DayFull: when the time or the day is not free.
    :raises NotASlot, NotADropOffDay: when the workshop does not offer it.
    :raises SayWhen: for both or neither.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_proposing(appointment, by=by, at=at):
        raise forbidden
    start = read_start(starts_at=starts_at, day=day)
    if start == start_of(appointment):
        raise SameTime
    expires_at = _expiry(appointment, start, at=at)
    lapse_proposals(appointment, at=at)
    proposal = _keep(appointment, start, expires_at=expires_at, by=by, at=at)
    if appointment.status == Appointment.Status.REQUESTED:
        appointment.answer_by = max(expires_at, appointment.answer_by or expires_at)
    appointment.sequence += 1
    appointment.save(update_fields=["answer_by", "sequence"])
    write_down(appointment, kind="proposed", by=by, at=at, starts_at=proposal.starts_at.isoformat())
    tell_customer(appointment, "proposed", at=at, proposal=proposal, proposal_url=proposal_url(proposal))
    return proposal


def _expiry(appointment: Appointment, start: Start, *, at: datetime) -> datetime:
    """Two days, and no later than either time needs or the card stays reserved."""
    workshop = appointment.workshop
    begins = arrival(workshop, start.day).starts_at if start.day else start.starts_at
    assert begins is not None
    ends = [at + PROPOSAL_LASTS, begins - workshop.notice, appointment.starts_at - workshop.notice]
    if reserved_until := card_reserved_until(appointment):
        ends.append(reserved_until)
    if min(ends) < at + LEAST_TIME:
        raise TooLateToPropose
    return min(ends)


def _keep(appointment: Appointment, start: Start, *, expires_at: datetime, by: User, at: datetime) -> Proposal:
    proposal = Proposal(
        appointment=appointment, token=uuid.uuid4(), proposed_by=by, proposed_at=at, expires_at=expires_at
    )
    try:
        seat = take_time(
            work_of(appointment),
            start,
            where=where_of(appointment),
            reason=Occupancy.Reason.PROPOSAL,
            reference=proposal.reference,
            expires_at=expires_at,
            at=at,
        )
    except (SlotTaken, DayFull):
        seat = _seat_over_itself(appointment, start, at=at)
    put_in_seat(proposal, seat)
    proposal.save()
    return proposal


def _seat_over_itself(appointment: Appointment, start: Start, *, at: datetime) -> Seat | DaySeat:
    """
    Judge a time that the appointment itself is in the way of, half an hour later for instance, as if it were not.

    Nothing more than the present time is kept then: the rest may go to somebody else before the customer answers.
    """
    with transaction.atomic():
        seat = take_seat(appointment, start, instead_of=appointment.reference, at=at)
        transaction.set_rollback(True)
    return seat
