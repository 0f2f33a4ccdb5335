"""What the holder of the link may do to an appointment: move, cancel, withdraw, answer a proposal. Only a POST acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.answer_proposal import accept_proposal, decline_proposal
from booking.appointments.cancel import cancel_appointment, what_forbids_cancelling, what_is_refunded
from booking.appointments.give_money_back import paid_online_cents
from booking.appointments.links import appointment_by_link
from booking.appointments.models import Appointment, Proposal
from booking.appointments.move import move_appointment, what_forbids_moving
from booking.appointments.seat import start_of
from booking.appointments.terms import cancel_sentence, withdrawal_sentence
from booking.appointments.where import where_of
from booking.appointments.withdraw import what_forbids_withdrawing, withdraw
from booking.appointments.work import work_of
from booking.availability.days import drop_off_days
from booking.availability.scan import slots_of
from booking.availability.take import SlotTaken
from booking.web.cyclist.appointment import base
from booking.web.cyclist.asked import DAYS_AHEAD
from booking.web.cyclist.doors import limited, private
from booking.web.cyclist.hold import read_pressed
from booking.web.cyclist.shown import by_day
from collective.members.models import User
from collective.timetable.drop_off import DayFull

OPENS_AND_ACTS = ["GET", "HEAD", "POST"]


def who(request: HttpRequest, appointment: Appointment) -> User | None:
    """The account that booked, when it is the one signed in; otherwise the holder of the link."""
    if request.user.is_authenticated and request.user.pk == appointment.cyclist_id:
        return request.user
    return None


@require_http_methods(OPENS_AND_ACTS)
@limited("change", "20/m")
@private
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Show the free slots and drop-off days of the same workshop; a press moves the appointment there."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    by = who(request, appointment)
    if forbidden := what_forbids_moving(appointment, by=by, at=at):
        return _refuse(request, token, forbidden)
    status = 200
    if request.method == "POST":
        try:
            move_appointment(appointment=appointment, **read_pressed(request)._asdict(), by=by, at=at)
        except (SlotTaken, DayFull) as taken:
            messages.error(request, str(taken))
            status = taken.status
        else:
            return _done(request, token, _("Your appointment is moved."))
    context = base(appointment, token) | other_times(appointment, at=at) | {"policy": cancel_sentence(appointment)}
    return render(request, "booking/cyclist/move.html", context, status=status)


def other_times(appointment: Appointment, *, at: datetime, limit: int | None = None) -> dict[str, Any]:
    """The free slots by day, and the days on which the bicycle can be left; the present one is in neither."""
    workshop, work, now = appointment.workshop, work_of(appointment), start_of(appointment)
    today = at.astimezone(workshop.zone).date()
    dates = {"first": today, "last": today + timedelta(days=DAYS_AHEAD)}
    free = slots_of(work=work, **dates, at=at, own=appointment, limit=limit, where=where_of(appointment))
    left = drop_off_days(work=work, **dates, at=at, own=appointment)
    return {
        "days": by_day([slot for slot in free if slot.starts_at != now.starts_at], workshop),
        "drop_offs": [one for one in left if one.day != now.day],
    }


@require_http_methods(OPENS_AND_ACTS)
@limited("change", "20/m")
@private
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is given back; the button on that page cancels."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    by = who(request, appointment)
    if forbidden := what_forbids_cancelling(appointment, by=by, at=at):
        return _refuse(request, token, forbidden)
    if request.method == "POST":
        reason = request.POST.get("raison", "")[:240]
        cancel_appointment(appointment=appointment, by=by, reason=reason, at=at)
        return _done(request, token, _("Your appointment is cancelled. We have told the workshop."))
    context = base(appointment, token) | {
        "refund": what_is_refunded(appointment=appointment, at=at),
        "paid_cents": paid_online_cents(appointment),
        "policy": cancel_sentence(appointment),
        "can_move": what_forbids_moving(appointment, by=by, at=at) is None,
    }
    return render(request, "booking/cyclist/cancel.html", context)


@require_http_methods(OPENS_AND_ACTS)
@limited("change", "20/m")
@private
def withdraw_here(request: HttpRequest, token: str) -> HttpResponse:
    """Withdraw in two steps: a declaration, then its confirmation (C. conso L221-21, D221-5)."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    by = who(request, appointment)
    if forbidden := what_forbids_withdrawing(appointment, by=by, at=at):
        return _refuse(request, token, forbidden)
    step = request.POST.get("etape", "")
    if step == "confirmer":
        withdraw(appointment=appointment, by=by, at=at)
        return _done(request, token, _("Your withdrawal is received. An acknowledgement goes to your e-mail."))
    context = base(appointment, token) | {
        "declared": step == "declarer",
        "paid_cents": paid_online_cents(appointment),
        "withdrawal": withdrawal_sentence(),
    }
    return render(request, "booking/cyclist/withdraw.html", context)


@require_http_methods(OPENS_AND_ACTS)
@limited("change", "20/m")
@private
def proposal(request: HttpRequest, token: str) -> HttpResponse:
    """Show the time the workshop proposes beside the present one; a button accepts or declines."""
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    proposed = appointment.proposals.order_by("-proposed_at", "-pk").first()
    if proposed is None or proposed.state != Proposal.State.OPEN or proposed.expires_at <= at:
        messages.info(request, _("No proposal waits for your answer. This is how your appointment stands."))
        return redirect("web:appointment", token=token)
    if request.method == "POST":
        answer = accept_proposal if request.POST.get("reponse") == "oui" else decline_proposal
        word = _("The new time is yours.") if answer is accept_proposal else _("Your appointment stays as it was.")
        try:
            answer(proposal=proposed, by=who(request, appointment), at=at)
        except RuleBroken as rule:
            return _refuse(request, token, rule)
        return _done(request, token, word)
    return render(request, "booking/cyclist/proposal.html", base(appointment, token) | {"proposal": proposed})


def _done(request: HttpRequest, token: str, word: str) -> HttpResponse:
    messages.success(request, word)
    return redirect("web:appointment", token=token)


def _refuse(request: HttpRequest, token: str, rule: RuleBroken) -> HttpResponse:
    messages.error(request, str(rule))
    return redirect("web:appointment", token=token)
