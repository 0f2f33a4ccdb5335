"""What was paid online and does not stay with the workshop goes back, at whatever point the payment is."""

from __future__ import annotations

from datetime import datetime

from booking.appointments.models import Appointment
from collective.ledger.models import Entry
from collective.ledger.take_back import kept_source
from collective.payments.expire import expire_payment
from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation
from collective.payments.refund import came_back_cents, is_contested, refund_payment, refundable_cents
from collective.payments.release import release_payment
from collective.sharing.keep_advance import keep_advance


def give_money_back(appointment: Appointment, *, at: datetime) -> None:
    """
    Leave `keeps_cents` of a closed appointment with the workshop and give the rest back.

    Called at the closing and again whenever the payment moves (paid.py), so money that arrives later follows it; what
    is on its way back already is not sent twice. Locks the payment; the appointment is locked before it.
    """
    if appointment.payment_id is None:
        return
    payment = Payment.objects.select_for_update().get(pk=appointment.payment_id)
    if payment.state in (Payment.State.NEW, Payment.State.OPEN):
        expire_payment(payment=payment, at=at)
    elif payment.state == Payment.State.AUTHORISED and not is_being_captured(payment):
        release_payment(payment=payment, at=at)
    elif payment.state == Payment.State.CAPTURED:
        refund_above(payment, appointment.keeps_cents, reason=appointment.status, at=at)
        _keep(appointment, payment, at=at)


def _keep(appointment: Appointment, payment: Payment, *, at: datetime) -> None:
    """Book what stays as the workshop's, once; a refund made later takes it back in the books by itself."""
    cents = min(appointment.keeps_cents, payment.kept_cents)
    if cents and not Entry.objects.filter(source=kept_source(appointment.number)).exists():
        keep_advance(workshop=appointment.workshop, reference=appointment.number, kept_cents=cents, at=at)


def refund_above(payment: Payment, keeps_cents: int, *, reason: str, at: datetime) -> None:
    """
    Refund what a locked, captured payment holds above `keeps_cents`.

    While its bank decides on a contested payment nothing goes: word of the decision brings us here again. What the
    bank sent back once is not sent again by itself.
    """
    excess = refundable_cents(payment) - came_back_cents(payment) - keeps_cents
    if excess > 0 and not is_contested(payment):
        refund_payment(payment=payment, amount_cents=excess, reason=reason, at=at)


def paid_online_cents(appointment: Appointment) -> int:
    """Return what the customer has paid or reserved online and not been promised back, in cents."""
    if appointment.payment_id is None:
        return 0
    payment = Payment.objects.get(pk=appointment.payment_id)
    if payment.state == Payment.State.CAPTURED:
        return refundable_cents(payment) - came_back_cents(payment)
    return payment.amount_cents if payment.state == Payment.State.AUTHORISED else 0


def is_being_captured(payment: Payment) -> bool:
    return pending_operation(payment, Operation.Kind.CAPTURE) is not None
