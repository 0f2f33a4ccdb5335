"""A finished repair is paid, in one or many ways: now, or later; and what was recorded wrongly is taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.models import Appointment
from booking.tenders.bill import Bill, left_cents
from booking.tenders.given import Given
from booking.tenders.models import Tender
from booking.tenders.record import record_tender
from booking.tenders.remit import receive_tender
from booking.tenders.rights import what_forbids_recording
from booking.tenders.take_back import take_back_tender
from collective.members.models import User


class NotFinished(RuleBroken):
    code = "not_finished"
    message = _("The repair is not done yet: what is paid for it is recorded when it is.")


class TenderOfAnother(RuleBroken):
    code = "tender_of_another"
    message = _("There is no such payment of this appointment.")
    status = 404


def bill_of(appointment: Appointment) -> Bill:
    return Bill(
        workshop=appointment.workshop,
        reference=appointment.number,
        total_cents=appointment.total_cents,
        labour_cents=appointment.labour_cents,
        minutes=appointment.minutes,
        bike_type=appointment.bike_type,
        customer=appointment.cyclist,
    )


def left_of(appointment: Appointment, *, online_cents: int) -> int:
    """Return what the customer still owes: before the repair is done what they will, then what the books say."""
    if appointment.status == Appointment.Status.DONE:
        return left_cents(bill_of(appointment))
    return appointment.total_cents - online_cents if appointment.is_open else 0


def what_forbids_settling(appointment: Appointment, *, by: User) -> RuleBroken | None:
    if forbidden := what_forbids_recording(appointment.workshop, by=by):
        return forbidden
    return None if appointment.status == Appointment.Status.DONE else NotFinished()


@transaction.atomic
def settle(*, appointment: Appointment, given: Given, by: User, at: datetime) -> Tender:
    """
    Record what is paid for a finished repair; the same `given.key` records it once.

    :raises RuleBroken: for who does not work there, before the repair is done, and as record_tender() says.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_settling(appointment, by=by):
        raise forbidden
    is_new = not Tender.objects.filter(key=given.key).exists()
    tender = record_tender(bill=bill_of(appointment), given=given, by=by, at=at)
    if is_new:
        write_down(appointment, kind="paid", by=by, at=at, tender=tender.pk, means=tender.means)
    return tender


@transaction.atomic
def take_back(
    *, appointment: Appointment, tender: int, reason: str, bounced: bool = False, by: User, at: datetime
) -> Tender:
    """
    Take back what was recorded for this appointment, or say that the bank refused it: it is owed again.

    :raises RuleBroken: for another appointment's tender, for who is not the owner, the second time.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    found = _tender_of(appointment, tender)
    taken = take_back_tender(tender=found, reason=reason, bounced=bounced, by=by, at=at)
    write_down(appointment, kind="taken_back", by=by, at=at, tender=taken.pk, means=taken.means)
    return taken


@transaction.atomic
def receive(*, appointment: Appointment, tender: int, by: User, at: datetime) -> Tender:
    """
    Say that the transfer announced for this appointment has come.

    :raises RuleBroken: for another appointment's tender, for who does not work there, one that has come already.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    found = _tender_of(appointment, tender)
    return receive_tender(tender=found, bill=bill_of(appointment), by=by, at=at)


def _tender_of(appointment: Appointment, tender: int) -> Tender:
    found = Tender.objects.filter(pk=tender, reference=appointment.number, workshop=appointment.workshop).first()
    if found is None:
        raise TenderOfAnother
    return found
