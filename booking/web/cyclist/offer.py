"""A slot offered to who waits, by its signed link: look at it, take it, or leave it. Opening it never acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.appointments.open_page import has_page, open_page
from booking.appointments.policy import free_until
from booking.appointments.terms import (
    cancel_words,
    deposit_sentence,
    mediator_sentence,
    seller_lines,
    withdrawal_sentence,
)
from booking.waiting.accept import accept_offer, offered_work, total_of, what_forbids_answering
from booking.waiting.decline import decline_offer
from booking.waiting.links import offer_by_link, wait_link
from booking.waiting.models import SlotOffer
from booking.waiting.notify import works_of
from booking.web.cyclist.checkout import NOW_WORDS, Way
from booking.web.cyclist.doors import limited, private
from booking.web.cyclist.split import shares
from booking.web.cyclist.wait import search_url
from booking.web.cyclist.wait_form import AcceptForm
from collective.payments.ask import PaymentUnavailable
from collective.workshops.models import Workshop


@require_safe
@private
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Show the slot, its price, what is due now and until when it is kept."""
    at = database_now()
    offer = offer_by_link(token)
    if gone := _gone(request, offer, at=at):
        return gone
    total = total_of(offer)
    form = AcceptForm(offer=offer, total_cents=total, at=at)
    return render(request, "booking/cyclist/offer.html", page(offer, token, form, total, at=at))


@require_POST
@limited("book", "10/m")
@private
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take the slot: on to the payment page, or to the appointment when nothing is due now."""
    at = database_now()
    offer = offer_by_link(token)
    if gone := _gone(request, offer, at=at):
        return gone
    total = total_of(offer)
    form = AcceptForm(request.POST, offer=offer, total_cents=total, at=at)
    if not form.is_valid():
        return render(request, "booking/cyclist/offer.html", page(offer, token, form, total, at=at), status=400)
    try:
        appointment = accept_offer(offer=offer, at=at, **form.cleaned_data)
    except RuleBroken as rule:
        form.take_refusal(rule)
        context = page(offer, token, form, total, at=at)
        return render(request, "booking/cyclist/offer.html", context, status=rule.status)
    return _go_on(request, appointment, at=at)


@require_POST
@limited("change", "20/m")
@private
def decline(request: HttpRequest, token: str) -> HttpResponse:
    offer = offer_by_link(token)
    try:
        decline_offer(offer=offer, at=database_now())
    except RuleBroken as rule:
        messages.error(request, str(rule))
    else:
        messages.success(request, _("Thank you: the slot goes to the next person. You are still on the list."))
    return redirect("web:wait", token=wait_link(offer.wait))


def _gone(request: HttpRequest, offer: SlotOffer, *, at: datetime) -> HttpResponse | None:
    """Answer for an offer that can no longer be taken; one that was taken leads to its appointment."""
    if offer.state == SlotOffer.State.ACCEPTED and offer.appointment:
        return redirect("web:appointment", token=manage_link(offer.appointment))
    problem: RuleBroken | None = what_forbids_answering(offer, at=at)
    if problem is None and offer.wait.appointment is None:
        try:
            offered_work(offer)
        except BadInput as withdrawn:
            problem = withdrawn
    if problem is None:
        return None
    context = {
        "offer": offer,
        "workshop": offer.workshop,
        "wait": offer.wait,
        "sentence": str(problem),
        "wait_token": wait_link(offer.wait),
        "search_url": search_url(offer.wait),
    }
    return render(request, "booking/cyclist/offer_over.html", context, status=410)


def page(offer: SlotOffer, token: str, form: AcceptForm, total: int, *, at: datetime) -> dict[str, Any]:
    """Return the context of offer.html."""
    workshop, appointment = offer.workshop, offer.wait.appointment
    booked_at = appointment.booked_at if appointment else at
    free = free_until(workshop=workshop, starts_at=offer.starts_at, booked_at=booked_at)
    keeps = appointment.late_cancel_keeps_bp if appointment else workshop.late_cancel_keeps_bp
    return {
        "offer": offer,
        "token": token,
        "form": form,
        "wait": offer.wait,
        "workshop": workshop,
        "appointment": appointment,
        "works": works_of(offer.wait),
        "minutes": round((offer.ends_at - offer.starts_at).total_seconds() / 60),
        "total_cents": total,
        "ways": _ways(form, total),
        "seconds_left": max(0, int((offer.expires_at - at).total_seconds())),
        "seconds_whole": int((offer.expires_at - offer.offered_at).total_seconds()),
        "by_hand": workshop.confirms_by_hand,
        "policy": cancel_words(free_until=free, keeps_bp=keeps, zone=workshop.timezone),
        "deposit_words": deposit_sentence(workshop.deposit_kind) if Workshop.PayNow.DEPOSIT in form.ways else "",
        "seller": seller_lines(workshop.seller),
        "mediator": mediator_sentence(workshop.collective),
        "withdrawal": withdrawal_sentence(),
        **_price(offer, at=at),
    }


def _price(offer: SlotOffer, *, at: datetime) -> dict[str, Any]:
    appointment = offer.wait.appointment
    priced = appointment or offered_work(offer)
    labour, parts = priced.labour_cents, priced.parts_cents
    split = [] if appointment else shares(offer.workshop, labour_cents=labour, parts_cents=parts, at=at)
    return {"labour_cents": labour, "parts_cents": parts, "shares": split}


def _ways(form: AcceptForm, total_cents: int) -> list[Way]:
    if not form.ways:
        return []
    wanted = form["pay"].value()
    wanted = wanted if wanted in form.ways else next(iter(form.ways))
    return [
        Way(value, *NOW_WORDS[value], now_cents=now, later_cents=total_cents - now, chosen=value == wanted)
        for value, now in form.ways.items()
    ]


def _go_on(request: HttpRequest, appointment: Appointment, *, at: datetime) -> HttpResponse:
    """Send to the payment page; when that does not open, the slot is held and can be paid from the hold's page."""
    if appointment.status != Appointment.Status.UNPAID or not has_page(appointment):
        messages.success(request, _("It is yours."))
        return redirect("web:appointment", token=manage_link(appointment))
    try:
        url = open_page(appointment=appointment, at=at)
    except PaymentUnavailable as unavailable:
        messages.error(request, str(unavailable))
        return redirect("web:hold", token=appointment.hold.token)
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
