"""The benches of a workshop: stands, cargo stands, lifts, and the road."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.booked import booked_on
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame, try_to
from booking.web.workshop.settings.forms import BenchForm
from collective.timetable.change_benches import add_bench, change_bench, retire_bench
from collective.timetable.retire import what_forbids_retiring
from collective.workshops.models import Bench, Workshop

LIST, ONE = "booking/workshop/settings/benches.html", "booking/workshop/settings/bench.html"


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def benches(request: HttpRequest, slug: str) -> HttpResponse:
    """What stands there; the owner adds one."""
    workshop = workshop_or_404(request, slug)
    context = {**settings_frame(request, workshop, tab="benches"), "benches": _in_use(workshop)}
    if request.method != "POST":
        return render(request, LIST, {**context, "form": BenchForm.of()})
    demand_owner(request, workshop)
    form = BenchForm.of(data=request.POST)

    def act() -> None:
        add_bench(workshop=workshop, by=request.user, at=database_now(), **form.cleaned_data)

    to = reverse("web:benches", args=[slug])
    return change_by_form(
        request, form, act, done=_("Added. It can be booked from now on."), to=to, again=(LIST, context)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def bench(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One of them, with what is booked ahead."""
    workshop = workshop_or_404(request, slug)
    found, at = get_object_or_404(_in_use(workshop), pk=pk), database_now()
    context = {
        **settings_frame(request, workshop, tab="benches"),
        "bench": found,
        "booked": booked_on(found.resource, at=at),
        "forbidden": what_forbids_retiring(found.resource, at=at),
    }
    if request.method != "POST":
        return render(request, ONE, {**context, "form": BenchForm.of(found)})
    demand_owner(request, workshop)
    form = BenchForm.of(found, request.POST)

    def act() -> None:
        change_bench(bench=found, by=request.user, at=at, **form.cleaned_data)

    to = reverse("web:benches", args=[slug])
    return change_by_form(request, form, act, done=_("Kept."), to=to, again=(ONE, context))


@require_POST
@at_work
def retire(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workshop = workshop_or_404(request, slug)
    found = get_object_or_404(_in_use(workshop), pk=pk)

    def act() -> None:
        retire_bench(bench=found, by=request.user, at=database_now())

    if try_to(request, act, _("It is offered no more.")):
        return redirect("web:benches", slug=slug)
    return redirect("web:bench", slug=slug, pk=pk)


def _in_use(workshop: Workshop) -> QuerySet[Bench]:
    in_use = Bench.objects.filter(workshop=workshop, resource__retired_at__isnull=True)
    return in_use.select_related("resource__workshop", "workshop").order_by("name", "pk")
