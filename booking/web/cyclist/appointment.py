"""An appointment by its signed link: what stands, what happened, what may still be changed. Opening it never acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from booking.appointments.balance import what_forbids_paying
from booking.appointments.calendar_file import Method, calendar_file, place_of
from booking.appointments.cancel import what_forbids_cancelling, what_is_refunded
from booking.appointments.give_money_back import paid_online_cents
from booking.appointments.links import appointment_by_link, manage_link, quote_url
from booking.appointments.models import Appointment, AppointmentChange, Proposal
from booking.appointments.move import what_forbids_moving
from booking.appointments.payments_of import owed_cents, to_pay_cents
from booking.appointments.terms import cancel_sentence, deposit_sentence, mediator_sentence, seller_lines
from booking.appointments.withdraw import what_forbids_withdrawing
from booking.diagnosis.kept import read_kept
from booking.jobs.bill import bill
from booking.jobs.invoice import papers_of
from booking.waiting.ask_earlier import wait_of, what_forbids_asking_earlier
from booking.waiting.links import offer_link, wait_link
from booking.waiting.models import Wait
from booking.waiting.queue import names_of_work
from booking.web.cyclist.doors import private
from booking.web.cyclist.split import placed
from booking.web.cyclist.waits_shown import WaitInWords, in_words
from booking.web.tenders_shown import paid_of
from collective.members.models import User
from collective.payments.models import KeptCard

Status = Appointment.Status


@dataclass(frozen=True)
class State:
    """A status as the page says it; `mark` is the component's kind."""

    title: str | Promise
    words: str | Promise
    mark: str


STATES = {
    Status.UNPAID: State(_("One step is missing"), _("This booking waits for its payment."), "wait"),
    Status.REQUESTED: State(_("Your request is sent"), _("The workshop has yet to answer."), "wait"),
    Status.CONFIRMED: State(_("It is booked"), _("The workshop expects you."), "ok"),
    Status.REFUSED: State(_("The workshop cannot take you"), _("Nothing was kept of your money."), "off"),
    Status.LAPSED: State(
        _("This booking lapsed"), _("It was not paid or not answered in time: the slot is free again."), "off"
    ),
    Status.CANCELLED: State(_("Cancelled"), _("This appointment will not take place."), "off"),
    Status.DONE: State(_("Repaired"), _("The work is done. Ride well!"), "ok"),
    Status.NO_SHOW: State(_("We missed you"), _("Nobody came at the time of the appointment."), "off"),
}
HAPPENED = {
    "booked": _("Ordered"),
    "requested": _("Sent to the workshop"),
    "confirmed": _("Booked"),
    "accepted": _("Accepted by the workshop"),
    "refused": _("Refused by the workshop"),
    "proposed": _("The workshop proposed another time"),
    "declined": _("Proposal declined"),
    "proposal_lapsed": _("Proposal lapsed"),
    "moved": _("Moved"),
    "cancelled": _("Cancelled"),
    "withdrawn": _("Withdrawn from the contract"),
    "given_up": _("Given up before paying"),
    "lapsed": _("Lapsed"),
    "paid_too_late": _("Paid too late: given back"),
    "balance_asked": _("The workshop sent the link to pay the rest"),
    "paid_later": _("Paid online"),
    "quoted": _("The workshop wrote a quote"),
    "quote_agreed": _("Quote agreed"),
    "quote_refused": _("Quote refused"),
    "hold_over": _("The bank let go of what was reserved on the card"),
    "card_refused": _("The bank refused the card"),
    "card_forgotten": _("Your card is forgotten"),
    "done": _("Repaired"),
    "paid": _("A payment was recorded"),
    "taken_back": _("A payment was taken back"),
    "no_show": _("Nobody came"),
}


@require_safe
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    at = database_now()
    appointment = appointment_by_link(token, at=at)
    return render(request, "booking/cyclist/appointment.html", page(request, appointment, token, at=at))


def page(request: HttpRequest, appointment: Appointment, token: str, *, at: datetime) -> dict[str, Any]:
    """Return the context of the appointment's page."""
    return base(appointment, token) | {
        "state": STATES[Status(appointment.status)],
        "just_booked": "merci" in request.GET and appointment.is_open,
        "lines": list(appointment.lines.all()),
        "place": place_of(appointment),
        **_money(appointment, at=at),
        "paid": paid_of(appointment),
        "inside": False,
        "history": [(change, happened(change)) for change in appointment.changes.select_related("by")],
        "proposal": appointment.proposals.filter(state=Proposal.State.OPEN, expires_at__gt=at).first(),
        "diagnosis": appointment.diagnosis,
        "kept": read_kept(appointment.diagnosis) if appointment.diagnosis else [],
        "photos": list(appointment.diagnosis.photos.all()) if appointment.diagnosis else [],
        "can_move": what_forbids_moving(appointment, by=None, at=at) is None,
        "can_cancel": what_forbids_cancelling(appointment, by=None, at=at) is None,
        "can_withdraw": what_forbids_withdrawing(appointment, at=at) is None,
        "refund": what_is_refunded(appointment=appointment, at=at) if appointment.is_open else None,
        "policy": cancel_sentence(appointment),
        "deposit_words": deposit_sentence(appointment.deposit_kind) if appointment.deposit_kind else "",
        "seller": seller_lines(appointment.workshop.seller),
        "mediator": mediator_sentence(appointment.workshop.collective),
        "papers": papers_of(appointment),
        "hold_url": _hold_url(appointment, at=at),
        **_earlier(appointment, at=at),
    }


def _money(appointment: Appointment, *, at: datetime) -> dict[str, Any]:
    """The bill, what may be paid now, and a price that waits for an answer."""
    quote = appointment.quotes.open_().filter(expires_at__gt=at).first()
    paid, to_pay, said = paid_online_cents(appointment), to_pay_cents(appointment), bill(appointment)
    return {
        "bill": said,
        "bars": placed(said.parts),
        "paid_cents": paid,
        "left_cents": owed_cents(appointment) if appointment.status == Status.DONE else max(0, to_pay - paid),
        "card": appointment.card if appointment.card and appointment.card.state == KeptCard.State.SAVED else None,
        "can_pay": what_forbids_paying(appointment) is None,
        "quote": quote,
        "quote_url": quote_url(quote) if quote else "",
    }


def _earlier(appointment: Appointment, *, at: datetime) -> dict[str, Any]:
    """What the page says of coming sooner: asked for, offered, or still possible to ask."""
    wait = wait_of(appointment)
    offer = wait.offers.open_().filter(expires_at__gt=at).first() if wait else None
    may_ask = wait is None and what_forbids_asking_earlier(appointment, by=None, at=at) is None
    return {
        "can_ask_earlier": may_ask,
        "wait_token": wait_link(wait) if wait else "",
        "earlier_offer": offer,
        "earlier_token": offer_link(offer) if offer else "",
    }


def base(appointment: Appointment, token: str) -> dict[str, Any]:
    """What every page about this appointment shows."""
    return {
        "appointment": appointment,
        "workshop": appointment.workshop,
        "zone": appointment.workshop.timezone,
        "token": token,
    }


def happened(change: AppointmentChange) -> str | Promise:
    return HAPPENED.get(change.kind, change.kind)


def _hold_url(appointment: Appointment, *, at: datetime) -> str:
    hold = appointment.hold
    if appointment.status != Status.UNPAID or hold is None or not hold.is_live(at=at):
        return ""
    return reverse("web:hold", args=[hold.token])


@require_safe
@private
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    appointment = appointment_by_link(token, at=database_now())
    method: Method = "CANCEL" if appointment.status in (Status.CANCELLED, Status.REFUSED, Status.LAPSED) else "PUBLISH"
    response = HttpResponse(calendar_file(appointment, method=method), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="moyeu-{appointment.number}.ics"'
    return response


@require_safe
@login_required
@private
def mine(request: HttpRequest) -> HttpResponse:
    """List the appointments of the account, the next ones first."""
    at = database_now()
    own = Appointment.objects.filter(cyclist=request.user.pk).select_related("workshop")
    rows = [
        (appointment, STATES[Status(appointment.status)], manage_link(appointment))
        for appointment in own.prefetch_related("lines").order_by("starts_at", "pk")
    ]
    ahead = [row for row in rows if row[0].ends_by > at and not row[0].closed_at]
    behind = [row for row in reversed(rows) if row not in ahead]
    context = {"ahead": ahead, "behind": behind, "waits": _waits(request.user)}
    return render(request, "booking/cyclist/mine.html", context)


def _waits(user: User) -> list[tuple[WaitInWords, str]]:
    """What the account waits for, each with its link."""
    waits = list(Wait.objects.waiting().filter(cyclist=user).select_related("appointment__workshop").order_by("pk"))
    names = names_of_work(waits)
    return [(in_words(wait, names), wait_link(wait)) for wait in waits]
