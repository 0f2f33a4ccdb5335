"""One appointment as its workshop sees it, and what the workshop does with it. Only a POST acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.accept import accept_appointment, what_forbids_answering
from booking.appointments.cancel import cancel_appointment, what_forbids_cancelling
from booking.appointments.models import Appointment, Proposal
from booking.appointments.no_show import mark_no_show, what_forbids_no_show
from booking.appointments.propose import propose_time, what_forbids_proposing
from booking.appointments.refuse import refuse_appointment
from booking.appointments.work import work_of
from booking.availability.scan import slots_of
from booking.diagnosis.kept import read_kept
from booking.jobs.finish import WrongTakings, finish_repair, what_forbids_finishing
from booking.web.cyclist.appointment import happened
from booking.web.cyclist.hold import read_moment
from booking.web.cyclist.shown import by_day
from booking.web.workshop.day import frame
from booking.web.workshop.doors import appointment_or_404, at_work
from booking.web.workshop.shown import benches_of, read_visit
from collective.sharing.vat import vat_bp
from collective.sharing.what_shares import what_shares

DAYS_AHEAD = 21
Act = Callable[..., Any]


@require_safe
@at_work
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything known of an appointment, with the buttons that its rules allow this person now."""
    appointment, at = appointment_or_404(request, pk), database_now()
    by = request.user
    diagnosis = appointment.diagnosis
    context = {
        **frame(request, appointment.workshop, at=at),
        "visit": read_visit(appointment, benches_of([appointment]).get(appointment.reference, ""), by=by, at=at),
        "appointment": appointment,
        "lines": list(appointment.lines.all()),
        "items": read_kept(diagnosis) if diagnosis else [],
        "photos": list(diagnosis.photos.all()) if diagnosis else [],
        "changes": [(change, happened(change)) for change in appointment.changes.select_related("by")],
        "proposal": appointment.proposals.filter(state=Proposal.State.OPEN).first(),
        "shares": shares_of(appointment),
        "may_answer": what_forbids_answering(appointment, by=by, at=at) is None,
        "may_propose": what_forbids_proposing(appointment, by=by, at=at) is None,
        "may_finish": what_forbids_finishing(appointment, by=by, at=at) is None,
        "may_be_absent": what_forbids_no_show(appointment, by=by, at=at) is None,
        "may_cancel": what_forbids_cancelling(appointment, by=by, at=at) is None,
    }
    return render(request, "booking/workshop/visit.html", context)


def shares_of(appointment: Appointment) -> Any:
    """Where the money of this repair goes, by the rule kept at booking; the card's fee once it is known."""
    payment = appointment.payment
    return what_shares(
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        fund_bp=appointment.fund_bp,
        platform_bp=appointment.platform_bp,
        vat_bp=vat_bp(seller=appointment.workshop.seller, on=appointment.starts_at.date()),
        fee_cents=(payment.fee_cents or 0) if payment else 0,
    )


@require_safe
@at_work
def other_times(request: HttpRequest, pk: int) -> HttpResponse:
    """The free times of the same length, to propose one to the customer."""
    appointment, at = appointment_or_404(request, pk), database_now()
    if forbidden := what_forbids_proposing(appointment, by=request.user, at=at):
        return _refused(request, appointment, forbidden)
    today = at.astimezone(appointment.workshop.zone).date()
    slots = slots_of(work=work_of(appointment), first=today, last=today + timedelta(days=DAYS_AHEAD), at=at, limit=80)
    context = {
        **frame(request, appointment.workshop, at=at),
        "appointment": appointment,
        "days": by_day(slots, appointment.workshop),
    }
    return render(request, "booking/workshop/other_times.html", context)


@require_POST
@at_work
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, accept_appointment, _("Accepted. The customer has been told."))


@require_POST
@at_work
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _do(request, pk, refuse_appointment, _("Refused. The customer has been told, nothing is charged."), reason=reason)


@require_POST
@at_work
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("Proposed. The slot is kept while the customer answers; nothing moves before.")
    return _do(request, pk, propose_time, done, starts_at=read_moment(request.POST.get("debut", "")))


@require_POST
@at_work
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, finish_repair, _("Done, and in the books."), counter_cents=read_takings(request))


@require_POST
@at_work
def no_show(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, mark_no_show, _("Noted: nobody came."))


@require_POST
@at_work
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("Cancelled. The customer has been told and gets everything back.")
    return _do(request, pk, cancel_appointment, done, reason=request.POST.get("reason", ""))


def _do(request: HttpRequest, pk: int, act: Act, done: str, **details: Any) -> HttpResponse:
    """Find, act, and go back where the press came from, with what happened or why it did not."""
    appointment = appointment_or_404(request, pk)
    try:
        act(appointment=appointment, by=request.user, at=database_now(), **details)
    except RuleBroken as rule:
        return _refused(request, appointment, rule)
    messages.success(request, done)
    return redirect(_back(request, appointment))


def _refused(request: HttpRequest, appointment: Appointment, rule: RuleBroken) -> HttpResponse:
    if rule.status == 403:
        raise rule  # its own page, with its own status: going back would hide who may
    messages.error(request, str(rule))
    return redirect(_back(request, appointment))


def _back(request: HttpRequest, appointment: Appointment) -> str:
    asked = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else reverse("web:visit", args=[appointment.pk])


def read_takings(request: HttpRequest) -> int | None:
    """
    Read euros as people type them ("18", "18,50", "18.50 €") into cents; nothing typed means all that was left.

    :raises WrongTakings: for anything else.
    """
    typed = request.POST.get("counter", "").replace("€", "").replace("\u202f", "").replace("\xa0", "").strip()
    if not typed:
        return None
    euros, _comma, cents = typed.replace(",", ".").partition(".")
    if not (euros + cents).isascii() or not (euros + cents).isdigit() or len(euros) > 6 or len(cents) > 2:
        raise WrongTakings
    return int(euros or 0) * 100 + int(cents.ljust(2, "0"))
