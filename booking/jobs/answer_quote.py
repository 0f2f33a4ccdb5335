"""The customer answers a quote: agreed, its price is the promised one; refused, everything stays as it was."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.give_money_back import refund_above
from booking.appointments.models import Appointment, AppointmentLine
from booking.appointments.notify import tell_customer, tell_workshop
from booking.appointments.payments_of import payments_of, to_pay_cents
from booking.appointments.quote_models import Quote
from booking.appointments.rights import Closed, NotYours, is_customer
from collective.members.models import User
from collective.payments.ask import LEAST_CENTS
from collective.payments.models import KeptCard
from collective.payments.refund import refundable_cents
from collective.sharing.solidarity import choose_again


class QuoteAnswered(RuleBroken):
    code = "quote_answered"
    message = _("This quote waits for no answer any more: it is %(state)s.")


class QuoteOver(RuleBroken):
    code = "quote_over"
    message = _("The time to answer this quote is over. The price is as it was; ask the workshop for a new quote.")


def what_forbids_answering_quote(quote: Quote, *, by: User | None = None, at: datetime) -> RuleBroken | None:
    appointment = quote.appointment
    if not is_customer(by, appointment):
        return NotYours()
    if quote.state != Quote.State.OPEN:
        return QuoteAnswered(state=str(quote.get_state_display()))
    if at >= quote.expires_at:
        return QuoteOver()
    if appointment.status != Appointment.Status.CONFIRMED:
        return Closed(status=str(appointment.get_status_display()))
    return None


@transaction.atomic
def agree_to_quote(*, quote: Quote, by: User | None = None, at: datetime) -> Appointment:
    """
    Make the quoted price the promised one, line by line; what was paid above it goes back, the newest payment first.

    What is missing is paid by `pay_balance` or at the counter: nothing above what the card authorised is ever taken.

    :raises RuleBroken: for a stranger, a quote that was answered or is over, or a closed appointment.
    """
    appointment, quote = _locked(quote, by=by, at=at)
    for line in quote.lines.select_related("line"):
        _take(appointment, line.line, line.name, line.labour_cents, line.parts_cents)
    appointment.labour_cents, appointment.parts_cents = quote.labour_cents, quote.parts_cents
    appointment.due_now_cents = min(appointment.due_now_cents, quote.total_cents)
    choose_again(workshop=appointment.workshop, reference=appointment.number, price_cents=quote.total_cents, at=at)
    _answer(appointment, quote, Quote.State.AGREED, by=by, at=at)
    _agree_for_card(appointment)
    _give_back_above(appointment, at=at)
    tell_customer(appointment, "quote_agreed", at=at, quote=quote)
    return appointment


@transaction.atomic
def refuse_quote(*, quote: Quote, by: User | None = None, at: datetime) -> Appointment:
    """
    Leave price and work as they were agreed; the workshop hears of it.

    :raises RuleBroken: as for agreeing.
    """
    appointment, quote = _locked(quote, by=by, at=at)
    _answer(appointment, quote, Quote.State.REFUSED, by=by, at=at)
    return appointment


def _locked(quote: Quote, *, by: User | None, at: datetime) -> tuple[Appointment, Quote]:
    appointment = Appointment.objects.select_related("workshop__seller").locked(quote.appointment_id)
    quote = Quote.objects.locked(quote.pk)
    quote.appointment = appointment
    if forbidden := what_forbids_answering_quote(quote, by=by, at=at):
        raise forbidden
    return appointment, quote


def _take(
    appointment: Appointment, line: AppointmentLine | None, name: str, labour_cents: int, parts_cents: int
) -> None:
    if line is None:
        AppointmentLine.objects.create(
            appointment=appointment,
            name_fr=name,
            name_en=name,
            minutes=0,
            labour_cents=labour_cents,
            parts_cents=parts_cents,
        )
        return
    line.labour_cents, line.parts_cents = labour_cents, parts_cents
    line.save(update_fields=["labour_cents", "parts_cents"])


def _answer(appointment: Appointment, quote: Quote, state: Quote.State, *, by: User | None, at: datetime) -> None:
    quote.state, quote.answered_at = state, at
    quote.save(update_fields=["state", "answered_at"])
    appointment.sequence += 1
    appointment.save(update_fields=["sequence", "labour_cents", "parts_cents", "due_now_cents"])
    agreed = state == Quote.State.AGREED
    write_down(appointment, kind="quote_agreed" if agreed else "quote_refused", by=by, at=at, quote=quote.pk)
    tell_workshop(appointment, "quote_agreed" if agreed else "quote_refused", at=at, quote=quote)


def _agree_for_card(appointment: Appointment) -> None:
    """Who agrees to the price agrees that the card they saved is charged that much: the page says so."""
    if appointment.card_id is not None:
        saved = KeptCard.objects.filter(pk=appointment.card_id, state=KeptCard.State.SAVED)
        saved.update(most_cents=max(LEAST_CENTS, to_pay_cents(appointment)))


def _give_back_above(appointment: Appointment, *, at: datetime) -> None:
    left = to_pay_cents(appointment)
    for payment in payments_of(appointment, lock=True):
        keeps = min(left, refundable_cents(payment))
        refund_above(payment, keeps, reason="quote", at=at)
        left -= keeps
