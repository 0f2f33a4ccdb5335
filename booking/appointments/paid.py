"""What a movement of the payment does to the appointment it was asked for: whatever the order, whatever the delay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from backend.lib.errors import RuleBroken
from backend.lib.outbox import handles
from booking.appointments.ask import PURPOSE
from booking.appointments.balance import send_balance
from booking.appointments.changes import write_down
from booking.appointments.close import close_appointment
from booking.appointments.confirm import confirm_appointment, request_appointment
from booking.appointments.give_money_back import give_money_back, refund_above
from booking.appointments.limit import check_open_appointments
from booking.appointments.models import Appointment, Hold
from booking.appointments.notify import tell_customer
from booking.appointments.seat import keep_seat, put_in_seat, start_of, take_seat
from collective.payments.models import Payment
from collective.payments.release import release_payment
from collective.sharing.book_solidarity import follow_refunds
from collective.workshops.models import Workshop

__all__ = ["PURPOSE", "payment_changed"]

HAS_MONEY = (Payment.State.AUTHORISED, Payment.State.CAPTURED)
WAITS_FOR_MONEY = (Appointment.Status.UNPAID, Appointment.Status.LAPSED)


@handles(f"payment.changed.{PURPOSE}")
def payment_changed(payload: dict[str, Any], *, at: datetime) -> None:
    """
    Seat who has paid, give back what should not stay. Any repetition finds nothing left to do.

    Locks hold, appointment, payment, in this order, as everybody does.
    """
    found = Appointment.objects.numbered(payload["subject"]).only("pk", "hold_id").get()
    hold = Hold.objects.locked(found.hold_id) if found.hold_id else None
    appointment = Appointment.objects.locked(found.pk)
    payment = Payment.objects.select_for_update().get(pk=payload["payment"])
    if payment.state not in HAS_MONEY:
        if payment.state == Payment.State.RELEASED and payment.pk == appointment.payment_id:
            _hold_is_over(appointment, at=at)
        return
    if payment.pk != appointment.payment_id:
        _give_back_second(payment, at=at)
    elif _waits_for(payment, appointment) and hold is not None:
        seat_who_gave(appointment, hold, waits_for_word=_waits_for_word(appointment, payment), at=at)
    elif appointment.status == Appointment.Status.DONE:
        follow_refunds(workshop=appointment.workshop, reference=appointment.number, at=at)
    elif appointment.closed_at is not None:
        give_money_back(appointment, at=at)


def _waits_for(payment: Payment, appointment: Appointment) -> bool:
    """A lapsed one waits no more once its money is on the way back, or when the workshop was silent."""
    if appointment.status == Appointment.Status.LAPSED and (appointment.answer_by is not None or _returns(payment)):
        return False
    return appointment.status in WAITS_FOR_MONEY


def _returns(payment: Payment) -> bool:
    return payment.operations.filter(kind__in=("refund", "release")).exists()


def _waits_for_word(appointment: Appointment, payment: Payment) -> bool:
    """What is only authorised waits for the workshop, unless it is held until the end."""
    if payment.state != Payment.State.AUTHORISED:
        return False
    return appointment.pay_now != Workshop.PayNow.HOLD or appointment.workshop.confirms_by_hand


def _hold_is_over(appointment: Appointment, *, at: datetime) -> None:
    """The card holds nothing any more and nothing was taken: the customer is asked by a link, once."""
    if appointment.status != Appointment.Status.CONFIRMED or appointment.pay_now != Workshop.PayNow.HOLD:
        return
    if not appointment.changes.filter(kind="hold_over").exists():
        write_down(appointment, kind="hold_over", by=None, at=at)
        send_balance(appointment, by=None, at=at, why="hold_over")


def seat_who_gave(appointment: Appointment, hold: Hold, *, waits_for_word: bool, at: datetime) -> None:
    """Seat whoever paid or gave a card; when the slot is somebody else's meanwhile, they are told."""
    if not (keep_seat(appointment, hold, at=at) or _seat_again(appointment, hold, at=at)):
        _tell_too_late(appointment, at=at)
    elif waits_for_word:
        request_appointment(appointment, at=at)
    else:
        confirm_appointment(appointment, by=None, at=at)


def _seat_again(appointment: Appointment, hold: Hold, *, at: datetime) -> bool:
    """The money came after the ten minutes: take the slot or the day anew, as anybody may who is still in time."""
    try:
        with transaction.atomic():
            check_open_appointments(
                workshop=appointment.workshop,
                cyclist=appointment.cyclist,
                email=appointment.email,
                phone=appointment.phone,
                but=appointment,
                at=at,
            )
            seat = take_seat(appointment, start_of(appointment), instead_of=hold.reference, at=at)
    except RuleBroken:
        return False
    put_in_seat(appointment, seat)
    if hold.ended_at is None:
        hold.ended_at = at
        hold.save(update_fields=["ended_at"])
    return True


def _tell_too_late(appointment: Appointment, *, at: datetime) -> None:
    if appointment.status == Appointment.Status.UNPAID:
        close_appointment(appointment, status=Appointment.Status.LAPSED, kind="paid_too_late", by=None, at=at)
    else:
        give_money_back(appointment, at=at)
        write_down(appointment, kind="paid_too_late", by=None, at=at)
    tell_customer(appointment, "too_late", at=at)


def _give_back_second(payment: Payment, *, at: datetime) -> None:
    """One appointment is paid once: what a second tab paid goes back whole."""
    if payment.state == Payment.State.CAPTURED:
        refund_above(payment, 0, reason="paid_twice", at=at)
    elif not _returns(payment):
        release_payment(payment=payment, at=at)
