"""One appointment as its workshop sees it, and what the workshop does with it. Only a POST acts."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from booking.appointments.accept import accept_appointment, what_forbids_answering
from booking.appointments.balance import what_forbids_paying
from booking.appointments.cancel import cancel_appointment, what_forbids_cancelling
from booking.appointments.models import Appointment, Proposal
from booking.appointments.no_show import mark_no_show, what_forbids_no_show
from booking.appointments.payments_of import paid_as_the_workshop_sees, payments_of
from booking.appointments.propose import propose_time, what_forbids_proposing
from booking.appointments.refuse import refuse_appointment
from booking.diagnosis.kept import read_kept
from booking.jobs.finish import what_forbids_finishing
from booking.jobs.pick_up import finish_at_pick_up, refused_cards
from booking.jobs.quote import what_forbids_quoting
from booking.jobs.settle import what_forbids_settling
from booking.tenders.bill import left_by_reference
from booking.web.cyclist.appointment import happened
from booking.web.cyclist.change import other_times as free_times
from booking.web.cyclist.hold import read_pressed
from booking.web.tenders_shown import paid_of
from booking.web.workshop.day import frame, local_day
from booking.web.workshop.doors import act_on, appointment_or_404, at_work, go_back_refused
from booking.web.workshop.settle_form import read_given, settle_context
from booking.web.workshop.shown import equipment_of, outside_hours, read_visit
from collective.members.models import User
from collective.sharing.vat import vat_bp
from collective.sharing.what_shares import Shares, what_shares
from collective.workshops.roles import owns, works_at

MOST_SLOTS = 80
Status = Appointment.Status
MARKS = {Status.CONFIRMED: "ok", Status.DONE: "ok", Status.REQUESTED: "wait"}


@require_safe
@at_work
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything known of an appointment, with the buttons that its rules allow this person now."""
    appointment, at = appointment_or_404(request, pk), database_now()
    workshop, diagnosis = appointment.workshop, appointment.diagnosis
    works_here, day = works_at(request.user, workshop), local_day(workshop, appointment.starts_at)
    shown = read_visit(
        appointment,
        equipment_of([appointment]),
        works_here=works_here,
        at=at,
        outside=outside_hours(workshop, day, day, at=at).get(appointment.pk, ""),
        paid_cents=paid_as_the_workshop_sees([appointment])[appointment.pk],
        refused=refused_cards([appointment.number]),
        owed=left_by_reference([appointment.number]),
    )
    context = {
        **frame(request, workshop, at=at),
        **what_may_be_done(appointment, by=request.user, at=at),
        "visit": shown,
        "appointment": appointment,
        "day": day,
        "mark": MARKS.get(Status(appointment.status), "off"),
        "lines": list(appointment.lines.all()),
        "items": read_kept(diagnosis) if diagnosis else [],
        "photos": list(diagnosis.photos.all()) if diagnosis else [],
        "comment": diagnosis.comment if diagnosis else "",
        "changes": [(change, happened(change)) for change in appointment.changes.select_related("by")],
        "proposal": appointment.proposals.filter(state=Proposal.State.OPEN, expires_at__gt=at).first(),
        "quote": appointment.quotes.open_().filter(expires_at__gt=at).first(),
        "shares": shares_of(appointment),
        "works_here": works_here,
        "paid": paid_of(appointment, is_owner=owns(request.user, workshop), works_here=works_here),
        "inside": True,
        **settle_context(appointment, left_cents=shown.left_cents, at=at),
    }
    return render(request, "booking/workshop/visit.html", context)


def what_may_be_done(appointment: Appointment, *, by: User, at: datetime) -> dict[str, bool]:
    """The page's buttons: each stands where the use case behind it would not refuse."""
    return {
        "may_answer": what_forbids_answering(appointment, by=by, at=at) is None,
        "may_propose": what_forbids_proposing(appointment, by=by, at=at) is None,
        "may_finish": what_forbids_finishing(appointment, by=by, at=at) is None,
        "may_settle": what_forbids_settling(appointment, by=by) is None,
        "may_be_absent": what_forbids_no_show(appointment, by=by, at=at) is None,
        "may_quote": what_forbids_quoting(appointment, by=by) is None,
        "may_ask_rest": works_at(by, appointment.workshop)
        and bool(appointment.email)
        and what_forbids_paying(appointment) is None,
        "may_cancel": what_forbids_cancelling(appointment, by=by, at=at) is None
        and appointment.status != Status.REQUESTED,  # a request is refused, which says the same with its reason
    }


def shares_of(appointment: Appointment) -> Shares:
    """Where the money of this repair goes, by the rule kept at booking; the card's fee once it is known."""
    return what_shares(
        labour_cents=appointment.labour_cents,
        parts_cents=appointment.parts_cents,
        fund_bp=appointment.fund_bp,
        platform_bp=appointment.platform_bp,
        vat_bp=vat_bp(seller=appointment.workshop.seller, on=local_day(appointment.workshop, appointment.starts_at)),
        fee_cents=sum(payment.fee_cents or 0 for payment in payments_of(appointment)),
    )


@require_safe
@at_work
def other_times(request: HttpRequest, pk: int) -> HttpResponse:
    """The free times of the same length, to propose one to the customer."""
    appointment, at = appointment_or_404(request, pk), database_now()
    if forbidden := what_forbids_proposing(appointment, by=request.user, at=at):
        return go_back_refused(request, appointment, forbidden)
    context = {
        **frame(request, appointment.workshop, at=at),
        **free_times(appointment, at=at, limit=MOST_SLOTS),
        "appointment": appointment,
    }
    return render(request, "booking/workshop/other_times.html", context)


@require_POST
@at_work
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(request, pk, accept_appointment, _("Accepted. The customer has been told."))


@require_POST
@at_work
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    act = partial(refuse_appointment, reason=request.POST.get("reason", ""))
    return act_on(request, pk, act, _("Refused. The customer has been told, nothing is charged."))


@require_POST
@at_work
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    def act(**known: Any) -> None:
        propose_time(**read_pressed(request)._asdict(), **known)

    return act_on(request, pk, act, _("Proposed. The slot is kept while the customer answers; nothing moves before."))


@require_POST
@at_work
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    def act(**known: Any) -> None:
        given = read_given(request)
        finish_at_pick_up(tenders=[given] if given else [], **known)

    return act_on(request, pk, act, _("Done, and in the books."))


@require_POST
@at_work
def no_show(request: HttpRequest, pk: int) -> HttpResponse:
    return act_on(request, pk, mark_no_show, _("Noted: nobody came."))


@require_POST
@at_work
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    act = partial(cancel_appointment, reason=request.POST.get("reason", ""))
    return act_on(request, pk, act, _("Cancelled. The customer has been told and gets everything back."))
