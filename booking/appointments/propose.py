"""The workshop proposes another time. It is kept for the customer, who accepts or declines; nothing is imposed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

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
from booking.appointments.seat import take_seat
from booking.appointments.work import work_of
from booking.availability.take import Seat, SlotTaken, take_slot
from collective.members.models import User
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
def propose_time(*, appointment: Appointment, starts_at: datetime, by: User, at: datetime) -> Proposal:
    """
    Keep the slot at `starts_at` for the customer to accept; a time proposed before and not answered is taken back.

    A request waits for the customer as long as the proposal does: the workshop has not been silent.

    :raises RuleBroken: for a stranger, a closed or begun appointment, the time it has already, or too late an hour.
    :raises SlotTaken: when the time is not free.
    :raises NotASlot: when nothing begins there.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_proposing(appointment, by=by, at=at):
        raise forbidden
    if starts_at == appointment.starts_at:
        raise SameTime
    expires_at = _expiry(appointment, starts_at=starts_at, at=at)
    lapse_proposals(appointment, at=at)
    proposal = _keep(appointment, starts_at=starts_at, expires_at=expires_at, by=by, at=at)
    if appointment.status == Appointment.Status.REQUESTED:
        appointment.answer_by = max(expires_at, appointment.answer_by or expires_at)
    appointment.sequence += 1
    appointment.save(update_fields=["answer_by", "sequence"])
    write_down(appointment, kind="proposed", by=by, at=at, starts_at=starts_at.isoformat())
    tell_customer(appointment, "proposed", at=at, proposal=proposal, proposal_url=proposal_url(proposal))
    return proposal


def _expiry(appointment: Appointment, *, starts_at: datetime, at: datetime) -> datetime:
    """Two days, and no later than either time needs or the card stays reserved."""
    notice = appointment.workshop.notice
    ends = [at + PROPOSAL_LASTS, starts_at - notice, appointment.starts_at - notice]
    if reserved_until := card_reserved_until(appointment):
        ends.append(reserved_until)
    if min(ends) < at + LEAST_TIME:
        raise TooLateToPropose
    return min(ends)


def _keep(appointment: Appointment, *, starts_at: datetime, expires_at: datetime, by: User, at: datetime) -> Proposal:
    proposal = Proposal(
        appointment=appointment, token=uuid.uuid4(), proposed_by=by, proposed_at=at, expires_at=expires_at
    )
    try:
        seat = take_slot(
            work=work_of(appointment),
            starts_at=starts_at,
            reason=Occupancy.Reason.PROPOSAL,
            reference=proposal.reference,
            expires_at=expires_at,
            at=at,
        )
    except SlotTaken:
        seat = _seat_over_itself(appointment, starts_at=starts_at, at=at)
    proposal.mechanic, proposal.starts_at, proposal.ends_at = seat.mechanic, seat.starts_at, seat.ends_at
    proposal.save()
    return proposal


def _seat_over_itself(appointment: Appointment, *, starts_at: datetime, at: datetime) -> Seat:
    """
    Judge a time that the appointment itself is in the way of, half an hour later for instance, as if it were not.

    Nothing more than the present time is kept then: the rest may go to somebody else before the customer answers.
    """
    with transaction.atomic():
        seat = take_seat(appointment, starts_at=starts_at, instead_of=appointment.reference, at=at)
        transaction.set_rollback(True)
    return seat
