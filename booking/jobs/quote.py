"""
After the diagnosis at the stand, another price: the mechanic writes it, the customer agrees or refuses by a link.

Nothing changes before the customer agrees. A price above what a card holds, or above what was paid, is a second payment
for the difference: what was authorised is never exceeded. Below it, less is taken, and what was paid above goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.changes import write_down
from booking.appointments.contact import TooLong
from booking.appointments.links import quote_url
from booking.appointments.models import Appointment, AppointmentLine
from booking.appointments.notify import tell_customer
from booking.appointments.quote_models import Quote, QuoteLine
from booking.appointments.rights import NotConfirmed, what_forbids_staff
from collective.members.models import User

LASTS = timedelta(days=7)
DEAREST_CENTS = 500_000
MOST_LINES = 20
LONGEST_REASON = 400
LONGEST_NAME = 160


class NoReason(BadInput):
    code = "reason_missing"
    message = _("Please say in a few words what you found: the customer reads them.")


class NotAPrice(BadInput):
    code = "not_a_price"
    message = _("A price is a whole number of cents from nothing to 5,000 euros.")


class BadLines(BadInput):
    code = "bad_lines"
    message = _("A quote has one to twenty lines, each with a name, and each line of the appointment at most once.")


class SamePrice(BadInput):
    code = "same_price"
    message = _("This is the price that was agreed already: no quote is needed.")


class Unreachable(RuleBroken):
    code = "no_address"
    message = _("This customer left no e-mail address: agree on the price by phone before going on.")


@dataclass(frozen=True)
class Wanted:
    """One line of a quote: the pk of a line of the appointment with its new price, or the name of a new one."""

    labour_cents: int
    parts_cents: int
    line: int | None = None
    name: str = ""


def what_forbids_quoting(appointment: Appointment, *, by: User) -> RuleBroken | None:
    if forbidden := what_forbids_staff(appointment, by=by):
        return forbidden
    if appointment.status != Appointment.Status.CONFIRMED:
        return NotConfirmed(status=str(appointment.get_status_display()))
    return None if appointment.email else Unreachable()


@transaction.atomic
def write_quote(*, appointment: Appointment, lines: Sequence[Wanted], reason: str, by: User, at: datetime) -> Quote:
    """
    Put a new price before the customer, who has a week to answer; an earlier quote without an answer is replaced.

    Lines of the appointment that are not named keep their price.

    :raises BadInput: without a reason, for a price that is none, lines of another appointment, or the same price.
    :raises RuleBroken: for a stranger, an appointment that is not confirmed, or a customer without an address.
    """
    appointment = Appointment.objects.select_related("workshop__seller").locked(appointment.pk)
    if forbidden := what_forbids_quoting(appointment, by=by):
        raise forbidden
    reason = _read(reason, longest=LONGEST_REASON)
    priced = _priced(appointment, lines)
    labour, parts = sum(line.labour_cents for line in priced), sum(line.parts_cents for line in priced)
    if labour + parts > DEAREST_CENTS:
        raise NotAPrice
    if (labour, parts) == (appointment.labour_cents, appointment.parts_cents):
        raise SamePrice
    end_quotes(appointment, Quote.State.REPLACED, at=at)
    quote = Quote.objects.create(
        appointment=appointment,
        reason=reason,
        labour_cents=labour,
        parts_cents=parts,
        was_cents=appointment.total_cents,
        written_by=by,
        written_at=at,
        expires_at=at + LASTS,
    )
    for line in priced:
        line.quote = quote
    QuoteLine.objects.bulk_create(priced)
    appointment.sequence += 1
    appointment.save(update_fields=["sequence"])
    write_down(appointment, kind="quoted", by=by, at=at, total_cents=quote.total_cents)
    tell_customer(appointment, "quoted", at=at, quote=quote, quote_url=quote_url(quote))
    return quote


def end_quotes(appointment: Appointment, state: Quote.State, *, at: datetime) -> None:
    """Take back what was quoted and not answered."""
    appointment.quotes.open_().update(state=state, answered_at=at)


def _priced(appointment: Appointment, lines: Sequence[Wanted]) -> list[QuoteLine]:
    """Every line of the appointment, at its quoted price or its present one, then the new ones."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise BadLines
    for wanted in lines:
        for cents in (wanted.labour_cents, wanted.parts_cents):
            if not isinstance(cents, int) or isinstance(cents, bool) or not 0 <= cents <= DEAREST_CENTS:
                raise NotAPrice
    named = {wanted.line: wanted for wanted in lines if wanted.line is not None}
    new = [wanted for wanted in lines if wanted.line is None]
    present = list(appointment.lines.order_by("pk"))
    if len(named) + len(new) != len(lines) or named.keys() - {line.pk for line in present}:
        raise BadLines
    return [_quoted(line, named.get(line.pk)) for line in present] + [
        QuoteLine(
            name=_read(wanted.name, longest=LONGEST_NAME, missing=BadLines),
            labour_cents=wanted.labour_cents,
            parts_cents=wanted.parts_cents,
        )
        for wanted in new
    ]


def _quoted(line: AppointmentLine, wanted: Wanted | None) -> QuoteLine:
    price = wanted or line
    return QuoteLine(line=line, name=line.name_fr, labour_cents=price.labour_cents, parts_cents=price.parts_cents)


def _read(text: str, *, longest: int, missing: type[BadInput] = NoReason) -> str:
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise missing
    if len(text) > longest:
        raise TooLong(field="reason", most=longest)
    return text
