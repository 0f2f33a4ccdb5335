"""The month at a glance: the days that have a slot for this work, the others greyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.lib.clock import database_now
from backend.lib.errors import BadInput
from booking.availability.asked import read_month
from booking.availability.month import month_overview
from booking.web.cyclist.asked import FARTHEST_DAY, Asked, When, read_asked, read_codes, read_diagnosis, read_form
from booking.web.cyclist.doors import asked_by_htmx
from booking.web.cyclist.slots import own_hold

WEEK = 7


@dataclass(frozen=True)
class Cell:
    """A day of the month, with the address of its slots when it has some; `day` is None before the 1st."""

    day: date | None
    query: str = ""


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show a month of the search in the address; `mois` is the month, this one by default."""
    codes = read_codes(request.GET)
    if not codes:
        return redirect("web:work")
    at = database_now()
    context: dict[str, Any] = {"problem": "", "weeks": [], "query": request.GET, "first": None}
    try:
        context |= _shown(request, codes, at=at)
    except BadInput as bad:
        context["problem"] = str(bad)
    template = "_month" if asked_by_htmx(request) else "month"
    status = 400 if context["problem"] and template == "month" else 200
    return render(request, f"booking/cyclist/{template}.html", context, status=status)


def _shown(request: HttpRequest, codes: tuple[str, ...], *, at: datetime) -> dict[str, Any]:
    form = read_form(request.GET, at=at)
    if not form.is_valid():
        raise BadInput(_("Something in this search cannot be read: see below."))
    asked = read_asked(form, codes=codes, diagnosis=read_diagnosis(request.GET))
    today = timezone.localdate(at)
    first = month_within(read_month(request.GET.get("mois", ""), today=today), today=today)
    reached = today + timedelta(days=FARTHEST_DAY)
    free = free_days(asked, first, today=today, at=at, own=own_hold(request, at=at))
    return {
        "first": first,
        "weeks": weeks(first, free, request.GET),
        "before": _month_query(request.GET, first - timedelta(days=1)) if first > today else "",
        "after": _month_query(request.GET, _next(first)) if _next(first) <= reached else "",
        "any": any(free.values()),
    }


def month_within(first: date, *, today: date) -> date:
    """Give the month itself, or this one when calendars do not reach it."""
    return first if today.replace(day=1) <= first <= today + timedelta(days=FARTHEST_DAY) else today.replace(day=1)


def free_days(asked: Asked, first: date, *, today: date, at: datetime, own: Any) -> dict[date, bool]:
    question = asked.search(today=today)
    for dropped in ("first", "last", "within_hours", "order"):
        question.pop(dropped)
    return {one.day: one.is_free for one in month_overview(**question, month=first, at=at, own=own)}


def weeks(first: date, free: Mapping[date, bool], query: QueryDict) -> list[Sequence[Cell]]:
    """Lay the month out in weeks that begin on Monday."""
    cells = [Cell(None)] * first.weekday()
    day = first
    while day < _next(first):
        cells.append(Cell(day, _day_query(query, day) if free.get(day) else ""))
        day += timedelta(days=1)
    cells += [Cell(None)] * (-len(cells) % WEEK)
    return [cells[start : start + WEEK] for start in range(0, len(cells), WEEK)]


def _next(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _day_query(query: QueryDict, day: date) -> str:
    there = query.copy()
    for name in ("mois", "apres"):
        there.pop(name, None)
    there["quand"], there["jour"] = When.DAY, day.isoformat()
    return there.urlencode()


def _month_query(query: QueryDict, day: date) -> str:
    there = query.copy()
    there["mois"] = f"{day:%Y-%m}"
    return there.urlencode()
