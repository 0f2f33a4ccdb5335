"""What is paid for a repair, recorded on its sheet, later than the repair or taken back. Only a POST acts."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from booking.jobs import settle as jobs
from booking.tenders.given import UnknownMeans
from booking.web.workshop.doors import act_on, at_work
from booking.web.workshop.settle_form import read_given


@require_POST
@at_work
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    def act(**known: Any) -> None:
        given = read_given(request)
        if given is None:
            raise UnknownMeans
        jobs.settle(given=given, **known)

    return act_on(request, pk, act, _("Recorded, and in the books."))


@require_POST
@at_work
def take_back(request: HttpRequest, pk: int, tender: int) -> HttpResponse:
    bounced = request.POST.get("bounced") == "1"
    act = partial(jobs.take_back, tender=tender, reason=request.POST.get("reason", ""), bounced=bounced)
    return act_on(request, pk, act, _("Taken back: it is owed again, and the books say both."))


@require_POST
@at_work
def receive(request: HttpRequest, pk: int, tender: int) -> HttpResponse:
    return act_on(request, pk, partial(jobs.receive, tender=tender), _("The transfer has come, and is in the books."))
