"""The repair is done: what was taken at the counter is written down, the advance becomes revenue and is shared out."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.close import lapse_proposals
from booking.appointments.give_money_back import is_being_captured
from booking.appointments.models import Appointment
from booking.appointments.rights import NotConfirmed, what_forbids_staff
from booking.jobs.invoice import invoice_repair
from collective.activity.record import record_finished_work
from collective.members.models import User
from collective.payments.models import Payment
from collective.sharing.share_out import share_out
from collective.workshops.models import Mechanic


class TooEarlyToFinish(RuleBroken):
    code = "too_early_to_finish"
    message = _("This repair is for another day: it can be marked done from that morning on.")


class PaymentOnItsWay(RuleBroken):
    code = "payment_on_its_way"
    message = _("The card of this customer is being charged just now. Please try again in a minute.")


class WrongTakings(BadInput):
    code = "wrong_takings"
    message = _("What was taken at the counter is between nothing and what was left to pay.")


def what_forbids_finishing(appointment: Appointment, *, by: User, at: datetime) -> RuleBroken | None:
    return what_forbids_staff(appointment, by=by) or what_forbids_finishing_now(appointment, at=at)


def what_forbids_finishing_now(appointment: Appointment, *, at: datetime) -> RuleBroken | None:
    """The rule for whoever works there: a list asks once who does, not for each appointment."""
    if appointment.status != Appointment.Status.CONFIRMED:
        return NotConfirmed(status=str(appointment.get_status_display()))
    zone = appointment.workshop.zone
    morning = datetime.combine(appointment.starts_at.astimezone(zone).date(), time(), tzinfo=zone)
    return TooEarlyToFinish() if at < morning else None


@transaction.atomic
def finish_repair(*, appointment: Appointment, by: User, counter_cents: int | None = None, at: datetime) -> Appointment:
    """
    Mark the repair done, with `counter_cents` taken at the counter (by default all that was left to pay).

    What is taken less stays owed by the customer in the books. Shares follow the rule kept at booking.

    :raises RuleBroken: for a stranger, before the day, when it is not confirmed, or while the card is being charged.
    :raises WrongTakings: for takings below zero or above what was left.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_finishing(appointment, by=by, at=at):
        raise forbidden
    payment = _settled_payment(appointment)
    online_cents = payment.kept_cents if payment else 0
    left_cents = appointment.total_cents - online_cents
    takings = left_cents if counter_cents is None else counter_cents
    if not 0 <= takings <= left_cents:
        raise WrongTakings(left_cents=left_cents)
    lapse_proposals(appointment, at=at)
    appointment.status = Appointment.Status.DONE
    appointment.closed_at = at
    appointment.keeps_cents = online_cents
    appointment.sequence += 1
    appointment.save(update_fields=["status", "closed_at", "keeps_cents", "sequence"])
    _book(appointment, payment, online_cents=online_cents, counter_cents=takings, by=by, at=at)
    invoice_repair(appointment=appointment, at=at)
    write_down(appointment, kind="done", by=by, at=at, online_cents=online_cents, counter_cents=takings)
    return appointment


def _settled_payment(appointment: Appointment) -> Payment | None:
    """Return the payment that holds money; one whose capture failed holds none, and all is due at the counter."""
    if appointment.payment_id is None:
        return None
    payment = Payment.objects.select_for_update().get(pk=appointment.payment_id)
    if payment.state == Payment.State.AUTHORISED and is_being_captured(payment):
        raise PaymentOnItsWay
    return payment if payment.state == Payment.State.CAPTURED else None


def _mechanic_at(appointment: Appointment, *, by: User) -> Mechanic | None:
    """A bicycle left for the day is nobody's in particular: whoever finishes it did it."""
    return Mechanic.objects.filter(workshop=appointment.workshop, user=by).order_by("pk").first()


def _book(
    appointment: Appointment, payment: Payment | None, *, online_cents: int, counter_cents: int, by: User, at: datetime
) -> None:
    share_out(
        workshop=appointment.workshop,
        reference=appointment.number,
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        paid_online_cents=online_cents,
        paid_at_counter_cents=counter_cents,
        fund_bp=appointment.fund_bp,
        platform_bp=appointment.platform_bp,
        fee_cents=(payment.fee_cents or 0) if payment else 0,
        payment=payment,
        at=at,
    )
    record_finished_work(
        workshop=appointment.workshop,
        mechanic=appointment.mechanic or _mechanic_at(appointment, by=by),
        reference=appointment.number,
        minutes=appointment.minutes,
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        interventions=list(appointment.lines.values_list("code", flat=True)),
        at=at,
    )
