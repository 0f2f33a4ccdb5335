"""
What was paid online for an appointment, whatever the number of payments: the first one, and what was asked for later.

Every sum of an appointment's online money is made here, so that the page, the finish, the refunds and the programs say
the same. What the customer pays is the price, unless they chose a solidarity price: then `to_pay_cents`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, Sum

from booking.appointments.models import Appointment
from collective.ledger.accounts import CUSTOMERS
from collective.ledger.entities import books_of
from collective.ledger.models import Line
from collective.payments.models import Operation, Payment
from collective.payments.refund import came_back_cents, refundable_cents
from collective.sharing.choices import choice_of, choices_of

FIRST = "appointment"  # asked when booking
BALANCE = "balance"  # the rest, the difference of a quote, or what a saved card pays: taken at once
LATE = "late"  # what the policy lets a saved card be charged for a late cancellation
LATER = (BALANCE, LATE)
State = Payment.State


def _counting(number: str) -> Q:
    return Q(subject=number, purpose__in=(FIRST, *LATER))


def payments_of(appointment: Appointment, *, lock: bool = False) -> list[Payment]:
    """
    Return the captured payments that count, oldest first. `lock` takes their rows' locks, after the appointment's.

    A second tab's payment of the booking itself is not among them: it goes back whole (paid.py).
    """
    rows = Payment.objects.filter(_counting(appointment.number), state=State.CAPTURED)
    rows = rows.filter(Q(pk=appointment.payment_id) | Q(purpose__in=LATER)).order_by("pk")
    return list(rows.select_for_update(of=("self",)) if lock else rows)


def paid_cents(appointment: Appointment) -> int:
    """Return what was taken online and is not given back, nor about to be, nor was sent back by the card's bank."""
    return sum(refundable_cents(payment) - came_back_cents(payment) for payment in payments_of(appointment))


def held_payment(appointment: Appointment) -> Payment | None:
    """Return the payment whose money a card holds for this appointment."""
    if appointment.payment_id is None:
        return None
    return Payment.objects.filter(pk=appointment.payment_id, state=State.AUTHORISED).first()


def held_cents(appointment: Appointment) -> int:
    payment = held_payment(appointment)
    return payment.amount_cents if payment else 0


def to_pay_cents(appointment: Appointment) -> int:
    """Return what the customer pays for the repair in all: its price, or what they chose to pay."""
    choice = choice_of(appointment.number)
    return choice.pays_cents if choice else appointment.total_cents


def left_cents(appointment: Appointment) -> int:
    """
    Return what the customer has still to pay. What a card holds counts as still to pay: nothing was taken.

    Of a finished repair it is what stands owed in the seller's books, by whatever means the rest was paid.
    """
    if appointment.status == Appointment.Status.DONE:
        return owed_cents(appointment)
    return max(0, to_pay_cents(appointment) - paid_cents(appointment))


def owed_cents(appointment: Appointment) -> int:
    """Return what the books say the customer of a finished repair owes."""
    owed = Line.objects.filter(
        entry__entity=books_of(appointment.workshop.seller), entry__reference=appointment.number, account=CUSTOMERS
    )
    return max(0, owed.aggregate(total=Sum("amount", default=0))["total"])


def paid_as_the_workshop_sees(appointments: Iterable[Appointment]) -> dict[int, int]:
    """
    Return what was paid online by each appointment's pk, at the reference price. Three queries, whatever their number.

    Who paid what they chose has paid the whole, as far as the people who repair are told.
    """
    known = {one.number: one for one in appointments}
    paid: dict[str, int] = defaultdict(int)
    rows = Payment.objects.filter(subject__in=known, purpose__in=(FIRST, *LATER), state=State.CAPTURED)
    pending = _about_to_return(rows.values_list("pk", flat=True))
    for payment in rows.order_by("pk"):
        if payment.purpose != FIRST or payment.pk == known[payment.subject].payment_id:
            paid[payment.subject] += payment.kept_cents - pending.get(payment.pk, 0)
    choices = choices_of(known)
    return {
        one.pk: as_the_workshop_sees(one, paid[number], choices[number].pays_cents if number in choices else None)
        for number, one in known.items()
    }


def as_the_workshop_sees(appointment: Appointment, cents: int, pays_cents: int | None) -> int:
    """Return `cents` of what a person pays as the same part of the reference price."""
    if not pays_cents or pays_cents == appointment.total_cents:
        return cents
    return cents * appointment.total_cents // pays_cents


def _about_to_return(payments: Iterable[int]) -> dict[int, int]:
    planned: dict[int, int] = defaultdict(int)
    rows = Operation.objects.filter(
        payment__in=payments, kind=Operation.Kind.REFUND, state=Operation.State.PENDING, refund__isnull=True
    )
    for payment, params in rows.values_list("payment_id", "params"):
        planned[payment] += params["amount_cents"]
    return dict(planned)
