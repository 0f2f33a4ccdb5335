"""The mechanic writes another price, or sends the link to pay the rest. Only a POST acts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from backend.lib.money import decimal
from booking.appointments.balance import ask_balance
from booking.appointments.models import Appointment
from booking.jobs.quote import NotAPrice, Wanted, what_forbids_quoting, write_quote
from booking.tenders.amounts import WrongTakings, read_takings
from booking.web.workshop.day import frame
from booking.web.workshop.doors import appointment_or_404, at_work

NEW_LINES = 3


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def quote(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines as they were agreed, to be priced anew; three empty ones for what turned up."""
    appointment, at = appointment_or_404(request, pk), database_now()
    if forbidden := what_forbids_quoting(appointment, by=request.user):
        if forbidden.status == 403:
            raise forbidden
        messages.error(request, str(forbidden))
        return redirect("web:visit", pk=pk)
    status = 200
    if request.method == "POST":
        try:
            write_quote(
                appointment=appointment,
                lines=_wanted(appointment, request.POST),
                reason=request.POST.get("reason", ""),
                by=request.user,
                at=at,
            )
        except RuleBroken as rule:
            messages.error(request, str(rule))
            status = rule.status
        else:
            messages.success(request, _("The quote is sent. Nothing changes before the customer agrees."))
            return redirect("web:visit", pk=pk)
    context = frame(request, appointment.workshop, at=at) | {
        "appointment": appointment,
        "rows": _rows(appointment, request.POST),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "booking/workshop/quote.html", context, status=status)


@require_POST
@at_work
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the customer the link to pay the rest."""
    appointment = appointment_or_404(request, pk)
    try:
        ask_balance(appointment=appointment, by=request.user, at=database_now())
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
    else:
        messages.success(request, _("The link is sent. You will see here when it is paid."))
    return redirect("web:visit", pk=pk)


def _rows(appointment: Appointment, typed: QueryDict) -> list[dict[str, Any]]:
    rows = [
        {
            "key": str(line.pk),
            "name": line.name,
            "is_new": False,
            "labour": typed.get(f"labour-{line.pk}", decimal(line.labour_cents)),
            "parts": typed.get(f"parts-{line.pk}", decimal(line.parts_cents)),
        }
        for line in appointment.lines.order_by("pk")
    ]
    return rows + [
        {
            "key": key,
            "name": typed.get(f"name-{key}", ""),
            "is_new": True,
            "labour": typed.get(f"labour-{key}", ""),
            "parts": typed.get(f"parts-{key}", ""),
        }
        for key in (f"new{number}" for number in range(NEW_LINES))
    ]


def _wanted(appointment: Appointment, typed: QueryDict) -> list[Wanted]:
    """
    Read the rows of the form; an empty new one is none.

    :raises NotAPrice: for what cannot be read as euros.
    """
    wanted = []
    for row in _rows(appointment, typed):
        if row["is_new"] and not (row["name"].strip() or row["labour"].strip() or row["parts"].strip()):
            continue
        try:
            labour, parts = read_takings(row["labour"]) or 0, read_takings(row["parts"]) or 0
        except WrongTakings as wrong:
            raise NotAPrice from wrong
        line = None if row["is_new"] else int(row["key"])
        wanted.append(Wanted(labour_cents=labour, parts_cents=parts, line=line, name=row["name"]))
    return wanted
