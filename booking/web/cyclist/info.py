"""What everybody may read: what is kept, the terms, the ranking, who publishes this, what does not work yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from booking.appointments.terms import (
    VERSION,
    deposit_sentence,
    mediator_sentence,
    ranking_sentence,
    withdrawal_sentence,
)
from collective.members.models import Collective
from collective.workshops.models import Seller, Workshop


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/cyclist/info/privacy.html", {"collective": Collective.objects.first()})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    collective = Collective.objects.first()
    return render(
        request,
        "booking/cyclist/info/terms.html",
        {
            "version": VERSION,
            "deposit": deposit_sentence(Workshop.DepositKind.ACOMPTE),
            "withdrawal": withdrawal_sentence(),
            "mediator": mediator_sentence(collective) if collective else "",
            "ranking": ranking_sentence(),
            "workshops": Workshop.objects.open_to_all().select_related("seller").order_by("name"),
        },
    )


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/cyclist/info/ranking.html", {"ranking": ranking_sentence()})


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    sellers = Seller.objects.filter(workshops__in=Workshop.objects.open_to_all()).distinct().order_by("legal_name")
    return render(
        request,
        "booking/cyclist/info/legal.html",
        {"collective": Collective.objects.first(), "sellers": sellers},
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/cyclist/info/accessibility.html")
