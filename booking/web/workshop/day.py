"""The workshop's day and the days to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.shown import Visit, by_local_day, visits_between, waiting_for_an_answer
from collective.workshops.models import Workshop

DAYS_SHOWN = 21


@require_safe
@at_work
def today(request: HttpRequest) -> HttpResponse:
    """Lead to the day of the one workshop, or let who works at several choose."""
    mine = list(Workshop.objects.run_by(request.user).order_by("name"))
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
    shown = read_day(request.GET.get("jour", ""), workshop, at=at)
    visits = visits_between(workshop, shown, shown, by=request.user, at=at)
    context = {
        **frame(request, workshop, at=at, current="day"),
        "day": datetime.combine(shown, datetime.min.time(), workshop.zone),
        "is_today": shown == at.astimezone(workshop.zone).date(),
        "before": f"{shown - timedelta(days=1):%Y-%m-%d}",
        "after": f"{shown + timedelta(days=1):%Y-%m-%d}",
        "visits": visits,
        "to_come": sum(visit.mark != "done" for visit in visits),
        "done": sum(visit.mark == "done" for visit in visits),
        "last_end": visits[-1].appointment.ends_at if visits else None,
        "here": f"{reverse('web:day', args=[workshop.slug])}?jour={shown:%Y-%m-%d}",
    }
    template = "booking/workshop/_day.html" if asked_by_htmx(request) else "booking/workshop/day.html"
    return render(request, template, context)


@require_safe
@at_work
def coming(request: HttpRequest, slug: str) -> HttpResponse:
    """The next three weeks, day by day."""
    workshop, at = workshop_or_404(request, slug), database_now()
    tomorrow = at.astimezone(workshop.zone).date() + timedelta(days=1)
    visits = visits_between(workshop, tomorrow, tomorrow + timedelta(days=DAYS_SHOWN), by=request.user, at=at)
    days = [
        (datetime.combine(found.day, datetime.min.time(), workshop.zone), found.visits)
        for found in by_local_day(visits, workshop)
    ]
    context = {
        **frame(request, workshop, at=at, current="coming"),
        "days": days,
        "count": len(visits),
        "here": reverse("web:coming", args=[workshop.slug]),
    }
    template = "booking/workshop/_coming.html" if asked_by_htmx(request) else "booking/workshop/coming.html"
    return render(request, template, context)


def frame(request: HttpRequest, workshop: Workshop, *, at: datetime, current: str = "") -> dict[str, Any]:
    """What every page of a workshop shows around its own matter."""
    waiting: list[Visit] = waiting_for_an_answer(workshop, by=request.user, at=at)
    return {
        "workshop": workshop,
        "zone": workshop.timezone,
        "at": at,
        "waiting": waiting,
        "current": current,
        "live_path": f"/ws/ateliers/{workshop.pk}/",
    }


def read_day(text: str, workshop: Workshop, *, at: datetime) -> date:
    """Read a day from the address; what cannot be read is today: a link cut short still leads somewhere."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return at.astimezone(workshop.zone).date()
    return asked if 2000 < asked.year < 2100 else at.astimezone(workshop.zone).date()
