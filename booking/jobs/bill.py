"""What I pay and why: the price line by line, what was paid when and how, what a card holds, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking.appointments.models import Appointment
from booking.appointments.payments_of import held_payment, left_cents, payments_of, to_pay_cents
from collective.payments.models import Payment, Refund
from collective.sharing.choices import choice_of

Part = tuple[str | Promise, int, int]  # of the price: its name, its cents, its colour


@dataclass(frozen=True)
class Movement:
    """Money that moved; cents below zero went back."""

    at: datetime
    words: str | Promise
    cents: int

    @property
    def off_cents(self) -> int:
        """What it takes off what is left to pay: written below zero."""
        return -self.cents


@dataclass(frozen=True)
class Bill:
    """Amounts in cents. `aid_cents` comes from the common fund, `gift_cents` go to it; only their person reads this."""

    lines: list[tuple[str, int]]
    price_cents: int
    aid_cents: int
    gift_cents: int
    to_pay_cents: int
    movements: list[Movement]
    paid_cents: int
    held: Payment | None
    held_cents: int
    left_cents: int
    parts: list[Part]

    @property
    def aid_off_cents(self) -> int:
        return -self.aid_cents


def bill(appointment: Appointment) -> Bill:
    """Read everything the page says about money; template and API show it as it is."""
    choice, held = choice_of(appointment.number), held_payment(appointment)
    payments = payments_of(appointment)
    paid, left = sum(payment.kept_cents for payment in payments), left_cents(appointment)
    held_cents = min(held.amount_cents, left) if held else 0
    aid = choice.aid_cents if choice else 0
    return Bill(
        lines=[(line.name, line.labour_cents + line.parts_cents) for line in appointment.lines.order_by("pk")],
        price_cents=appointment.total_cents,
        aid_cents=aid,
        gift_cents=choice.gift_cents if choice else 0,
        to_pay_cents=to_pay_cents(appointment),
        movements=_movements(payments),
        paid_cents=paid,
        held=held,
        held_cents=held_cents,
        left_cents=left,
        parts=_parts(paid, held_cents, aid, left - held_cents),
    )


def _movements(payments: list[Payment]) -> list[Movement]:
    moved = [
        Movement(payment.changed_at or payment.created_at, _by_what(payment), payment.captured_cents)
        for payment in payments
    ]
    refunds = Refund.objects.filter(payment__in=payments)
    moved += [Movement(refund.refunded_at, _("Given back to the card"), -refund.amount_cents) for refund in refunds]
    return sorted(moved, key=lambda movement: movement.at)


def _by_what(payment: Payment) -> str | Promise:
    if payment.card:
        return _("Card •••• %(last4)s, saved for this repair") % {"last4": payment.card.last4}
    return _("Card, online")


def _parts(paid: int, held: int, aid: int, left: int) -> list[Part]:
    named = (
        (_("Paid"), paid, 1),
        (_("Held on the card"), held, 5),
        (_("The common fund"), aid, 3),
        (_("Left"), left, 2),
    )
    return [part for part in named if part[1] > 0]
