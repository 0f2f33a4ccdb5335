"""Keep a slot while one says who comes and pays: take it, look at it, ten more minutes, give it back, book."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.book import book
from booking.appointments.extend import extend_hold
from booking.appointments.give_back import give_back_hold
from booking.appointments.hold import hold_day, hold_slot
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment, Hold
from booking.appointments.open_page import has_page, open_page
from booking.appointments.seat import Start
from booking.availability.needs import OffersOfAnother, works_for
from booking.availability.take import SlotTaken, alternatives
from booking.services.offers import Offer
from booking.web.cyclist.asked import named, read_codes, read_diagnosis
from booking.web.cyclist.book_form import BookForm
from booking.web.cyclist.checkout import checkout
from booking.web.cyclist.days import nearest_days
from booking.web.cyclist.doors import limited, private
from booking.web.cyclist.searched import carried, read_brand, read_where
from booking.web.cyclist.slots import own_hold
from collective.payments.ask import PaymentUnavailable
from collective.timetable.drop_off import DayFull, arrival
from collective.workshops.models import Workshop

ALTERNATIVES = 3


class UnreadableMoment(BadInput):
    code = "unreadable_moment"
    message = gettext_lazy("This slot cannot be read. Please choose it again from the list.")


@require_POST
@limited("hold", "20/m")
@private
def take(request: HttpRequest) -> HttpResponse:
    """Keep the slot or the day that was pressed; when somebody was faster, say so and offer the nearest."""
    at = database_now()
    workshop = get_object_or_404(Workshop.objects.open_to_all(), slug=request.POST.get("atelier", ""))
    codes = read_codes(request.POST)
    offers = offers_of(workshop, set(request.POST.getlist("i")))
    start, search, bike = read_pressed(request), read_back(request), request.POST.get("velo", "")
    wanted: dict[str, Any] = {
        "offers": offers,
        "bike_type": bike,
        "certification": read_brand(search, bike_type=bike),
        "diagnosis": read_diagnosis(request.POST),
        "instead_of": own_hold(request, at=at),
        "at": at,
    }
    where = read_where(search) if workshop.is_itinerant else None
    try:
        if start.day:
            hold = hold_day(day=start.day, **wanted)
        else:
            place = {"where": where.point, "place": where.name} if where else {}
            hold = hold_slot(starts_at=start.starts_at, **place, **wanted)
    except (SlotTaken, DayFull) as taken:
        return _taken(request, taken, workshop, codes, start, at=at)
    request.session["hold"] = str(hold.token)
    return redirect("web:hold", token=hold.token)


def offers_of(workshop: Workshop, codes: set[str]) -> list[Offer]:
    """
    The workshop's offers of this work: of all of it, for nobody may find out at the counter that a part was left out.

    :raises OffersOfAnother: when it does not sell every piece.
    """
    offers = Offer.objects.on_sale().filter(workshop=workshop, intervention__code__in=codes)
    found = list(offers.select_related("intervention", "workshop"))
    if {offer.intervention.code for offer in found} != codes:
        raise OffersOfAnother
    return found


def read_moment(text: str) -> datetime:
    """
    Read a moment with its offset.

    :raises UnreadableMoment: for anything else.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UnreadableMoment
    return moment


def read_pressed(request: HttpRequest) -> Start:
    """
    Read the button that was pressed: a time, or a day on which the bicycle is left.

    :raises UnreadableMoment: for anything else.
    """
    if "depot" not in request.POST:
        return Start(read_moment(request.POST.get("debut", "")), None)
    try:
        return Start(None, date.fromisoformat(request.POST["depot"]))
    except ValueError:
        raise UnreadableMoment from None


def _taken(
    request: HttpRequest, taken: RuleBroken, workshop: Workshop, codes: tuple[str, ...], start: Start, *, at: datetime
) -> HttpResponse:
    """Offer the nearest times, here and elsewhere, and the nearest days on which a bicycle can be left here."""
    bike, search = request.POST.get("velo", ""), read_back(request)
    work = works_for(
        interventions=codes,
        bike_type=bike,
        workshops=[workshop],
        certification=read_brand(search, bike_type=bike),
    )[workshop.pk]
    starts_at = start.starts_at or arrival(workshop, start.day).starts_at
    lat, lon = _where_from(search, workshop)
    context = {
        "sentence": str(taken),
        "starts_at": starts_at,
        "workshop": workshop,
        "others": alternatives(work=work, starts_at=starts_at, at=at, lat=lat, lon=lon, count=ALTERNATIVES),
        "days": nearest_days(work, starts_at, at=at),
        "works": named(codes),
        "carried": carried(search, codes=codes, bike=bike, diagnosis=read_diagnosis(request.POST)),
        "query": search,
    }
    return render(request, "booking/cyclist/taken.html", context, status=taken.status)


def read_back(request: HttpRequest) -> QueryDict:
    """The search that the slot came from, as a query."""
    return QueryDict(request.POST.get("retour", "")[:2000])


def _where_from(search: QueryDict, workshop: Workshop) -> tuple[float, float]:
    """The place that was searched from, or else the workshop's own."""
    try:
        where = read_where(search)
    except BadInput:
        where = None
    return (where.point.lat, where.point.lon) if where else (workshop.lat, workshop.lon)


@require_safe
@private
def show(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Show what is kept, until when, and the form of who comes and how it is paid."""
    at = database_now()
    hold = find_hold(token)
    appointment = appointment_of(hold)
    if appointment and appointment.status != Appointment.Status.UNPAID:
        return redirect("web:appointment", token=manage_link(appointment))
    if not hold.is_live(at=at):
        return render(request, "booking/cyclist/hold_over.html", over_context(hold), status=410)
    form = BookForm(hold=hold, at=at, initial=BookForm.known(request, appointment))
    return render(request, "booking/cyclist/hold.html", checkout(hold, form, appointment, at=at))


def find_hold(token: uuid.UUID) -> Hold:
    held = Hold.objects.select_related("workshop__seller", "workshop__collective", "mechanic", "diagnosis")
    return get_object_or_404(held, token=token)


def appointment_of(hold: Hold) -> Appointment | None:
    return Appointment.objects.filter(hold=hold).select_related("payment").first()


def over_context(hold: Hold) -> dict[str, Any]:
    """What the page of a hold that is over needs: the same work can be looked for again."""
    lines = list(hold.lines.select_related("offer__intervention"))
    query = [("i", line.offer.intervention.code) for line in lines] + [("velo", hold.bike_type)]
    query += [(name, value) for name, value in (("lieu", hold.place), ("marque", hold.certification)) if value]
    if hold.diagnosis:
        query.append(("d", str(hold.diagnosis.token)))
    return {"hold": hold, "workshop": hold.workshop, "again_url": f"{reverse('web:slots')}?{urlencode(query)}"}


@require_POST
@limited("hold", "20/m")
@private
def extend(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    hold = find_hold(token)
    try:
        extend_hold(hold=hold, at=database_now())
    except RuleBroken as rule:
        messages.error(request, str(rule))
    else:
        messages.success(request, _("The slot is kept ten minutes longer."))
    return redirect("web:hold", token=token)


@require_POST
@private
def give_back(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Free the slot at once and go back to the list."""
    hold = find_hold(token)
    give_back_hold(hold=hold, at=database_now())
    request.session.pop("hold", None)
    messages.success(request, _("The slot is free again."))
    return redirect(over_context(hold)["again_url"])


@require_POST
@limited("book", "10/m")
@private
def order(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Book, then go to the payment page, or to the confirmation when nothing is due now."""
    at = database_now()
    hold = find_hold(token)
    form = BookForm(request.POST, hold=hold, at=at)
    if not form.is_valid():
        context = checkout(hold, form, appointment_of(hold), at=at)
        return render(request, "booking/cyclist/hold.html", context, status=400)
    try:
        appointment = book(
            hold=hold,
            language=get_language() or "fr",
            cyclist=request.user if request.user.is_authenticated else None,
            at=at,
            **form.cleaned_data,
        )
    except RuleBroken as rule:
        if not hold.is_live(at=at):
            return render(request, "booking/cyclist/hold_over.html", over_context(hold), status=410)
        form.take_refusal(rule)
        context = checkout(hold, form, appointment_of(hold), at=at)
        return render(request, "booking/cyclist/hold.html", context, status=rule.status)
    request.session.pop("hold", None)
    return _go_on(request, hold, form, appointment, at=at)


def _go_on(request: HttpRequest, hold: Hold, form: BookForm, appointment: Appointment, *, at: datetime) -> HttpResponse:
    """Send to the payment page; when the payment service does not answer, keep everything and say so."""
    if appointment.status != Appointment.Status.UNPAID or not has_page(appointment):
        return redirect("web:appointment", token=manage_link(appointment))
    try:
        url = open_page(appointment=appointment, at=at)
    except PaymentUnavailable as unavailable:
        form.add_error(None, str(unavailable))
        context = checkout(hold, form, appointment, at=at)
        return render(request, "booking/cyclist/hold.html", context, status=unavailable.status)
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
