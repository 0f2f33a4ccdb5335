"""The workshop's day and the days to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from booking.waiting.queue import waiting_for
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.shown import (
    by_local_day,
    days_ahead,
    left_at_the_workshop,
    midnight,
    visits_between,
    waiting_for_an_answer,
)
from collective.workshops.models import Workshop

DAYS_SHOWN = 21
DAYS_ANNOUNCED = 8


@require_safe
@at_work
def today(request: HttpRequest) -> HttpResponse:
    """Lead to the day of the one workshop, or let who works at several, or coordinates them, choose."""
    mine = list(Workshop.objects.run_by(request.user).order_by("name"))
    mine = mine or list(Workshop.objects.visible_to(request.user).order_by("name"))
    if not mine:
        raise Http404
    if len(mine) == 1:
        return redirect("web:day", slug=mine[0].slug)
    return render(request, "booking/workshop/choose.html", {"workshops": mine})


@require_safe
@at_work
def day(request: HttpRequest, slug: str) -> HttpResponse:
    """One local day: who comes, what waits for an answer. htmx asks for the region alone when news arrive."""
    workshop, at = workshop_or_404(request, slug), database_now()
    shown, today = read_day(request.GET.get("jour", ""), workshop, at=at), local_day(workshop, at)
    visits = visits_between(workshop, shown, shown, by=request.user, at=at)
    left = left_at_the_workshop(workshop, shown, by=request.user, at=at)
    expected = [visit for visit in visits if not visit.is_closed and not visit.appointment.is_drop_off]
    confirmed = [visit for visit in expected if visit.mark != "asks"]
    in_hand = confirmed[0] if confirmed and shown == today else None
    context = {
        **frame(request, workshop, at=at, current="day"),
        "day": DayShown(shown, midnight(shown, workshop)),
        "is_today": shown == today,
        "in_hand": in_hand,
        "has_begun": in_hand is not None and in_hand.appointment.starts_at <= at,
        "left": left,
        "expected": [visit for visit in expected if visit is not in_hand],
        "closed": [visit for visit in visits if visit.is_closed],
        "to_come": len(expected),
        "last_end": max((visit.appointment.ends_at for visit in expected), default=None),
        "ahead": days_ahead(workshop, today + timedelta(days=1), today + timedelta(days=DAYS_ANNOUNCED)),
        "on_the_list": len(waiting_for(workshop, at=at)),
        "here": f"{reverse('web:day', args=[workshop.slug])}?jour={shown}",
    }
    template = "booking/workshop/_day.html" if asked_by_htmx(request) else "booking/workshop/day.html"
    return render(request, template, context)


@require_safe
@at_work
def coming(request: HttpRequest, slug: str) -> HttpResponse:
    """The next three weeks, day by day."""
    workshop, at = workshop_or_404(request, slug), database_now()
    tomorrow = local_day(workshop, at) + timedelta(days=1)
    visits = visits_between(workshop, tomorrow, tomorrow + timedelta(days=DAYS_SHOWN - 1), by=request.user, at=at)
    context = {
        **frame(request, workshop, at=at, current="coming"),
        "days": by_local_day([visit for visit in visits if not visit.is_closed], workshop),
        "count": len(visits),
        "here": reverse("web:coming", args=[workshop.slug]),
    }
    template = "booking/workshop/_coming.html" if asked_by_htmx(request) else "booking/workshop/coming.html"
    return render(request, template, context)


@dataclass(frozen=True)
class DayShown:
    """A local day with its midnight, and the days around it."""

    date: date
    begins: datetime

    @property
    def before(self) -> date:
        return self.date - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.date + timedelta(days=1)


def local_day(workshop: Workshop, at: datetime) -> date:
    return at.astimezone(workshop.zone).date()


def frame(request: HttpRequest, workshop: Workshop, *, at: datetime, current: str = "") -> dict[str, Any]:
    """What every page of a workshop shows around its own matter."""
    return {
        "workshop": workshop,
        "zone": workshop.timezone,
        "at": at,
        "waiting": waiting_for_an_answer(workshop, by=request.user, at=at),
        "current": current,
        "live_path": f"/ws/ateliers/{workshop.pk}/",
    }


def read_day(text: str, workshop: Workshop, *, at: datetime) -> date:
    """Read a day from the address; what cannot be read is today: a link cut short still leads somewhere."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return local_day(workshop, at)
    return asked if 2000 < asked.year < 2100 else local_day(workshop, at)
