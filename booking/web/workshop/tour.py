"""The tour of the day of a workshop that comes to people: on a map, in a list, on paper; one visit thought elsewhen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput
from booking.appointments.models import Appointment
from booking.appointments.propose import what_forbids_proposing
from booking.appointments.where import where_of
from booking.appointments.work import work_of
from booking.availability.scan import Slot, slots_of
from booking.jobs.tour import Leg, Moved, Stop, Tour, tours
from booking.web.workshop.day import DayShown, frame, local_day, read_day
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.shown import midnight
from collective.workshops.models import Workshop

MOST_TIMES = 40


class UnreadableTime(BadInput):
    code = "unreadable_time"
    message = _("Write a time such as 14:30.")


@dataclass(frozen=True)
class StopShown:
    """A stop with the way to it; `before` is the same way as the day stands, where a thought changed it."""

    number: int
    stop: Stop
    leg: Leg
    before: Leg | None
    is_moved: bool
    may_move: bool

    @property
    def who(self) -> str:
        visit = self.stop.appointment
        return visit.name or visit.email or visit.phone

    @property
    def works(self) -> list[str]:
        return [line.name for line in self.stop.appointment.lines.all()]


@dataclass(frozen=True)
class TourShown:
    tour: Tour
    stops: list[StopShown]
    home: Leg | None
    home_before: Leg | None
    shorter: list[StopShown]


@require_safe
@at_work
def tour(request: HttpRequest, slug: str) -> HttpResponse:
    """The visits of a day in travel order; with `?deplacer=` and `a=`, as if that one began then."""
    workshop, at = workshop_or_404(request, slug), database_now()
    shown = read_day(request.GET.get("jour", ""), workshop, at=at)
    as_it_stands = tours(workshop=workshop, day=shown, at=at)
    visit = _asked_visit(request, workshop)
    moved, problem = _read_move(request, visit, shown, workshop)
    thought = tours(workshop=workshop, day=shown, at=at, moved=moved) if moved else as_it_stands
    found = [_shown(one, as_it_stands, moved, request, at=at) for one in thought]
    here = f"{reverse('web:tour', args=[slug])}?jour={shown}"
    context = {
        **frame(request, workshop, at=at, current="tour"),
        "day": DayShown(shown, midnight(shown, workshop)),
        "is_today": shown == local_day(workshop, at),
        "tours": found,
        "map": _map(workshop, thought),
        "outline_url": _outline_url(workshop, thought),
        "here": here,
        "visit": visit,
        "moved": moved,
        "typed": f"{moved.starts_at:%H:%M}" if moved else "",
        "problem": problem,
        "times": _times(visit, shown, here, at=at) if visit else [],
    }
    return render(request, "booking/workshop/tour.html", context)


def _asked_visit(request: HttpRequest, workshop: Workshop) -> Appointment | None:
    asked = request.GET.get("deplacer", "")
    if not asked:
        return None
    open_ = Appointment.objects.filter(workshop=workshop, status__in=Appointment.OPEN, mechanic__isnull=False)
    return get_object_or_404(
        open_.select_related("mechanic", "second_mechanic", "workshop"), pk=int(asked) if _is_number(asked) else 0
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _read_move(
    request: HttpRequest, visit: Appointment | None, day: date, workshop: Workshop
) -> tuple[Moved | None, str]:
    """Read the time thought of, and say what is wrong with it otherwise."""
    typed = request.GET.get("a", "")
    if visit is None or not typed:
        return None, ""
    try:
        hour = time.fromisoformat(typed).replace(tzinfo=None)
    except ValueError:
        return None, str(UnreadableTime())
    return Moved(visit, datetime.combine(day, hour, workshop.zone)), ""


def _shown(
    one: Tour, as_it_stands: list[Tour], moved: Moved | None, request: HttpRequest, *, at: datetime
) -> TourShown:
    stands = next((other for other in as_it_stands if other.mechanic == one.mechanic), None)
    before = {stop.appointment.pk: leg for stop, leg in zip(stands.stops, stands.legs, strict=False)} if stands else {}
    stops = [
        StopShown(
            number=number,
            stop=stop,
            leg=leg,
            before=_if_other(before.get(stop.appointment.pk), leg) if moved else None,
            is_moved=moved is not None and stop.appointment.pk == moved.appointment.pk,
            may_move=what_forbids_proposing(stop.appointment, by=request.user, at=at) is None,
        )
        for number, (stop, leg) in enumerate(zip(one.stops, one.legs, strict=False), start=1)
    ]
    home = one.legs[-1] if one.legs else None
    home_before = _if_other(stands.legs[-1], home) if stands and stands.legs and moved else None
    order = one.shorter.order if one.shorter and not moved else ()
    return TourShown(one, stops, home, home_before, [stops[place] for place in order])


def _if_other(before: Leg | None, now: Leg | None) -> Leg | None:
    return before if before and before != now else None


def _times(visit: Appointment, day: date, here: str, *, at: datetime) -> list[tuple[Slot, str]]:
    """The free times of the same work on that day, each with the address that shows what it would change."""
    known = {"work": work_of(visit), "own": visit, "where": where_of(visit)}
    free = slots_of(**known, first=day, last=day, at=at, limit=MOST_TIMES)
    zone = visit.workshop.zone
    return [
        (slot, f"{here}&{urlencode({'deplacer': visit.pk, 'a': f'{slot.starts_at.astimezone(zone):%H:%M}'})}#move")
        for slot in free
        if slot.starts_at != visit.starts_at
    ]


def _map(workshop: Workshop, found: list[Tour]) -> dict[str, Any]:
    return {
        "base": {
            "lat": workshop.lat,
            "lon": workshop.lon,
            "label": _("Start and end: %(name)s") % {"name": workshop.name},
        },
        "tours": [
            [
                {
                    "id": stop.appointment.pk,
                    "number": number,
                    "name": stop.appointment.name or stop.appointment.number,
                    "lat": stop.where.lat,
                    "lon": stop.where.lon,
                }
                for number, stop in enumerate(one.stops, start=1)
                if stop.where
            ]
            for one in found
        ],
    }


def _outline_url(workshop: Workshop, found: list[Tour]) -> str:
    """The ground of the map: as far as the farthest leg reaches, rounded so that near days share an answer."""
    km = max((leg.km or 0.0 for one in found for leg in one.legs), default=5.0)
    point = {"lat": f"{workshop.lat:.2f}", "lon": f"{workshop.lon:.2f}", "km": min(60, int(km) + 6)}
    return f"{reverse('web:outline')}?{urlencode(point)}"
