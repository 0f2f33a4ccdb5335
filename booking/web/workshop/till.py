"""What a workshop was given and has yet to follow: the bank, the payers' files, transfers nobody placed, vouchers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.models import Appointment
from booking.jobs.settle import TenderOfAnother, settle
from booking.tenders.amounts import WrongTakings, read_takings
from booking.tenders.claims import claim_paid, claim_refused, send_claim
from booking.tenders.follow import to_follow
from booking.tenders.given import Given
from booking.tenders.means import Means
from booking.tenders.models import Claim, Receipt, Tender
from booking.tenders.receipts import WrongReceipt, record_receipt
from booking.tenders.remit import remit_tender
from booking.tenders.rights import what_forbids_recording
from booking.tenders.vouchers import SOLD_BY, Issued, WrongVoucher, offer_voucher, sell_voucher
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work, workshop_or_404
from collective.workshops.models import Workshop
from collective.workshops.roles import coordinates, owns


@require_safe
@at_work
def till(request: HttpRequest, slug: str) -> HttpResponse:
    """The lists, each with what can be done about it."""
    workshop, at = workshop_or_404(request, slug), database_now()
    today = at.astimezone(workshop.zone).date()
    context = {
        **frame(request, workshop, at=at, current="till"),
        "follow": to_follow(workshop),
        "may_act": what_forbids_recording(workshop, by=request.user) is None,
        "may_offer": coordinates(request.user, workshop.collective),
        "is_owner": owns(request.user, workshop),
        "form_key": uuid.uuid4().hex,
        "sold_by": [(means.value, means.label) for means in SOLD_BY],
        "today": today,
        "in_a_year": today + timedelta(days=365),
    }
    return render(request, "booking/workshop/till.html", context)


@require_POST
@at_work
def remit(request: HttpRequest, slug: str) -> HttpResponse:
    """All that were ticked, or none of them."""

    def act(workshop: Workshop) -> str:
        ticked = [int(pk) for pk in request.POST.getlist("tender") if pk.isascii() and pk.isdecimal()]
        tenders = list(Tender.objects.filter(workshop=workshop, pk__in=ticked[:200]).order_by("pk"))
        if not tenders:
            raise TenderOfAnother
        at = database_now()
        with transaction.atomic():
            for tender in tenders:
                remit_tender(tender=tender, by=request.user, at=at)
        return _("At the bank, and in the books.")

    return _act(request, slug, act)


@require_POST
@at_work
def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    def act(workshop: Workshop) -> str:
        sent = request.POST
        record_receipt(
            workshop=workshop,
            cents=_euros(sent.get("amount", "")),
            payer=sent.get("payer", ""),
            note=sent.get("note", ""),
            received_on=_day(sent.get("received_on", ""), WrongReceipt),
            key=sent.get("key", ""),
            by=request.user,
            at=database_now(),
        )
        return _("Written down: it waits until you know which repair it pays.")

    return _act(request, slug, act)


@require_POST
@at_work
def match(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Place a transfer: it pays what its repair leaves, as far as it goes."""

    def act(workshop: Workshop) -> str:
        found = get_object_or_404(Receipt, workshop=workshop, pk=pk)
        numbered = Appointment.objects.numbered(request.POST.get("number", "").strip().upper()[:14])
        appointment = numbered.filter(workshop=workshop).first()
        if appointment is None:
            raise TenderOfAnother(_("No repair of this workshop has that number."))
        given = Given(means=Means.TRANSFER, receipt=found.pk, key=request.POST.get("key", ""))
        settle(appointment=appointment, given=given, by=request.user, at=database_now())
        return _("Matched, and in the books.")

    return _act(request, slug, act)


@require_POST
@at_work
def claim(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move a payer's file on."""

    def act(workshop: Workshop) -> str:
        found = get_object_or_404(Claim, tender__workshop=workshop, pk=pk)
        known: dict[str, Any] = {"claim": found, "by": request.user, "at": database_now()}
        done = request.POST.get("done", "")
        if done == "paid":
            claim_paid(**known)
        elif done in ("customer", "workshop"):
            claim_refused(reason=request.POST.get("reason", ""), workshop_bears=done == "workshop", **known)
        else:
            send_claim(file_number=request.POST.get("number", ""), **known)
        return _("Noted, and in the books.")

    return _act(request, slug, act)


@require_POST
@at_work
def voucher(request: HttpRequest, slug: str) -> HttpResponse:
    def act(workshop: Workshop) -> str:
        sent = request.POST
        issued = sell_voucher(
            workshop=workshop,
            cents=_euros(sent.get("amount", "")),
            means=sent.get("means", ""),
            expires_on=_day(sent.get("expires_on", ""), WrongVoucher),
            key=sent.get("key", ""),
            by=request.user,
            at=database_now(),
        )
        return _code_of(issued)

    return _act(request, slug, act)


@require_POST
@at_work
def offer(request: HttpRequest, slug: str) -> HttpResponse:
    """From the common fund, by a coordinator: for any workshop of the collective."""

    def act(workshop: Workshop) -> str:
        sent = request.POST
        issued = offer_voucher(
            collective=workshop.collective,
            cents=_euros(sent.get("amount", "")),
            reason=sent.get("reason", ""),
            expires_on=_day(sent.get("expires_on", ""), WrongVoucher),
            key=sent.get("key", ""),
            by=request.user,
            at=database_now(),
        )
        return _code_of(issued)

    return _try(request, workshop_or_404(request, slug), act)


def _code_of(issued: Issued) -> str:
    if not issued.code:
        return _("This voucher was issued already; its code was shown then.")
    return _("Voucher %(code)s. Write it down now: it is not shown again.") % {"code": issued.code}


def _act(request: HttpRequest, slug: str, act: Callable[[Workshop], str]) -> HttpResponse:
    """For the people of the workshop."""
    workshop = workshop_or_404(request, slug)
    if forbidden := what_forbids_recording(workshop, by=request.user):
        raise forbidden
    return _try(request, workshop, act)


def _try(request: HttpRequest, workshop: Workshop, act: Callable[[Workshop], str]) -> HttpResponse:
    """Act, and go back to the lists with what happened, or why it did not."""
    try:
        messages.success(request, act(workshop))
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
    return redirect("web:till", slug=workshop.slug)


def _euros(typed: str) -> int:
    if not (cents := read_takings(typed)):
        raise WrongTakings
    return cents


def _day(typed: str, refusal: type[RuleBroken]) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as wrong:
        raise refusal from wrong
