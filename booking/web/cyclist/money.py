"""What the holder of the link does about money: pay the rest, answer a quote. Opening a page never acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.balance import pay_balance, what_forbids_paying
from booking.appointments.card_saved import forget_my_card
from booking.appointments.links import appointment_by_link, manage_link, quote_by_link
from booking.appointments.models import Appointment
from booking.appointments.pay_plan import PayNow
from booking.appointments.payments_of import held_cents, left_cents, paid_cents
from booking.appointments.quote_models import Quote
from booking.jobs.answer_quote import agree_to_quote, refuse_quote, what_forbids_answering_quote
from booking.jobs.bill import bill
from booking.web.cyclist.appointment import base
from booking.web.cyclist.change import OPENS_AND_ACTS, who
from booking.web.cyclist.doors import limited, private
from booking.web.cyclist.split import placed
from collective.payments.ask import LEAST_CENTS, open_payment


@require_http_methods(OPENS_AND_ACTS)
@limited("pay", "10/m")
@private
def balance(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is left to pay and why; the button leads to the payment page."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    if forbidden := what_forbids_paying(appointment):
        messages.info(request, str(forbidden))
        return redirect("web:appointment", token=token)
    if request.method == "POST":
        return _to_the_page(request, appointment, token, at=at)
    said = bill(appointment)
    context = base(appointment, token) | {"bill": said, "bars": placed(said.parts)}
    return render(request, "booking/cyclist/balance.html", context)


def _to_the_page(request: HttpRequest, appointment: Appointment, token: str, *, at: datetime) -> HttpResponse:
    try:
        payment = pay_balance(appointment=appointment, by=who(request, appointment), at=at)
        url = open_payment(payment=payment, at=at)
    except RuleBroken as rule:
        messages.error(request, str(rule))
        return redirect("web:balance", token=token)
    response = HttpResponse(status=303)
    response["Location"] = url
    return response


@require_POST
@limited("change", "20/m")
@private
def forget_card(request: HttpRequest, token: str) -> HttpResponse:
    """Let go of the saved card; the repair is then paid by link or at the counter."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    try:
        forget_my_card(appointment=appointment, by=who(request, appointment), at=at)
    except RuleBroken as rule:
        messages.error(request, str(rule))
    else:
        messages.success(request, _("Your card is forgotten. You can pay online or at the counter."))
    return redirect("web:appointment", token=token)


@require_http_methods(OPENS_AND_ACTS)
@limited("change", "20/m")
@private
def quote(request: HttpRequest, token: str) -> HttpResponse:
    """Show the quoted price beside the agreed one, line by line; a button agrees or refuses."""
    at = database_now()
    asked = quote_by_link(token)
    appointment = asked.appointment
    back = manage_link(appointment)
    by = who(request, appointment)
    if forbidden := what_forbids_answering_quote(asked, by=by, at=at):
        messages.info(request, str(forbidden))
        return redirect("web:appointment", token=back)
    if request.method != "POST":
        return render(request, "booking/cyclist/quote.html", base(appointment, back) | _quoted(asked))
    if request.POST.get("reponse") != "oui":
        refuse_quote(quote=asked, by=by, at=at)
        messages.success(request, _("The price stays as it was agreed. We have told the workshop."))
        return redirect("web:appointment", token=back)
    agreed = agree_to_quote(quote=asked, by=by, at=at)
    messages.success(request, _("The new price is agreed. We have told the workshop."))
    return redirect("web:balance" if _is_due_online(agreed) else "web:appointment", token=back)


def _quoted(asked: Quote) -> dict[str, Any]:
    appointment = asked.appointment
    lines = asked.lines.select_related("line")
    return {
        "quote": asked,
        "lines": [(line, line.line.labour_cents + line.line.parts_cents if line.line else 0) for line in lines],
        "difference_cents": max(0, asked.total_cents - paid_cents(appointment)),
        "held_cents": held_cents(appointment),
    }


def _is_due_online(appointment: Appointment) -> bool:
    """Whoever pays everything online pays the difference there too; a saved card is charged at the end."""
    above = left_cents(appointment) - held_cents(appointment)
    return appointment.pay_now in (PayNow.FULL, PayNow.HOLD) and above >= LEAST_CENTS
