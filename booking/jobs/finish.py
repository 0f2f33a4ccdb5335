"""The repair is done: the advance becomes revenue and is shared out, what is given for the rest is written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.close import lapse_proposals
from booking.appointments.give_money_back import is_being_captured
from booking.appointments.models import Appointment
from booking.appointments.payments_of import held_payment, payments_of
from booking.appointments.rights import NotConfirmed, what_forbids_staff
from booking.jobs.invoice import invoice_repair
from booking.jobs.settle import bill_of
from booking.tenders.bill import left_cents
from booking.tenders.given import Given
from booking.tenders.means import Means
from booking.tenders.models import Tender
from booking.tenders.record import record_tender
from collective.activity.record import record_finished_work
from collective.members.models import User
from collective.payments.models import Payment
from collective.payments.refund import refundable_cents
from collective.sharing.book_solidarity import book_solidarity
from collective.sharing.share_out import share_out
from collective.workshops.models import Mechanic


class TooEarlyToFinish(RuleBroken):
    code = "too_early_to_finish"
    message = _("This repair is for another day: it can be marked done from that morning on.")


class PaymentOnItsWay(RuleBroken):
    code = "payment_on_its_way"
    message = _("The card of this customer is being charged just now. Please try again in a minute.")


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
def finish_repair(
    *, appointment: Appointment, by: User, tenders: Sequence[Given] | None = None, at: datetime
) -> Appointment:
    """
    Mark the repair done, with what is given for it now; without `tenders`, all that was left was paid in cash.

    The pages always say by what means. What is given less stays owed by the customer in the books, and is recorded
    later (settle.py). Shares follow the rule kept at booking. The same form sent again changes nothing.

    :raises RuleBroken: for a stranger, before the day, when it is not confirmed, while the card is being charged, and
        as record_tender() says of each tender: then nothing is done at all.
    """
    appointment = Appointment.objects.locked(appointment.pk)
    if _was_sent_before(appointment, tenders):
        return appointment
    if forbidden := what_forbids_finishing(appointment, by=by, at=at):
        raise forbidden
    payments = _settled_payments(appointment)
    online_cents = sum(refundable_cents(payment) for payment in payments)
    appointment.status = Appointment.Status.DONE
    appointment.closed_at = at
    lapse_proposals(appointment, at=at)
    appointment.keeps_cents = online_cents
    appointment.sequence += 1
    appointment.save(update_fields=["status", "closed_at", "keeps_cents", "sequence"])
    _book(appointment, payments, online_cents=online_cents, by=by, at=at)
    taken = _take(appointment, tenders, by=by, at=at)
    invoice_repair(appointment=appointment, at=at)
    write_down(appointment, kind="done", by=by, at=at, online_cents=online_cents, counter_cents=taken)
    return appointment


def _was_sent_before(appointment: Appointment, tenders: Sequence[Given] | None) -> bool:
    """A double click finds the repair done by the very form that it sends again."""
    if appointment.status != Appointment.Status.DONE or not tenders:
        return False
    keys = {given.key for given in tenders}
    return Tender.objects.filter(reference=appointment.number, key__in=keys).count() == len(keys)


def _take(appointment: Appointment, tenders: Sequence[Given] | None, *, by: User, at: datetime) -> int:
    """Record what is given, in its order, and return what it settles, in cents."""
    bill = bill_of(appointment)
    if tenders is None:
        cash = Given(means=Means.CASH, key=f"done:{appointment.token}")
        tenders = [cash] if left_cents(bill) else []
    recorded = [record_tender(bill=bill, given=given, by=by, at=at) for given in tenders]
    return sum(tender.settles_cents for tender in recorded if tender.settles)


def _settled_payments(appointment: Appointment) -> list[Payment]:
    """Return the payments that hold money; a capture that failed holds none, and all is due at the counter."""
    held = held_payment(appointment)
    if held and is_being_captured(held):
        raise PaymentOnItsWay
    return payments_of(appointment, lock=True)


def _mechanic_at(appointment: Appointment, *, by: User) -> Mechanic | None:
    """A bicycle left for the day is nobody's in particular: whoever finishes it did it."""
    return Mechanic.objects.filter(workshop=appointment.workshop, user=by).order_by("pk").first()


def _book(appointment: Appointment, payments: list[Payment], *, online_cents: int, by: User, at: datetime) -> None:
    gift_cents = max(0, online_cents - appointment.total_cents)  # a supporter's: nobody else may pay more
    share_out(
        workshop=appointment.workshop,
        reference=appointment.number,
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        paid_online_cents=online_cents - gift_cents,
        fund_bp=appointment.fund_bp,
        platform_bp=appointment.platform_bp,
        fee_cents=sum(payment.fee_cents or 0 for payment in payments),
        payments=payments,
        gift_cents=gift_cents,
        at=at,
    )
    book_solidarity(workshop=appointment.workshop, reference=appointment.number, gift_cents=gift_cents, at=at)
    record_finished_work(
        workshop=appointment.workshop,
        mechanic=appointment.mechanic or _mechanic_at(appointment, by=by),
        reference=appointment.number,
        minutes=appointment.minutes,
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        interventions=list(appointment.lines.exclude(code="").values_list("code", flat=True)),
        at=at,
    )
