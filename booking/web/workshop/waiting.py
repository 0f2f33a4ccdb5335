"""Who waits for a slot of this workshop: what for and on which days, without a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from booking.services.models import Intervention
from booking.waiting.models import Wait
from booking.waiting.notify import noon
from booking.waiting.queue import names_of_work, waiting_for
from booking.web.cyclist.waits_shown import wished_words
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work, workshop_or_404


@dataclass(frozen=True)
class WaitShown:
    """One who waits: the appointment only of those who ask to be moved up, since the workshop knows them already."""

    wait: Wait
    works: tuple[Intervention, ...]
    wishes: list[str | Promise]
    first_at: datetime
    last_at: datetime


@require_safe
@at_work
def waiting(request: HttpRequest, slug: str) -> HttpResponse:
    """List what people wait for, those who asked first on top."""
    workshop, at = workshop_or_404(request, slug), database_now()
    waits = waiting_for(workshop, at=at)
    names = names_of_work(waits)
    shown = [
        WaitShown(
            wait=wait,
            works=tuple(names[code] for code in wait.interventions if code in names),
            wishes=wished_words(wait),
            first_at=noon(wait.first),
            last_at=noon(wait.last),
        )
        for wait in waits
    ]
    context = frame(request, workshop, at=at, current="waiting") | {
        "shown": shown,
        "day_zone": timezone.get_default_timezone_name(),
    }
    return render(request, "booking/workshop/waiting_list.html", context)
