"""I know what I need: choose one or several pieces of work by name, then look for slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking.services.find import find_interventions
from booking.services.models import Intervention
from booking.services.offers import Offer

CATEGORIES = {
    "diagnostic": _("Find out what is wrong"),
    "service": _("Services and cleaning"),
    "wheels": _("Tyres and wheels"),
    "brakes": _("Brakes"),
    "drivetrain": _("Chain and gears"),
    "bearings": _("Cranks and pedals"),
    "steering": _("Handlebar, steering, fork"),
    "contact": _("Saddle"),
    "lights": _("Lights"),
    "ebike": _("Electric assistance"),
    "frame": _("Frame"),
    "accessories": _("Accessories"),
    "cargo": _("Cargo bikes"),
    "children": _("Children’s bikes"),
}


@dataclass(frozen=True)
class Choice:
    """A piece of work as the page shows it; cents and minutes over the workshops that offer it."""

    code: str
    name: str
    low_cents: int
    high_cents: int
    minutes: int
    chosen: bool


@dataclass(frozen=True)
class Shelf:
    """The choices of one category."""

    title: str | Promise
    choices: list[Choice]
    is_open: bool


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """List what workshops offer; a search narrows it, what is ticked stays; "see slots" goes on with it."""
    chosen = list(dict.fromkeys(request.GET.getlist("i")))
    if "creneaux" in request.GET and chosen:
        query = request.GET.copy()
        for name in ("creneaux", "q"):
            query.pop(name, None)
        return redirect(f"{reverse('web:slots')}?{query.urlencode()}")
    wanted = request.GET.get("q", "").strip()[:100]
    offered = list(Intervention.objects.current().filter(pk__in=Offer.objects.on_sale().values("intervention")))
    found = find_interventions(wanted, among=offered) if wanted else offered
    prices = _prices()
    keep = [one for one in offered if one.code in chosen and one not in found]
    return render(
        request,
        "booking/cyclist/work.html",
        {
            "query": wanted,
            "kept": [_choice(one, prices, chosen) for one in keep],
            "shelves": _shelves(found, prices, chosen, searched=bool(wanted)),
            "found_count": len(found),
            "nothing_ticked": "creneaux" in request.GET,
        },
    )


def _prices() -> dict[int, dict[str, Any]]:
    total = F("labour_cents") + F("parts_cents")
    rows = (
        Offer.objects.on_sale().values("intervention").annotate(low=Min(total), high=Max(total), least=Min("minutes"))
    )
    return {row["intervention"]: dict(row) for row in rows}


def _choice(one: Intervention, prices: dict[int, dict[str, Any]], chosen: list[str]) -> Choice:
    price = prices[one.pk]
    return Choice(one.code, one.name, price["low"], price["high"], price["least"], one.code in chosen)


def _shelves(
    found: list[Intervention], prices: dict[int, dict[str, Any]], chosen: list[str], *, searched: bool
) -> list[Shelf]:
    """Sort by category; a search keeps its own order, best first, on one shelf."""
    choices: dict[str, list[Choice]] = {category: [] for category in CATEGORIES}
    for one in found:
        choices.setdefault(one.category, []).append(_choice(one, prices, chosen))
    if searched:
        return [Shelf(_("What you may mean"), [_choice(one, prices, chosen) for one in found], True)] if found else []
    return [
        Shelf(CATEGORIES.get(category, category), on_shelf, any(choice.chosen for choice in on_shelf))
        for category, on_shelf in choices.items()
        if on_shelf
    ]
