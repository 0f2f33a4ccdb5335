"""
The bicycle is ready: take what the card holds, or charge the card that was saved, before the repair is closed.

The call is made between two transactions. A crash after it finds the money taken when "done" is pressed again; a card
that is declined is asked for by a link, and the counter is always there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.lib.errors import RuleBroken
from backend.lib.outbox import sweep_outbox
from booking.appointments.models import Appointment
from booking.appointments.payments_of import BALANCE, FIRST, LATER, held_payment, left_cents
from booking.jobs.finish import PaymentOnItsWay, finish_repair, what_forbids_finishing
from booking.jobs.settle import bill_of
from booking.tenders.given import Given
from booking.tenders.record import what_would_settle
from collective.members.models import User
from collective.payments.ask import LEAST_CENTS
from collective.payments.capture import capture_payment
from collective.payments.charge_card import charge_card
from collective.payments.models import KeptCard, Operation, Payment
from collective.payments.operations import run_operations
from collective.payments.plan import pending_operation
from collective.payments.release import release_payment
from collective.workshops.models import Workshop

KINDS = [f"payment.changed.{purpose}" for purpose in (FIRST, *LATER)]
MARGIN = timedelta(hours=24)  # a hold is used or given back a day before the card takes it back
State = Payment.State


class CardRefused(RuleBroken):
    code = "card_refused"
    message = gettext_lazy(
        "The bank refused the card: nothing was taken. The customer has a link to pay online; or take it at the"
        " counter, then press “done” again."
    )


def finish_at_pick_up(
    *, appointment: Appointment, by: User, tenders: Sequence[Given] | None = None, at: datetime
) -> Appointment:
    """
    Take from the card what is not given otherwise, then finish the repair. Call it outside any transaction.

    :raises CardRefused: when the bank said no; the repair is not closed.
    :raises PaymentOnItsWay: while there is no answer: press again in a minute.
    :raises RuleBroken: as `finish_repair` does.
    """
    payment = _order(appointment, by=by, tenders=tenders or (), at=at)
    if payment is not None:
        run_operations(at=at, payment=payment)
        sweep_outbox(at=at, kinds=KINDS, limit=10)
        payment.refresh_from_db()
        if pending_operation(payment, Operation.Kind.CAPTURE) or pending_operation(payment, Operation.Kind.CHARGE):
            raise PaymentOnItsWay
        if payment.state in (State.FAILED, State.RELEASED):
            raise CardRefused
    return finish_repair(appointment=appointment, by=by, tenders=tenders, at=at)


@transaction.atomic
def _order(appointment: Appointment, *, by: User, tenders: Sequence[Given], at: datetime) -> Payment | None:
    """Plan the capture or the charge; None when no card is to pay anything."""
    appointment = Appointment.objects.locked(appointment.pk)
    if forbidden := what_forbids_finishing(appointment, by=by, at=at):
        raise forbidden
    if (planned := _charge_of(appointment, state=State.NEW)) is not None:
        return planned
    wanted = _left_for_the_card(appointment, tenders, at=at)
    if held := held_payment(appointment):
        cents = min(wanted, held.amount_cents)
        if cents:
            capture_payment(payment=held, amount_cents=cents, at=at)
        else:
            release_payment(payment=held, at=at)
        return held if cents else None
    card = card_that_pays(appointment)
    if card is None or wanted < LEAST_CENTS:
        return None
    return charge_card(card=card, purpose=BALANCE, label=_label(appointment), amount_cents=wanted, at=at)


def _left_for_the_card(appointment: Appointment, tenders: Sequence[Given], *, at: datetime) -> int:
    left, bill = left_cents(appointment), bill_of(appointment)
    for given in tenders:
        left -= what_would_settle(bill=bill, given=given, left_cents=left, at=at)
    return max(0, left)


def card_that_pays(appointment: Appointment) -> KeptCard | None:
    """Return the saved card that pays at the end; one that the bank refused once is not tried again."""
    card = appointment.card
    if card is None or card.state != KeptCard.State.SAVED or _charge_of(appointment, state=State.FAILED):
        return None
    return card


def card_cents(appointment: Appointment, left: int, *, refused: Collection[str]) -> int:
    """
    Return how much of what is left a card pays when the repair is finished; `refused` names those of refused_cards().

    Asks nothing of the database where payment and card were fetched with the appointment.
    """
    payment, card = appointment.payment, appointment.card
    if payment and payment.state == State.AUTHORISED:
        return min(left, max(payment.amount_cents, appointment.due_now_cents))  # at the price that the workshop sees
    return left if card and card.state == KeptCard.State.SAVED and appointment.number not in refused else 0


def refused_cards(numbers: Iterable[str]) -> set[str]:
    """Return the appointments whose saved card the bank refused. One query."""
    refused = Payment.objects.filter(subject__in=list(numbers), purpose=BALANCE, card__isnull=False, state=State.FAILED)
    return set(refused.values_list("subject", flat=True))


def _charge_of(appointment: Appointment, *, state: str) -> Payment | None:
    charges = Payment.objects.filter(subject=appointment.number, purpose=BALANCE, card__isnull=False, state=state)
    return charges.order_by("pk").first()


def _label(appointment: Appointment) -> str:
    with translation.override(appointment.language):
        return _("Repair %(number)s at %(workshop)s") % {
            "number": appointment.number,
            "workshop": appointment.workshop.name,
        }


def release_lapsing_holds(*, at: datetime, limit: int = 50) -> int:
    """
    Give back the holds that their cards would soon take back, by what the cards say; return how many.

    The customer is asked by a link once it is given back (paid.py). Whatever is being captured stays.
    """
    lapsing = Payment.objects.filter(state=State.AUTHORISED, capture_before__lte=at + MARGIN, purpose=FIRST)
    lapsing = lapsing.exclude(operations__state=Operation.State.PENDING)
    return sum(
        _release(pk, at=at)
        for pk in list(lapsing.order_by("capture_before", "pk").values_list("pk", flat=True)[:limit])
    )


@transaction.atomic
def _release(pk: int, *, at: datetime) -> bool:
    payment = Payment.objects.get(pk=pk)
    found = Appointment.objects.numbered(payment.subject).only("pk").first()
    if found is None:
        return False
    appointment = Appointment.objects.locked(found.pk)
    is_held_to_the_end = appointment.pay_now == Workshop.PayNow.HOLD and appointment.payment_id == payment.pk
    if appointment.status != Appointment.Status.CONFIRMED or not is_held_to_the_end:
        return False
    try:
        release_payment(payment=payment, at=at)
    except RuleBroken:  # it is being captured, or was given back meanwhile
        return False
    return True
