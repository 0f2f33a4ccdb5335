"""The ordinary week as a form: rows of ranges, or the same as a text. Buttons add and copy without any script."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.workshop.day import frame
from booking.web.workshop.doors import at_work
from booking.web.workshop.hours_doors import change_or_ask, owner_or_404
from booking.web.workshop.hours_shown import local_today, week_in_force
from booking.web.workshop.hours_typed import TypedWeek, read_typed, rows_of
from collective.timetable.change_hours import ALWAYS, change_weekly_hours
from collective.timetable.hours import Owner
from collective.timetable.hours_rules import FARTHEST, what_forbids_changing_hours
from collective.timetable.models import Resource
from collective.timetable.weekly import read_weekly_hours, write_week
from collective.workshops.models import Workshop

FIELD_OF = {
    "season_past": "des",
    "season_too_far": "des",
    "season_inverted": "jusque",
    "hours_unreadable": "texte",
    "hours_not_weekly": "texte",
}


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def week(request: HttpRequest, slug: str, resource: int | None = None) -> HttpResponse:
    """Show the week in force on a day, arrange it, or let it hold from a day on."""
    workshop, owner = owner_or_404(request, slug, resource)
    if forbidden := what_forbids_changing_hours(owner=owner, by=request.user):
        raise forbidden
    at = database_now()
    if request.method != "POST":
        return _page(request, workshop, owner, _begin(request, workshop, owner, at=at), at=at)
    typed = read_typed(request.POST)
    if not typed.saves:
        return _page(request, workshop, owner, typed.arranged(), at=at)
    return _save(request, workshop, owner, typed, at=at)


def _save(request: HttpRequest, workshop: Workshop, owner: Owner, typed: TypedWeek, *, at: datetime) -> HttpResponse:
    text, from_on, until = typed.judged(today=local_today(owner, at))
    if typed.errors or from_on is None:
        return _page(request, workshop, owner, typed, at=at)
    change = partial(change_weekly_hours, owner=owner, hours=text, from_on=from_on, until=until, at=at, by=request.user)
    fields = [("texte", text), ("des", from_on.isoformat()), ("jusque", typed.until)]
    done = _("The new hours hold.") if from_on <= local_today(owner, at) else _("The new hours are noted.")
    try:
        return change_or_ask(
            request,
            workshop=workshop,
            change=change,
            done=done,
            fields=fields,
            at=at,
            confirm="atelier" if text == ALWAYS else "texte",
            edit="montrer",
        )
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        typed.errors[FIELD_OF.get(rule.code, "texte")] = str(rule)
    return _page(request, workshop, owner, typed, at=at)


def _begin(request: HttpRequest, workshop: Workshop, owner: Owner, *, at: datetime) -> TypedWeek:
    """Start from what holds on the day asked for; a mechanic without hours of their own, from the workshop's."""
    today = local_today(owner, at)
    try:
        asked = date.fromisoformat(request.GET.get("des", ""))
    except ValueError:
        asked = today
    on = asked if today <= asked <= today + FARTHEST else today
    text = week_in_force(owner, on=on)
    if text == ALWAYS and isinstance(owner, Resource):
        text = week_in_force(workshop, on=on)
    ranges = read_weekly_hours(text)
    return TypedWeek(rows=rows_of(ranges), text=write_week(ranges), from_on=on.isoformat())


def _page(request: HttpRequest, workshop: Workshop, owner: Owner, typed: TypedWeek, *, at: datetime) -> HttpResponse:
    today = local_today(owner, at)
    context: dict[str, Any] = {
        **frame(request, workshop, at=at, current="hours"),
        "owner": owner,
        "is_mechanic": isinstance(owner, Resource),
        "typed": typed,
        "first_day": today.isoformat(),
        "last_day": (today + FARTHEST).isoformat(),
    }
    status = 400 if typed.errors and not asked_by_htmx(request) else 200
    return render(request, "booking/workshop/hours_week.html", context, status=status)
