"""The mechanics of a workshop: what they can, and until when they are counted on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.booked import booked_on
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame, try_to
from booking.web.workshop.settings.forms import SKILLS, MechanicForm
from collective.timetable.change_team import add_mechanic, change_mechanic, retire_mechanic
from collective.timetable.retire import what_forbids_retiring
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Mechanic, Workshop

LIST, ONE = "booking/workshop/settings/team.html", "booking/workshop/settings/mechanic.html"
IN_WORDS = dict(SKILLS)


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who works there; the owner adds somebody."""
    workshop = workshop_or_404(request, slug)
    context = {**settings_frame(request, workshop, tab="team"), "rows": _rows(workshop)}
    if request.method != "POST":
        return render(request, LIST, {**context, "form": MechanicForm.of(workshop)})
    demand_owner(request, workshop)
    form = MechanicForm.of(workshop, data=request.POST)

    def act() -> None:
        add_mechanic(workshop=workshop, by=request.user, at=database_now(), **form.cleaned_data)

    done = _("Added. Their time can be booked from now on.")
    return change_by_form(request, form, act, done=done, to=reverse("web:team", args=[slug]), again=(LIST, context))


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def mechanic(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of them, with what is booked ahead."""
    workshop = workshop_or_404(request, slug)
    found, at = _mechanic_or_404(workshop, pk), database_now()
    context = {
        **settings_frame(request, workshop, tab="team"),
        "mechanic": found,
        "booked": booked_on(found.resource, at=at),
        "forbidden": what_forbids_retiring(found.resource, at=at),
    }
    if request.method != "POST":
        return render(request, ONE, {**context, "form": MechanicForm.of(workshop, found)})
    demand_owner(request, workshop)
    form = MechanicForm.of(workshop, found, request.POST)

    def act() -> None:
        change_mechanic(mechanic=found, by=request.user, at=at, **form.cleaned_data)

    to = reverse("web:team", args=[slug])
    return change_by_form(request, form, act, done=_("Kept."), to=to, again=(ONE, context))


@require_POST
@at_work
def retire(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workshop = workshop_or_404(request, slug)
    found = _mechanic_or_404(workshop, pk)

    def act() -> None:
        retire_mechanic(mechanic=found, by=request.user, at=database_now())

    if try_to(request, act, _("Their time is offered no more.")):
        return redirect("web:team", slug=slug)
    return redirect("web:mechanic", slug=slug, pk=pk)


def _mechanic_or_404(workshop: Workshop, pk: int) -> Mechanic:
    in_use = Mechanic.objects.filter(workshop=workshop, resource__retired_at__isnull=True)
    return get_object_or_404(in_use.select_related("resource__workshop", "workshop"), pk=pk)


def _rows(workshop: Workshop) -> list[dict[str, Any]]:
    in_use = Mechanic.objects.filter(workshop=workshop, resource__retired_at__isnull=True).order_by("name", "pk")
    return [
        {
            "mechanic": one,
            "skill": IN_WORDS[one.skill_level],
            "brands": ", ".join(EBIKE_BRANDS.get(brand, brand) for brand in one.certifications),
        }
        for one in in_use
    ]
