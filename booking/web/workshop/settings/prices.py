"""Which prices the workshop publishes."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame
from collective.sharing.solidarity import fund_has_cents
from collective.workshops.change_prices import change_prices
from collective.workshops.models import Workshop

TEMPLATE = "booking/workshop/settings/prices.html"
BP = 100  # basis points in a per cent


class PricesForm(forms.Form):
    prices = forms.ChoiceField(label=gettext_lazy("Prices"), choices=Workshop.Prices.choices)
    reduced = forms.IntegerField(
        label=gettext_lazy("Reduced price, in per cent of the reference"), min_value=0, max_value=100
    )
    supporter = forms.IntegerField(
        label=gettext_lazy("Supporter price, in per cent of the reference"), min_value=100, max_value=300
    )
    floor = forms.IntegerField(
        label=gettext_lazy("Floor of “pay what you can”, in per cent of the reference"), min_value=0, max_value=100
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def prices(request: HttpRequest, slug: str) -> HttpResponse:
    """One price, three levels or pay what you can; and what the common fund has for it."""
    workshop = workshop_or_404(request, slug)
    context = settings_frame(request, workshop, tab="prices")
    context["fund_cents"] = max(0, fund_has_cents(workshop.collective))
    if request.method != "POST":
        known = {
            "prices": workshop.prices,
            "reduced": workshop.reduced_bp // BP,
            "supporter": workshop.supporter_bp // BP,
            "floor": workshop.floor_bp // BP,
        }
        return render(request, TEMPLATE, {**context, "form": PricesForm(initial=known)})
    demand_owner(request, workshop)
    form = PricesForm(request.POST)

    def act() -> None:
        typed = form.cleaned_data
        rates = {f"{name}_bp": typed[name] * BP for name in ("reduced", "supporter", "floor")}
        change_prices(workshop=workshop, prices=typed["prices"], by=request.user, at=database_now(), **rates)

    done = _("Kept. What is booked already stays as it was promised.")
    to = reverse("web:prices", args=[slug])
    return change_by_form(request, form, act, done=done, to=to, again=(TEMPLATE, context))
