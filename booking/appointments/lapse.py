"""Silence ends what waits: requests that the workshop did not answer, times that the customer did not take."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from booking.appointments.changes import write_down
from booking.appointments.close import close_appointment, lapse_proposals
from booking.appointments.models import Appointment, Proposal
from booking.appointments.notify import tell_customer, tell_workshop


def lapse_unanswered(*, at: datetime, limit: int = 100) -> int:
    """Close the requests and the proposals whose time to be answered is over at `at`; return how many."""
    requests = Appointment.objects.unanswered(at=at).order_by("answer_by", "pk").values_list("pk", flat=True)[:limit]
    closed = sum(_lapse(pk, at=at) for pk in list(requests))
    proposals = Proposal.objects.overdue(at=at).order_by("expires_at", "pk").values_list("appointment_id", flat=True)
    return closed + sum(_take_back(pk, at=at) for pk in list(proposals[:limit]))


@transaction.atomic
def _lapse(pk: int, *, at: datetime) -> bool:
    """Release the card, free the slot, tell both; an answer given meanwhile wins."""
    appointment = Appointment.objects.locked(pk)
    if (
        appointment.status != Appointment.Status.REQUESTED
        or appointment.answer_by is None
        or at < appointment.answer_by
    ):
        return False
    close_appointment(appointment, status=Appointment.Status.LAPSED, kind="lapsed", by=None, at=at)
    tell_customer(appointment, "unanswered", at=at)
    tell_workshop(appointment, "unanswered", at=at)
    return True


@transaction.atomic
def _take_back(pk: int, *, at: datetime) -> bool:
    """The appointment stays as it was; the time that was kept besides is free again."""
    appointment = Appointment.objects.locked(pk)
    if not Proposal.objects.overdue(at=at).filter(appointment=appointment).exists():
        return False
    lapse_proposals(appointment, at=at)
    write_down(appointment, kind="proposal_lapsed", by=None, at=at)
    return True
