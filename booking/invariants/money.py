"""Money of what was not done: what the promise leaves with the workshop stays, the rest went back or is on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from booking.appointments.models import Appointment
from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation
from collective.payments.refund import refundable_cents

NOT_DONE = (
    Appointment.Status.CANCELLED,
    Appointment.Status.LAPSED,
    Appointment.Status.NO_SHOW,
    Appointment.Status.REFUSED,
)


def what_stays_wrongly() -> Iterator[str]:
    """Yield a sentence for each appointment that keeps more or less than it may, or a card longer than it may."""
    holding = Payment.objects.filter(state__in=(Payment.State.AUTHORISED, Payment.State.CAPTURED), trouble="")
    by_subject: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in holding:
        by_subject[payment.subject].append(payment)
    for appointment in Appointment.objects.filter(status__in=NOT_DONE).exclude(payment=None).order_by("pk"):
        yield from _of(appointment, by_subject[appointment.number])
    for appointment in Appointment.objects.filter(status=Appointment.Status.DONE).exclude(payment=None):
        kept = sum(refundable_cents(payment) for payment in by_subject[appointment.number])
        if kept > appointment.total_cents:
            yield f"{appointment.number} is done for {appointment.total_cents} and holds {kept}"


def _of(appointment: Appointment, payments: list[Payment]) -> Iterator[str]:
    held = sum(refundable_cents(payment) for payment in payments)
    if held != appointment.keeps_cents and any(payment.captured_cents for payment in payments):
        yield f"{appointment.number} ({appointment.status}) holds {held}, and may keep {appointment.keeps_cents}"
    for payment in payments:
        is_held = payment.state == Payment.State.AUTHORISED
        if is_held and not pending_operation(payment, Operation.Kind.RELEASE):
            yield f"{appointment.number} ({appointment.status}) still holds {payment.amount_cents} on a card"
