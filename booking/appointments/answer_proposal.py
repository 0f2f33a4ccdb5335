"""The customer answers a proposed time: accepted, the appointment moves; declined, it stays as it was."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.accept import charge_reserved_card
from booking.appointments.changes import write_down
from booking.appointments.confirm import confirm_appointment
from booking.appointments.models import Appointment, Proposal
from booking.appointments.move import set_new_time
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.rights import what_forbids_changing
from booking.appointments.seat import is_kept, start_of, take_seat, times_of
from booking.availability.days import DaySeat
from booking.availability.take import Seat
from collective.members.models import User
from collective.timetable.models import Occupancy
from collective.timetable.occupy import release, rename
from collective.timetable.retry import again_when_busy


class ProposalAnswered(RuleBroken):
    code = "proposal_answered"
    message = _("This proposal waits for no answer any more: it is %(state)s.")


class ProposalOver(RuleBroken):
    code = "proposal_over"
    message = _("The time to answer this proposal is over. Your appointment is as it was.")


def what_forbids_answering_proposal(proposal: Proposal, *, at: datetime) -> RuleBroken | None:
    if proposal.state != Proposal.State.OPEN:
        return ProposalAnswered(state=str(proposal.get_state_display()))
    if at >= proposal.expires_at:
        return ProposalOver()
    return what_forbids_changing(proposal.appointment)


@again_when_busy
@transaction.atomic
def accept_proposal(*, proposal: Proposal, by: User | None = None, at: datetime) -> Appointment:
    """
    Move the appointment to the proposed time. One that waited for the workshop is confirmed by it and its card charged.

    :raises RuleBroken: when the proposal was answered, is over, or its appointment is closed.
    :raises SlotTaken: when the time overlapped the present one and somebody has taken the rest of it.
    """
    appointment, proposal = _locked(proposal, at=at)
    was, waited = times_of(appointment), appointment.status == Appointment.Status.REQUESTED
    seat = _take_proposed(appointment, proposal, at=at)
    _answer(proposal, Proposal.State.ACCEPTED, at=at)
    set_new_time(appointment, seat, at=at)
    write_down(appointment, kind="moved", by=by, at=at, was_at=was.starts_at.isoformat())
    if waited:
        charge_reserved_card(appointment, at=at)
        confirm_appointment(appointment, by=proposal.proposed_by, at=at)
    else:
        tell_customer(appointment, "moved", at=at, calendar="REQUEST", was=was)
    tell_workshop(appointment, "proposal_accepted", at=at, calendar="REQUEST", was=was)
    return appointment


@transaction.atomic
def decline_proposal(*, proposal: Proposal, by: User | None = None, at: datetime) -> Appointment:
    """
    Leave the appointment as it is and free the proposed time.

    :raises RuleBroken: as for accepting.
    """
    appointment, proposal = _locked(proposal, at=at)
    release(reference=proposal.reference, at=at)
    _answer(proposal, Proposal.State.DECLINED, at=at)
    appointment.sequence += 1
    appointment.save(update_fields=["sequence"])
    write_down(appointment, kind="declined", by=by, at=at, starts_at=proposal.starts_at.isoformat())
    tell_workshop(appointment, "proposal_declined", at=at, proposal=proposal)
    return appointment


def _take_proposed(appointment: Appointment, proposal: Proposal, *, at: datetime) -> Proposal | Seat | DaySeat:
    """Take what was kept; of a time that overlaps the present one nothing more was, so it is taken only now."""
    if not is_kept(proposal.reference):
        return take_seat(appointment, start_of(proposal), instead_of=appointment.reference, at=at)
    release(reference=appointment.reference, at=at)
    rename(
        reference=proposal.reference,
        to=appointment.reference,
        reason=Occupancy.Reason.APPOINTMENT,
        expires_at=None,
        at=at,
    )
    return proposal


def _locked(proposal: Proposal, *, at: datetime) -> tuple[Appointment, Proposal]:
    appointment = Appointment.objects.locked(proposal.appointment_id)
    proposal = Proposal.objects.locked(proposal.pk)
    proposal.appointment = appointment
    if forbidden := what_forbids_answering_proposal(proposal, at=at):
        raise forbidden
    return appointment, proposal


def _answer(proposal: Proposal, state: Proposal.State, *, at: datetime) -> None:
    proposal.state, proposal.answered_at = state, at
    proposal.save(update_fields=["state", "answered_at"])
