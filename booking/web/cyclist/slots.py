"""Where and when: the next slots of the workshops near a place, for exactly this work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput
from booking.appointments.models import BikeType, Hold
from booking.appointments.where import Where
from booking.availability.days import drop_off_days
from booking.availability.needs import works_for
from booking.availability.search import First, Found, find_slots, slots_of
from booking.availability.take import NotServed
from booking.availability.why import ALL_TAKEN, Why
from booking.web.cyclist.asked import (
    DAYS_AHEAD,
    FARTHEST_DAY,
    Asked,
    When,
    codes_of,
    read_asked,
    read_diagnosis,
    read_form,
    read_works,
    suggestions,
)
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.cyclist.searched import carried, read_brand, read_where
from booking.web.cyclist.shown import DAYS_SHOWN, Card, by_day, cards, local_day, map_data, tags
from booking.web.cyclist.ways_out import changed, ways_out
from collective.places.find import UnknownPlace
from collective.workshops.models import Workshop
from collective.workshops.zones import serves

EARLIEST_SHOWN = 4


@require_safe
def slots(request: HttpRequest) -> HttpResponse:
    """List workshops and slots for the work named in the address; without work, send to choose some."""
    works = read_works(request.GET)
    if not works:
        return redirect("web:work")
    at, codes = database_now(), codes_of(works)
    form = read_form(request.GET, at=at)
    diagnosis, bike = read_diagnosis(request.GET), form["velo"].value() or BikeType.CITY
    context = {
        "form": form,
        "query": request.GET,
        "codes": codes,
        "works": works,
        "diagnosis": diagnosis,
        "carried": carried(request.GET, codes=codes, bike=bike, diagnosis=diagnosis),
        "problem": "",
        "suggestions": [],
        "cards": [],
        "found": None,
        "asked": None,
        "ways": [],
        "reason": "",
        "map": None,
        "outline_url": "",
        "bike": bike,
        "earliest": [],
        "later_query": "",
        "sooner_query": "",
    }
    try:
        if not form.is_valid():
            raise BadInput(_("Something in this search cannot be read: see below."))
        context |= _found(request, read_asked(form, codes=codes, diagnosis=diagnosis), at=at)
    except UnknownPlace as unknown:
        context |= {"problem": str(unknown), "suggestions": _meant(request)}
    except BadInput as bad:
        context["problem"] = str(bad)
    # htmx shows what answers 200 only; everything else learns that the request was not understood.
    status = 400 if context["problem"] and not asked_by_htmx(request) else 200
    return render(request, "booking/cyclist/slots.html", context, status=status)


def _found(request: HttpRequest, asked: Asked, *, at: datetime) -> dict[str, Any]:
    question, own = asked.search(today=timezone.localdate(at)), own_hold(request, at=at)
    found = find_slots(**question, at=at, own=own, per_workshop=EARLIEST_SHOWN, days=DAYS_SHOWN)
    shown = cards(found)
    free = any(card.days or card.drop_offs for card in shown)
    return {
        "asked": asked,
        "found": found,
        "cards": shown if free else [],
        "earliest": _earliest(asked, found) if free else [],
        "later_query": _later(shown, asked, request.GET, today=timezone.localdate(at)) if free else "",
        "sooner_query": changed(request.GET, {"apres": None}) if asked.later_from else "",
        "map": map_data(shown, asked) if free else None,
        "outline_url": _outline_url(shown, asked),
        "reason": "" if free else str(found.nothing_because or Why(ALL_TAKEN)),
        "ways": [] if free else ways_out(asked, found, request.GET, at=at),
    }


def _earliest(asked: Asked, found: Found) -> list[First]:
    """
    The very first slots anywhere, when that is what matters to the person.

    All are on the first page: of workshops in order of their first slot, the n earliest slots belong to the first n.
    Who comes to people needs to know where first.
    """
    if asked.when != When.SOON or asked.order != "earliest" or asked.later_from:
        return []
    bookable = [one for one in found.workshops if asked.place or not one.workshop.is_itinerant]
    slots = [
        First(one.workshop, one.work, one.distance_km, slot)
        for one in bookable[:EARLIEST_SHOWN]
        for slot in one.slots[:EARLIEST_SHOWN]
    ]
    return sorted(slots, key=lambda one: one.slot.starts_at)[:EARLIEST_SHOWN]


def _later(shown: list[Card], asked: Asked, query: QueryDict, *, today: date) -> str:
    """The address of the next page of slots: from the first day that some workshop's card no longer shows."""
    last_shown = [local_day(card.days[-1].starts_at, card.workshop) for card in shown if card.days]
    if not last_shown or asked.when in (When.DAY, When.CHEAP):
        return ""
    later = min(last_shown) + timedelta(days=1)
    if later > today + timedelta(days=FARTHEST_DAY):
        return ""
    return changed(query, {"apres": later.isoformat()})


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
    works = read_works(request.GET)
    if not works:
        return redirect(f"{reverse('web:workshop_page', args=[slug])}#prestations")
    at, codes = database_now(), codes_of(works)
    bike = _bike(request, at=at)
    work = works_for(
        interventions=codes,
        bike_type=bike,
        workshops=[workshop],
        certification=read_brand(request.GET, bike_type=bike),
    ).get(workshop.pk)
    where, problem = _where(request, workshop)
    diagnosis = read_diagnosis(request.GET)
    today = at.astimezone(workshop.zone).date()
    dates = {"first": today, "last": today + timedelta(days=DAYS_AHEAD)}
    can_be_reached = where is not None or not workshop.is_itinerant
    point, own = where.point if where else None, own_hold(request, at=at)
    free = slots_of(work=work, **dates, at=at, own=own, where=point) if work and can_be_reached else []
    return render(
        request,
        "booking/cyclist/workshop_slots.html",
        {
            "workshop": workshop,
            "work": work,
            "works": works,
            "codes": codes,
            "days": by_day(free, workshop),
            "drop_offs": drop_off_days(work=work, **dates, at=at) if work else [],
            "where": where,
            "problem": problem,
            "asks_where": not can_be_reached,
            "tags": tags(workshop),
            "query": request.GET,
            "diagnosis": diagnosis,
            "carried": carried(request.GET, codes=codes, bike=bike, diagnosis=diagnosis),
            "bike": bike,
        },
    )


def _bike(request: HttpRequest, *, at: datetime) -> str:
    """The bicycle of the search; a city bike when none is said, or none there is."""
    said = read_form(request.GET, at=at)["velo"].value()
    return str(said) if said in BikeType.values else BikeType.CITY


def _where(request: HttpRequest, workshop: Workshop) -> tuple[Where | None, str]:
    """Where a mechanic who comes is wanted, and what is wrong with it, if anything is."""
    if not workshop.is_itinerant:
        return None, ""
    try:
        where = read_where(request.GET)
    except BadInput as bad:
        return None, str(bad)
    if where and not serves(workshop, where.point):
        return None, str(NotServed.message)
    return where, ""


def own_hold(request: HttpRequest, *, at: datetime) -> Hold | None:
    """The hold this visitor has: it never hides its own slot from them."""
    token = request.session.get("hold")
    return Hold.objects.live(at=at).filter(token=token).first() if token else None
