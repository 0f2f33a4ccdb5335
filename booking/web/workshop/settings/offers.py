"""What a workshop offers: price, minutes, other lengths by type of bicycle, the tool it borrows."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.lib.clock import database_now
from booking.services.change_offers import add_offer, change_offer, resume_offer, tools_to_borrow, withdraw_offer
from booking.services.offers import Offer
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame, try_to
from booking.web.workshop.settings.forms import NewOfferForm, OfferForm
from collective.workshops.models import Workshop

LIST, ONE = "booking/workshop/settings/offers.html", "booking/workshop/settings/offer.html"
NEW = "booking/workshop/settings/new_offer.html"


@require_http_methods(["GET", "HEAD"])
@at_work
def offers(request: HttpRequest, slug: str) -> HttpResponse:
    """The price list, and what was withdrawn from it."""
    workshop = workshop_or_404(request, slug)
    found = list(_offers(workshop).order_by("intervention__category", "intervention__code"))
    context = {
        **settings_frame(request, workshop, tab="offers"),
        "on_sale": [offer for offer in found if not offer.withdrawn_at],
        "withdrawn": [offer for offer in found if offer.withdrawn_at],
    }
    return render(request, LIST, context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def new_offer(request: HttpRequest, slug: str) -> HttpResponse:
    """Put one more piece of the catalogue's work on sale."""
    workshop = workshop_or_404(request, slug)
    demand_owner(request, workshop)
    kinds = tools_to_borrow(workshop)
    context = settings_frame(request, workshop, tab="offers")
    if request.method != "POST":
        return render(request, NEW, {**context, "form": NewOfferForm(kinds=kinds, workshop=workshop)})
    form = NewOfferForm(request.POST, kinds=kinds, workshop=workshop)

    def act() -> None:
        work = form.cleaned_data["intervention"]
        add_offer(workshop=workshop, intervention=work, by=request.user, **form.values)

    to = reverse("web:offers", args=[slug])
    return change_by_form(request, form, act, done=_("On sale from now on."), to=to, again=(NEW, context))


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def offer(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """One of them. What is booked keeps the price and the minutes that were promised."""
    workshop = workshop_or_404(request, slug)
    found, kinds = _offer_or_404(workshop, code), tools_to_borrow(workshop)
    context = {**settings_frame(request, workshop, tab="offers"), "offer": found}
    if request.method != "POST":
        return render(request, ONE, {**context, "form": OfferForm.of(found, kinds)})
    demand_owner(request, workshop)
    form = OfferForm.of(found, kinds, request.POST)

    def act() -> None:
        change_offer(offer=found, by=request.user, **form.values)

    to, done = reverse("web:offers", args=[slug]), _("Kept. What is booked already stays as it was promised.")
    return change_by_form(request, form, act, done=done, to=to, again=(ONE, context))


@require_POST
@at_work
def withdraw(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    found = _offer_or_404(workshop_or_404(request, slug), code)

    def act() -> None:
        withdraw_offer(offer=found, by=request.user, at=database_now())

    try_to(request, act, _("Withdrawn. What is booked of it will be done."))
    return redirect("web:offers", slug=slug)


@require_POST
@at_work
def resume(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    found = _offer_or_404(workshop_or_404(request, slug), code)

    def act() -> None:
        resume_offer(offer=found, by=request.user)

    try_to(request, act, _("On sale from now on."))
    return redirect("web:offers", slug=slug)


def _offers(workshop: Workshop) -> QuerySet[Offer]:
    return Offer.objects.filter(workshop=workshop).select_related("intervention", "workshop", "borrows")


def _offer_or_404(workshop: Workshop, code: str) -> Offer:
    return get_object_or_404(_offers(workshop), intervention__code=code)
