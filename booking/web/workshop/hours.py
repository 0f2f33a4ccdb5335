"""When a workshop is there: the overview of its hours, and what is changed on it by one press."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.lib.clock import database_now
from booking.appointments.change_knowingly import outside_now
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.hours_doors import change_at_once, owner_or_404
from booking.web.workshop.hours_shown import (
    changes_shown,
    draw_week,
    exceptions_to_come,
    holidays_ahead,
    local_today,
    mechanics_shown,
    seasons_to_come,
    state_now,
    week_in_force,
)
from collective.timetable.change_hours import (
    open_on_holiday,
    set_closed_on_holidays,
    take_back_exception,
    take_back_season,
)
from collective.timetable.hours_rules import what_forbids_changing_hours
from collective.timetable.weekly import read_weekly_hours


@require_safe
@at_work
def hours(request: HttpRequest, slug: str) -> HttpResponse:
    """The ordinary week, what differs from it, each mechanic's own hours, and who changed what."""
    workshop, at = workshop_or_404(request, slug), database_now()
    today = local_today(workshop, at)
    context = {
        **frame(request, workshop, at=at, current="hours"),
        "may_change": what_forbids_changing_hours(owner=workshop, by=request.user) is None,
        "now": state_now(workshop, at=at),
        "week": draw_week(read_weekly_hours(week_in_force(workshop, on=today)), today=today.weekday()),
        "seasons": seasons_to_come(workshop, at=at),
        "exceptions": exceptions_to_come(workshop, at=at),
        "holidays": holidays_ahead(workshop, at=at),
        "mechanics": mechanics_shown(workshop, by=request.user, at=at),
        "outside": outside_now(workshop=workshop, at=at),
        "changes": changes_shown(workshop, at=at),
    }
    return render(request, "booking/workshop/hours.html", context)


@require_POST
@at_work
def exception_back(request: HttpRequest, slug: str, exception: int, resource: int | None = None) -> HttpResponse:
    """Take back a closure, an opening or an absence."""
    workshop, owner = owner_or_404(request, slug, resource)
    at = database_now()

    def change() -> None:
        if not take_back_exception(owner=owner, exception=exception, at=at, by=request.user):
            raise Http404

    done = _("Taken back. The ordinary hours hold again.")
    return change_at_once(request, workshop=workshop, change=change, done=done, fields=[], at=at)


@require_POST
@at_work
def season_back(request: HttpRequest, slug: str, resource: int | None = None) -> HttpResponse:
    """Take back a week that was to begin."""
    workshop, owner = owner_or_404(request, slug, resource)
    at, typed = database_now(), request.POST.get("des", "")

    def change() -> None:
        if not take_back_season(owner=owner, from_on=read_day_or_404(typed), at=at, by=request.user):
            raise Http404

    done = _("Taken back. The week before holds on.")
    return change_at_once(request, workshop=workshop, change=change, done=done, fields=[("des", typed)], at=at)


@require_POST
@at_work
def holiday_open(request: HttpRequest, slug: str) -> HttpResponse:
    """Open on one public holiday, as on any such weekday."""
    workshop, at = workshop_or_404(request, slug), database_now()
    typed = request.POST.get("jour", "")
    change = partial(open_on_holiday, workshop=workshop, day=read_day_or_404(typed), at=at, by=request.user)
    done = _("You are open that day.")
    return change_at_once(request, workshop=workshop, change=change, done=done, fields=[("jour", typed)], at=at)


@require_POST
@at_work
def holidays(request: HttpRequest, slug: str) -> HttpResponse:
    """Close on public holidays, or take them as any other day."""
    workshop, at = workshop_or_404(request, slug), database_now()
    closed = request.POST.get("ferme") == "1"
    change = partial(set_closed_on_holidays, workshop=workshop, closed=closed, at=at, by=request.user)
    done = _("Closed on public holidays.") if closed else _("Public holidays are days as any other.")
    fields = [("ferme", "1" if closed else "0")]
    return change_at_once(request, workshop=workshop, change=change, done=done, fields=fields, at=at)


def read_day_or_404(text: str) -> date:
    """Read a day that a button of the overview sends; another text comes from no button."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
