"""End the holds whose time is over. The payment page goes first, so that nobody pays for a slot that is gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from booking.appointments.close import close_appointment
from booking.appointments.models import Appointment, Hold
from collective.payments.expire import expire_payment
from collective.payments.models import Payment
from collective.payments.operations import run_operations
from collective.timetable.occupy import release

CAN_STILL_BE_PAID = (Payment.State.NEW, Payment.State.OPEN)


def expire_holds(*, at: datetime, limit: int = 100) -> int:
    """
    End at most `limit` holds that are over at `at`; return how many ended.

    A hold whose payment page cannot be closed now (the provider is away), or whose person paid at the last moment,
    stays for the next sweep or for paid.py. Nobody waits for it: writers ignore expired holds.
    """
    overdue = Hold.objects.overdue(at=at).order_by("expires_at", "pk").values_list("pk", flat=True)[:limit]
    return sum(_expire(pk, at=at) for pk in list(overdue))


def _expire(pk: int, *, at: datetime) -> bool:
    if payment := _close_the_page(pk, at=at):
        run_operations(at=at, payment=payment)
    return _end(pk, at=at)


@transaction.atomic
def _close_the_page(pk: int, *, at: datetime) -> Payment | None:
    """Order the end of the payment page, if there is one to end; the call itself is made outside the transaction."""
    hold = Hold.objects.locked(pk)
    appointment = Appointment.objects.unpaid_of(hold)
    if hold.is_live(at=at) or appointment is None or appointment.payment_id is None:
        return None
    payment = Payment.objects.select_for_update().get(pk=appointment.payment_id)
    if payment.state not in CAN_STILL_BE_PAID:
        return None
    expire_payment(payment=payment, at=at)
    return payment


@transaction.atomic
def _end(pk: int, *, at: datetime) -> bool:
    hold = Hold.objects.locked(pk)
    if hold.ended_at is not None or hold.is_live(at=at):
        return False
    appointment = Appointment.objects.unpaid_of(hold)
    if appointment is not None and not _is_dead(appointment):
        return False
    release(reference=hold.reference, at=at)
    hold.ended_at = at
    hold.save(update_fields=["ended_at"])
    if appointment is not None:
        close_appointment(appointment, status=Appointment.Status.LAPSED, kind="lapsed", by=None, at=at)
    return True


def _is_dead(appointment: Appointment) -> bool:
    """Nothing can be paid any more, and nothing was."""
    states = (Payment.State.EXPIRED, Payment.State.FAILED, Payment.State.RELEASED)
    return (
        appointment.payment_id is None or Payment.objects.filter(pk=appointment.payment_id, state__in=states).exists()
    )
