"""Where and when: the next slots of the workshops near a place, for exactly this work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput
from booking.appointments.models import BikeType, Hold
from booking.availability.needs import works_for
from booking.availability.search import find_slots, slots_of
from booking.services.models import Intervention
from booking.web.cyclist.asked import (
    DAYS_AHEAD,
    Asked,
    SearchForm,
    read_asked,
    read_codes,
    read_diagnosis,
    read_form,
    suggestions,
)
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.cyclist.shown import LOOKED_AT, Card, by_day, cards, map_data, tags
from booking.web.cyclist.ways_out import ways_out
from collective.places.find import UnknownPlace
from collective.workshops.models import Workshop

REASONS = {
    "no_workshop_near": _("No workshop of the collective is that near."),
    "none_fits_the_filters": _("No workshop near there is of that kind, or has what you ticked."),
    "not_offered_near": _("The workshops near there do not offer this work."),
    "nobody_able": _("The workshops near there lack the person or the stand for this work."),
    "all_taken": _("The workshops near there are full on those days."),
}


@require_safe
def slots(request: HttpRequest) -> HttpResponse:
    """List workshops and slots for the work named in the address; without work, send to choose some."""
    codes = read_codes(request.GET)
    if not codes:
        return redirect("web:work")
    at = database_now()
    form = read_form(request.GET, at=at)
    context = {
        "form": form,
        "query": request.GET,
        "codes": codes,
        "works": named(codes),
        "diagnosis": read_diagnosis(request.GET),
        "problem": "",
        "suggestions": [],
        "cards": [],
        "found": None,
        "asked": None,
        "ways": [],
        "reason": "",
        "map": None,
        "outline_url": "",
        "bike": form["velo"].value() or BikeType.CITY,
    }
    try:
        if not form.is_valid():
            raise BadInput(_("Something in this search cannot be read: see below."))
        context |= _found(request, form, codes, at=at)
    except UnknownPlace as unknown:
        context |= {"problem": str(unknown), "suggestions": _meant(request)}
    except BadInput as bad:
        context["problem"] = str(bad)
    # htmx shows what answers 200 only; everything else learns that the request was not understood.
    status = 400 if context["problem"] and not asked_by_htmx(request) else 200
    return render(request, "booking/cyclist/slots.html", context, status=status)


def _found(request: HttpRequest, form: SearchForm, codes: tuple[str, ...], *, at: datetime) -> dict[str, Any]:
    asked = read_asked(form, codes=codes, diagnosis=read_diagnosis(request.GET))
    found = find_slots(**asked.search(today=at.date()), at=at, own=own_hold(request, at=at), per_workshop=LOOKED_AT)
    shown = cards(found)
    free = any(card.days for card in shown)
    return {
        "asked": asked,
        "found": found,
        "cards": shown if free else [],
        "map": map_data(shown, asked) if free else None,
        "outline_url": _outline_url(shown, asked),
        "reason": "" if free else REASONS.get(found.nothing_because or "", REASONS["all_taken"]),
        "ways": [] if free else ways_out(asked, request.GET, at=at),
    }


def _outline_url(shown: list[Card], asked: Asked) -> str:
    """The ground of the map: wide enough for every pin, rounded so that near searches share an answer."""
    km = max([card.distance_km for card in shown], default=5.0)
    point = {"lat": f"{asked.lat:.2f}", "lon": f"{asked.lon:.2f}", "km": min(60, int(km) + 5)}
    return f"{reverse('web:outline')}?{urlencode(point)}"


def _meant(request: HttpRequest) -> list[tuple[str, str]]:
    """The nearest names, each with the address of the same search there."""
    meant = []
    for label in suggestions(request.GET.get("lieu", "")):
        query = request.GET.copy()
        query["lieu"] = label
        meant.append((label, query.urlencode()))
    return meant


@require_safe
def workshop_slots(request: HttpRequest, slug: str) -> HttpResponse:
    """All the slots of one workshop for this work, over three weeks."""
    workshop = get_object_or_404(Workshop.objects.open_to_all(), slug=slug)
    codes = read_codes(request.GET)
    if not codes:
        return redirect(f"{reverse('web:workshop_page', args=[slug])}#prestations")
    at = database_now()
    bike = read_form(request.GET, at=at)["velo"].value() or BikeType.CITY
    if bike not in BikeType.values:
        bike = BikeType.CITY
    work = works_for(interventions=codes, bike_type=bike, workshops=[workshop]).get(workshop.pk)
    today = at.astimezone(workshop.zone).date()
    last = today + timedelta(days=DAYS_AHEAD)
    free = slots_of(work=work, first=today, last=last, at=at, own=own_hold(request, at=at)) if work else []
    return render(
        request,
        "booking/cyclist/workshop_slots.html",
        {
            "workshop": workshop,
            "work": work,
            "works": named(codes),
            "codes": codes,
            "days": by_day(free, workshop),
            "tags": tags(workshop),
            "query": request.GET,
            "diagnosis": read_diagnosis(request.GET),
            "bike": bike,
        },
    )


def named(codes: tuple[str, ...]) -> list[Intervention]:
    """The interventions of these codes, in that order."""
    found = {one.code: one for one in Intervention.objects.current().filter(code__in=codes)}
    return [found[code] for code in codes if code in found]


def own_hold(request: HttpRequest, *, at: datetime) -> Hold | None:
    """The hold this visitor has: it never hides its own slot from them."""
    token = request.session.get("hold")
    return Hold.objects.live(at=at).filter(token=token).first() if token else None
