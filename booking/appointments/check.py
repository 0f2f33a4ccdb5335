"""Look whether appointments and their money agree, for the check of the books (collective/reconciliation/checks.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from booking.appointments.ask import PURPOSE
from booking.appointments.models import Appointment
from collective.ledger.models import Entry
from collective.ledger.take_back import sale_source
from collective.payments.dispute_models import Dispute
from collective.payments.models import Operation, Payment, Refund

NEWS_TAKES = timedelta(minutes=15)  # between the payment's word and what it does to the appointment
Status = Appointment.Status


def what_disagrees_with_appointments(at: datetime) -> Iterator[str]:
    """Yield a sentence for each payment of no appointment, each closed one that holds too much, each sale of none."""
    yield from _payments(at)
    yield from _held_too_long(at)
    yield from _sales()


def _payments(at: datetime) -> Iterator[str]:
    """Every payment kept is its appointment's, of the same workshop; a second one goes back whole."""
    kept = Payment.objects.filter(
        purpose=PURPOSE, captured_cents__gt=F("refunded_cents") + F("lost_cents"), changed_at__lt=at - NEWS_TAKES
    )
    paid = set(Appointment.objects.filter(payment__isnull=False).values_list("payment", "workshop", "pk"))
    for payment in kept.only("pk", "reference", "subject", "workshop_id").order_by("pk"):
        number = payment.subject.removeprefix("M")
        if number.isdecimal() and (payment.pk, payment.workshop_id, int(number)) in paid:
            continue
        appointment = Appointment.objects.numbered(payment.subject).first()
        if appointment is None:
            yield f"payment {payment.reference} is kept for {payment.subject}, which does not exist"
        elif appointment.workshop_id != payment.workshop_id:
            yield f"payment {payment.reference} for {payment.subject} is of another workshop"
        elif not _moves(payment.pk):
            yield f"payment {payment.reference} is kept, and {payment.subject} was paid by another"


def _moves(payment: int) -> bool:
    """Money is on its way, or waits for a person or a bank: that is named elsewhere."""
    pending = Operation.objects.filter(payment=payment, state=Operation.State.PENDING)
    return (
        pending.exists()
        or Dispute.objects.open().filter(payment=payment).exists()
        or Refund.objects.waiting().filter(payment=payment).exists()
    )


def _held_too_long(at: datetime) -> Iterator[str]:
    """One that will not take place keeps what its policy keeps; what is above it goes back."""
    over = Appointment.objects.filter(closed_at__lt=at - NEWS_TAKES, payment__isnull=False).exclude(status=Status.DONE)
    kept = F("payment__captured_cents") - F("payment__refunded_cents") - F("payment__lost_cents")
    too_much = over.annotate(kept=kept).filter(
        Q(payment__state=Payment.State.AUTHORISED) | Q(payment__state=Payment.State.CAPTURED, kept__gt=F("keeps_cents"))
    )
    for appointment in too_much.select_related("payment").order_by("pk"):
        payment = appointment.payment
        if payment is not None and not _moves(payment.pk):
            held = payment.kept_cents or payment.amount_cents
            name, keeps = appointment.number, appointment.keeps_cents
            yield f"{name} is {appointment.status}, and {held} are held instead of {keeps}"


def _sales() -> Iterator[str]:
    """A repair that is done was sold, once it was paid; what was sold is done."""
    sale = Entry.objects.filter(source__startswith="sale:", reference=OuterRef("payment__subject"))
    unsold = Appointment.objects.filter(status=Status.DONE, payment__captured_cents__gt=0).exclude(Exists(sale))
    for appointment in unsold.order_by("pk"):
        name = appointment.number
        yield f"{name} is done and paid, and {sale_source(name)} does not stand in the books"
