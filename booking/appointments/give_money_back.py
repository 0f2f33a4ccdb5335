"""What was paid online and does not stay with the workshop goes back, at whatever point the payment is."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from booking.appointments.models import Appointment
from booking.appointments.payments_of import LATER, held_cents, paid_cents, payments_of
from collective.ledger.models import Entry
from collective.ledger.take_back import kept_source
from collective.payments.capture import capture_payment
from collective.payments.expire import expire_payment
from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation
from collective.payments.refund import came_back_cents, is_contested, refund_payment, refundable_cents
from collective.payments.release import release_payment
from collective.sharing.keep_advance import keep_advance

NOT_TAKEN = (Payment.State.NEW, Payment.State.OPEN, Payment.State.AUTHORISED)


def give_money_back(appointment: Appointment, *, at: datetime) -> None:
    """
    Leave `keeps_cents` of a closed appointment with the workshop and give the rest back, the newest payment first.

    Called at the closing and again whenever a payment moves (paid.py), so money that arrives later follows it; what
    is on its way back already is not sent twice. Locks the payments; the appointment is locked before them.
    """
    waiting = Payment.objects.select_for_update(of=("self",)).filter(
        Q(pk=appointment.payment_id) | Q(subject=appointment.number, purpose__in=LATER), state__in=NOT_TAKEN
    )
    taken = payments_of(appointment, lock=True)
    missing = max(0, appointment.keeps_cents - sum(refundable_cents(payment) for payment in taken))
    for payment in waiting.order_by("pk"):
        missing -= _let_go(payment, keeps_cents=missing, at=at)
    for payment, keeps in _spread(taken, appointment.keeps_cents):
        refund_above(payment, keeps, reason=appointment.status, at=at)
    _keep(appointment, taken, at=at)


def _let_go(payment: Payment, *, keeps_cents: int, at: datetime) -> int:
    """Close the page, or give the hold back but for what is kept of it; return how much is kept."""
    if payment.state != Payment.State.AUTHORISED:
        if payment.card_id is None:  # a charge of a saved card is under way: its end is heard of
            expire_payment(payment=payment, at=at)
        return 0
    if is_being_captured(payment):
        return 0
    if not keeps_cents:
        release_payment(payment=payment, at=at)
        return 0
    cents = min(keeps_cents, payment.amount_cents)
    capture_payment(payment=payment, amount_cents=cents, at=at)
    return cents


def _spread(payments: list[Payment], keeps_cents: int) -> list[tuple[Payment, int]]:
    """What each payment keeps: the oldest as much as it can, so that the newest goes back first."""
    spread, left = [], keeps_cents
    for payment in payments:
        keeps = min(left, refundable_cents(payment))
        spread.append((payment, keeps))
        left -= keeps
    return spread[::-1]


def _keep(appointment: Appointment, payments: list[Payment], *, at: datetime) -> None:
    """Book what stays as the workshop's, once; a refund made later takes it back in the books by itself."""
    cents = min(appointment.keeps_cents, sum(payment.kept_cents for payment in payments))
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
    return paid_cents(appointment) + held_cents(appointment)


def is_being_captured(payment: Payment) -> bool:
    return pending_operation(payment, Operation.Kind.CAPTURE) is not None
