"""What a payment asked for after the booking does: it counts, it settles what is owed, or what is too much returns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.lib.outbox import handles
from booking.appointments.balance import send_balance
from booking.appointments.changes import write_down
from booking.appointments.give_money_back import give_money_back, refund_above
from booking.appointments.models import Appointment
from booking.appointments.payments_of import BALANCE, LATE, owed_cents, paid_cents, payments_of, to_pay_cents
from collective.payments.models import Payment
from collective.payments.refund import refundable_cents
from collective.sharing.book_solidarity import follow_refunds
from collective.sharing.settle_debt import advance_cents, settle_debt

HAS_MONEY = (Payment.State.AUTHORISED, Payment.State.CAPTURED)


@handles(f"payment.changed.{BALANCE}")
def balance_changed(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Let money that came count once. Any repetition finds nothing left to do.

    Locks appointment, payment, in this order, as everybody does.
    """
    appointment = Appointment.objects.locked(Appointment.objects.numbered(payload["subject"]).only("pk").get().pk)
    payment = Payment.objects.locked(payload["payment"])
    if payment.state != Payment.State.CAPTURED:
        if payment.state == Payment.State.FAILED and payment.card_id and appointment.closed_at is None:
            _ask_instead(appointment, at=at)
        return
    if appointment.status == Appointment.Status.DONE:
        _settle(appointment, payment, at=at)
        follow_refunds(workshop=appointment.workshop, reference=appointment.number, at=at)
    elif appointment.closed_at is not None:
        give_money_back(appointment, at=at)
    else:
        _give_back_excess(appointment, payment, at=at)


@handles(f"payment.changed.{LATE}")
def late_changed(payload: dict[str, Any], *, at: datetime) -> None:
    """What a late cancellation took from a saved card is kept, as far as it was promised."""
    appointment = Appointment.objects.locked(Appointment.objects.numbered(payload["subject"]).only("pk").get().pk)
    if Payment.objects.locked(payload["payment"]).state == Payment.State.CAPTURED:
        give_money_back(appointment, at=at)


def _ask_instead(appointment: Appointment, *, at: datetime) -> None:
    """The bank refused the saved card, or wants its person there: a link, once."""
    if appointment.email and not appointment.changes.filter(kind="card_refused").exists():
        write_down(appointment, kind="card_refused", by=None, at=at)
        send_balance(appointment, by=None, at=at, why="card_refused")


def _give_back_excess(appointment: Appointment, payment: Payment, *, at: datetime) -> None:
    """Of what two tabs paid, the second one's goes back; what is paid already is never asked for twice."""
    excess = paid_cents(appointment) - to_pay_cents(appointment)
    if excess > 0:
        keeps = max(0, refundable_cents(payment) - excess)
        refund_above(payment, keeps, reason="paid_twice", at=at)
    if not payment.refunded_cents and refundable_cents(payment):
        write_once(appointment, payment, at=at)


def _settle(appointment: Appointment, payment: Payment, *, at: datetime) -> None:
    """The repair is finished: what the sale did not use extinguishes what the customer owes, the rest goes back."""
    unused = min(refundable_cents(payment), _unused_cents(appointment))
    if unused <= 0:
        return  # the sale counted it
    settled = min(unused, owed_cents(appointment))
    if settle_debt(payment=payment, cents=settled, at=at):
        write_once(appointment, payment, at=at)
    refund_above(payment, refundable_cents(payment) - (unused - settled), reason="paid_twice", at=at)


def _unused_cents(appointment: Appointment) -> int:
    """What stands as an advance of a finished repair and is not on its way back."""
    counted = {payment.pk for payment in payments_of(appointment)}
    returning = sum(
        payment.kept_cents - (refundable_cents(payment) if payment.pk in counted else 0)
        for payment in Payment.objects.filter(subject=appointment.number, captured_cents__gt=0)
    )
    return advance_cents(appointment.workshop.seller, appointment.number) - returning


def write_once(appointment: Appointment, payment: Payment, *, at: datetime) -> None:
    if not appointment.changes.filter(kind="paid_later", details__payment=payment.pk).exists():
        cents = refundable_cents(payment)
        write_down(appointment, kind="paid_later", by=None, at=at, payment=payment.pk, cents=cents)
