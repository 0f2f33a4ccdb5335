"""How a workshop's time can be booked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame
from booking.web.workshop.settings.forms import RulesForm
from collective.timetable.change_rules import change_rules

TEMPLATE = "booking/workshop/settings/rules.html"


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Steps, buffers, notice, horizon and limits, with what each means."""
    workshop = workshop_or_404(request, slug)
    context = settings_frame(request, workshop, tab="rules")
    if request.method != "POST":
        return render(request, TEMPLATE, {**context, "form": RulesForm.of(workshop)})
    demand_owner(request, workshop)
    form = RulesForm.of(workshop, request.POST)

    def act() -> None:
        change_rules(workshop=workshop, by=request.user, at=database_now(), **form.cleaned_data)

    done = _("Kept. What is booked already stays as it was promised.")
    again = (TEMPLATE, context)
    return change_by_form(request, form, act, done=done, to=reverse("web:settings", args=[slug]), again=again)
