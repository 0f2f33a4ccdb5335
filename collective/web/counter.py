"""The counter's closings, and what an accountant or an inspector asks for: archive, FEC, sales by day, attestation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from collective.invoices.fec import fec_of
from collective.invoices.letterhead import letterhead_of
from collective.invoices.report_sales import report_sales
from collective.ledger.archive import archive_of
from collective.ledger.close_period import close_day, till_cents, what_forbids_closing, zone_of
from collective.ledger.closing_models import Closing, CounterRecord
from collective.ledger.models import Entity
from collective.members.models import Membership
from collective.web.books import frame
from collective.web.doors import inside
from collective.web.forms import done_by_form
from collective.web.invoices import collective_of_papers
from collective.web.period import read_month, today_in
from collective.workshops.models import Workshop

YEARS = 3  # offered; the law keeps ten


class CountForm(forms.Form):
    counted = forms.DecimalField(
        label=_("Cash counted in the till, in euros"),
        required=False,
        min_value=0,
        max_value=100_000,
        max_digits=9,
        decimal_places=2,
        localize=True,
        help_text=_("Leave it empty to close without counting."),
    )


def entities_of(user: Any) -> list[Entity]:
    """The sellers whose workshops one runs; all legal persons of a collective for its treasurer."""
    run = Q(seller__workshops__in=Workshop.objects.run_by(user))
    keeps = Q(collective__in=Membership.objects.of(user, Membership.Role.TREASURER).values("collective"))
    found = Entity.objects.filter(run | keeps).distinct().select_related("collective", "seller")
    return list(found.order_by("-kind", "name"))


@require_safe
@inside
def counter(request: HttpRequest) -> HttpResponse:
    return render(request, "collective/counter.html", page(request, CountForm()))


def page(request: HttpRequest, form: CountForm, asked: str = "") -> dict[str, Any]:
    collective = collective_of_papers(request.user)
    entities = entities_of(request.user)
    asked = asked or request.GET.get("livre", "")
    entity = next((one for one in entities if str(one.pk) == asked), entities[0] if entities else None)
    if entity is None:
        raise Http404
    at, month = database_now(), read_month(request.GET.get("mois", ""), today=today_in(collective))
    today = at.astimezone(zone_of(entity)).date()
    closings = Closing.objects.filter(entity=entity, last__gte=month.first, last__lte=month.last)
    return {
        **frame(request, collective, month, current="counter"),
        "entities": entities,
        "entity": entity,
        "siren": letterhead_of(entity).siren,
        "today": today,
        "form": form,
        "till_cents": till_cents(entity),
        "links": CounterRecord.objects.filter(entity=entity).count(),
        "can_close": what_forbids_closing(entity, by=request.user, day=today, at=at) is None,
        "closings": closings.select_related("closed_by").order_by("-number"),
        "years": [today.year - back for back in range(YEARS)],
    }


@require_POST
@inside
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close today's counter by hand."""
    entity = entity_or_404(request, pk)
    form, at = CountForm(request.POST), database_now()

    def act() -> None:
        counted = form.cleaned_data["counted"]
        cents = None if counted is None else int(counted * 100)
        close_day(entity=entity, day=at.astimezone(zone_of(entity)).date(), by=request.user, counted_cents=cents, at=at)

    if done_by_form(request, form, act, done=_("The day is closed.")):
        return redirect(f"{reverse('collective:counter')}?livre={pk}")
    return render(request, "collective/counter.html", page(request, form, str(pk)), status=400)


def entity_or_404(request: HttpRequest, pk: int) -> Entity:
    found = next((one for one in entities_of(request.user) if one.pk == pk), None)
    return found or get_object_or_404(Entity.objects.none())


@require_safe
@inside
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    entity, at = entity_or_404(request, pk), database_now()
    name = f"caisse-{letterhead_of(entity).siren}-{at:%Y%m%d}.zip"
    return _attached(archive_of(entity=entity, at=at), name, "application/zip")


@require_safe
@inside
def fec(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    entity = entity_or_404(request, pk)
    made = fec_of(entity, first=_day(year, 1, 1), last=_day(year, 12, 31))
    return _attached(made.content, made.name, "text/plain; charset=iso-8859-15")


@require_safe
@inside
def sales(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    entity = entity_or_404(request, pk)
    content = report_sales(entity=entity, first=_day(year, 1, 1), last=_day(year, 12, 31))
    return _attached(content, f"ventes-{letterhead_of(entity).siren}-{year}.csv", "text/csv; charset=utf-8")


@require_safe
@inside
def attestation(request: HttpRequest, pk: int) -> HttpResponse:
    """What the software does of the four conditions, for the taxpayer's file; signed by who runs it, not by us."""
    entity = entity_or_404(request, pk)
    collective = collective_of_papers(request.user)
    month = read_month("", today=today_in(collective))
    context = frame(request, collective, month, current="counter") | {
        "entity": entity,
        "siren": letterhead_of(entity).siren,
    }
    return render(request, "collective/attestation.html", context)


def _day(year: int, month: int, day: int) -> date:
    if not 2000 < year < 2100:
        raise Http404
    return date(year, month, day)


def _attached(content: bytes, name: str, mime: str) -> HttpResponse:
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
