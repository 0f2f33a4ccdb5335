"""The member workshops, for everybody: who they are, when they are open, what they do at what price."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from backend.lib.bilingual import in_current_language
from backend.lib.clock import database_now
from booking.services.offers import Offer
from booking.web.cyclist.shown import tags
from booking.web.cyclist.work import CATEGORIES
from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.periods import Period
from collective.workshops.models import Workshop

WEEK = timedelta(days=6)


@dataclass(frozen=True)
class OpenDay:
    """A day of the week to come with its opening periods; none is a closed day."""

    noon: datetime
    periods: list[Period]


@require_safe
def workshops(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("genre", "")
    members = Workshop.objects.open_to_all().order_by("city", "name")
    if kind in Workshop.Kind.values:
        members = members.filter(kind=kind)
    return render(
        request,
        "booking/cyclist/workshops.html",
        {"workshops": [(one, tags(one)) for one in members], "kinds": Workshop.Kind.choices, "kind": kind},
    )


@require_safe
def workshop_page(request: HttpRequest, slug: str) -> HttpResponse:
    at = database_now()
    workshop = get_object_or_404(
        Workshop.objects.open_to_all().select_related("seller", "collective", "calendar"), slug=slug
    )
    return render(
        request,
        "booking/cyclist/workshop.html",
        {
            "workshop": workshop,
            "about": in_current_language(fr=workshop.about_fr, en=workshop.about_en),
            "tags": tags(workshop),
            "days": opening_week(workshop, at=at),
            "shelves": shelves(workshop),
        },
    )


def opening_week(workshop: Workshop, *, at: datetime) -> list[OpenDay]:
    """The seven days from today, public holidays and closures counted."""
    today = at.astimezone(workshop.zone).date()
    by_day = opening_periods(owners=[workshop], first=today, last=today + WEEK)[owner_key(workshop)]
    return [
        OpenDay(datetime(day.year, day.month, day.day, 12, tzinfo=workshop.zone), list(periods))
        for day, periods in sorted(by_day.items())
    ]


def shelves(workshop: Workshop) -> list[tuple[str | Promise, list[Offer]]]:
    """Its offers by category, in the order of the catalogue."""
    by_category: dict[str, list[Offer]] = defaultdict(list)
    offers = Offer.objects.on_sale().filter(workshop=workshop, intervention__retired_at__isnull=True)
    for offer in offers.select_related("intervention").order_by("labour_cents", "pk"):
        by_category[offer.intervention.category].append(offer)
    return [(title, by_category[category]) for category, title in CATEGORIES.items() if by_category[category]]
