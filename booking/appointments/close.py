"""What every end of an appointment has in common: the slot is free, the money where it belongs, it is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.appointments.changes import write_down
from booking.appointments.charge_late import charge_late
from booking.appointments.give_money_back import give_money_back
from booking.appointments.models import Appointment, Proposal
from booking.appointments.quote_models import Quote
from booking.appointments.remind import forget_reminder
from collective.members.models import User
from collective.sharing.solidarity import end_choice
from collective.timetable.occupy import release


def close_appointment(
    appointment: Appointment,
    *,
    status: Appointment.Status,
    kind: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    keeps_cents: int = 0,
    **details: Any,
) -> None:
    """Close a locked appointment as `status`; of what was paid online `keeps_cents` stay, the rest goes back."""
    forget_reminder(appointment)
    appointment.status = status
    appointment.closed_at = at
    lapse_proposals(appointment, at=at)
    appointment.reason = reason
    appointment.keeps_cents = keeps_cents
    appointment.sequence += 1
    appointment.save(update_fields=["status", "closed_at", "reason", "keeps_cents", "sequence"])
    if status not in Appointment.TAKES_A_SLOT:
        release(reference=appointment.reference, at=at)
    give_money_back(appointment, at=at)
    charge_late(appointment, at=at)
    end_choice(appointment.number)
    write_down(appointment, kind=kind, by=by, at=at, **details)


def lapse_proposals(appointment: Appointment, *, at: datetime) -> None:
    """Take back the times that were proposed and not answered, and the prices."""
    if not appointment.is_open:
        appointment.quotes.open_().update(state=Quote.State.LAPSED, answered_at=at)
    for proposal in Proposal.objects.select_for_update(of=("self",)).open_().filter(appointment=appointment):
        release(reference=proposal.reference, at=at)
        proposal.state = Proposal.State.LAPSED
        proposal.save(update_fields=["state"])
