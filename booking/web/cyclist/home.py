"""The way in: what is wrong, or what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import F, Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.bicycle import PARTS
from backend.context import address
from backend.lib.clock import database_now
from booking.services.offers import Offer
from booking.web.cyclist.doors import private
from booking.web.cyclist.said import ANYWHERE, ELECTRIC, Said
from collective.activity.models import FinishedWork
from collective.members.models import Collective
from collective.workshops.models import Workshop

OFTEN_ASKED = {
    "TYR-PUNCT": _("Puncture"),
    "BRK-PAD-RIM": _("Brake pads"),
    "WHL-TRUE": _("Wheel truing"),
    "REV-LIGHT": _("Light service"),
    "REV-VAE": _("E-bike service"),
}
LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Shortcut:
    """One click to the slots of a piece of work; cents over all workshops that offer it."""

    name: str
    url: str
    low_cents: int
    high_cents: int


@dataclass(frozen=True)
class Commons:
    """What the collective did lately, from the facts of finished work."""

    workshops: int
    repairs: int
    hours: int
    communes: int


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    said = Said.read(request.GET)
    at = database_now()
    return render(
        request,
        "booking/cyclist/home.html",
        {
            "links": part_links(Said(electric=said.electric)),
            "electric": said.electric,
            "elsewhere_url": symptoms_url(Said(electric=said.electric, part=ANYWHERE)),
            "shortcuts": shortcuts(),
            "commons": commons(at=at),
            "accounts_url": address("collective:accounts"),
        },
    )


@require_safe
@login_required
@private
def welcome(request: HttpRequest) -> HttpResponse:
    """Lead workers to their workshop's day, other members to the books, anybody else to their own appointments."""
    if Workshop.objects.run_by(request.user).exists():
        return redirect("web:today")
    if Collective.objects.visible_to(request.user).exists():
        return redirect("collective:books")
    return redirect("web:my_appointments")


def part_links(said: Said) -> dict[str, str]:
    """Where each part of the drawing leads, what was said before kept."""
    return {
        part.id: symptoms_url(Said(part=part.id, electric=said.electric, symptoms=said.symptoms, answers=said.answers))
        for part in PARTS
    }


def symptoms_url(said: Said) -> str:
    return f"{reverse('web:symptoms')}?{said.query}"


def slots_url(codes: list[str], *, electric: bool = False) -> str:
    pairs = [("i", code) for code in codes] + ([("velo", ELECTRIC)] if electric else [])
    return f"{reverse('web:slots')}?{urlencode(pairs)}"


def shortcuts() -> list[Shortcut]:
    """Price what is most often asked for; what nobody offers is left out."""
    asked = Offer.objects.on_sale().filter(intervention__code__in=OFTEN_ASKED)
    total = F("labour_cents") + F("parts_cents")
    priced = asked.values("intervention__code").annotate(low=Min(total), high=Max(total))
    found = {row["intervention__code"]: row for row in priced}
    return [
        Shortcut(
            name=str(name),
            url=slots_url([code], electric=code == "REV-VAE"),
            low_cents=found[code]["low"],
            high_cents=found[code]["high"],
        )
        for code, name in OFTEN_ASKED.items()
        if code in found
    ]


def commons(*, at: datetime) -> Commons | None:
    """Count what was finished in the last thirty days; nothing where there is nothing to count yet."""
    lately = FinishedWork.objects.filter(finished_at__gt=at - LATELY, finished_at__lte=at)
    repairs = lately.count()
    if not repairs:
        return None
    members = Workshop.objects.open_to_all()
    minutes = lately.aggregate(total=Sum("minutes"))["total"] or 0
    return Commons(
        workshops=members.count(),
        repairs=repairs,
        hours=minutes // 60,
        communes=members.values("city").distinct().count(),
    )
