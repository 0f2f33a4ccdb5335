"""
Either side cancels. A customer's money goes back by the policy promised at booking, all of it where the workshop
cancels. What is shown before is computed by what is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from backend.lib.errors import RuleBroken
from booking.appointments.charge_late import what_is_kept
from booking.appointments.close import close_appointment
from booking.appointments.give_money_back import paid_online_cents
from booking.appointments.models import Appointment
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.payments_of import as_the_workshop_sees, to_pay_cents
from booking.appointments.refuse import read_reason
from booking.appointments.rights import Begun, NotYours, is_customer, what_forbids_changing
from collective.members.models import User
from collective.sharing.owe_double import owe_double
from collective.workshops.models import Workshop
from collective.workshops.roles import works_at


@dataclass(frozen=True)
class RefundShown:
    """
    What comes of the money, in cents: `refund_cents` goes back to the card, `kept_cents` stays with the workshop.

    `owed_cents` is what the workshop owes besides: it took earnest money (arrhes) and cancels, so it owes twice as much
    (C. conso L214-1). `charged_cents` is taken from a saved card. `until` is when free cancelling ends.
    """

    refund_cents: int
    kept_cents: int
    until: datetime
    owed_cents: int = 0
    charged_cents: int = 0


def what_is_refunded(*, appointment: Appointment, at: datetime, by_workshop: bool = False) -> RefundShown:
    """Return what a cancellation at `at` gives back: all in time or by the workshop, else what the policy leaves."""
    paid = paid_online_cents(appointment)
    is_late = appointment.status != Appointment.Status.REQUESTED and at > appointment.free_until
    kept, charged = what_is_kept(appointment, paid_cents=paid) if is_late and not by_workshop else (0, 0)
    is_arrhes = appointment.deposit_kind == Workshop.DepositKind.ARRHES
    promised = appointment.status == Appointment.Status.CONFIRMED
    return RefundShown(
        refund_cents=paid - kept,
        kept_cents=kept,
        until=appointment.free_until,
        charged_cents=charged,
        owed_cents=paid if by_workshop and is_arrhes and promised else 0,
    )


def told_to_workshop(appointment: Appointment, refund: RefundShown) -> RefundShown:
    """The same at the reference price: what somebody chose to pay is not the workshop's to know."""
    pays = to_pay_cents(appointment)
    return replace(
        refund,
        refund_cents=as_the_workshop_sees(appointment, refund.refund_cents, pays),
        kept_cents=as_the_workshop_sees(appointment, refund.kept_cents, pays),
    )


def what_forbids_cancelling(appointment: Appointment, *, by: User | None, at: datetime) -> RuleBroken | None:
    if not is_customer(by, appointment) and not (by and works_at(by, appointment.workshop)):
        return NotYours()
    if forbidden := what_forbids_changing(appointment):
        return forbidden
    return Begun() if at >= appointment.starts_at else None


@transaction.atomic
def cancel_appointment(*, appointment: Appointment, by: User | None, reason: str = "", at: datetime) -> Appointment:
    """
    Cancel, free the slot, give back what `what_is_refunded` says and tell both sides. A workshop says why.

    :raises RuleBroken: for a stranger, a closed appointment, or one whose time has come.
    """
    appointment = Appointment.objects.select_related("workshop__seller").locked(appointment.pk)
    by_workshop = not is_customer(by, appointment)
    if forbidden := what_forbids_cancelling(appointment, by=by, at=at):
        raise forbidden
    reason = read_reason(reason, needed=by_workshop)
    refund = what_is_refunded(appointment=appointment, at=at, by_workshop=by_workshop)
    in_calendars = appointment.status == Appointment.Status.CONFIRMED
    close_appointment(
        appointment,
        status=Appointment.Status.CANCELLED,
        kind="cancelled",
        by=by,
        at=at,
        reason=reason,
        keeps_cents=refund.kept_cents + refund.charged_cents,
        refund_cents=refund.refund_cents,
        by_workshop=by_workshop,
    )
    owe_double(workshop=appointment.workshop, reference=appointment.number, cents=refund.owed_cents, at=at)
    known: dict[str, Any] = {"at": at, "calendar": "CANCEL" if in_calendars else None, "by_workshop": by_workshop}
    tell_customer(appointment, "cancelled", refund=refund, **known)
    tell_workshop(appointment, "cancelled", refund=told_to_workshop(appointment, refund), **known)
    return appointment
