"""What the doors of a workshop's hours share: whose hours they are, who may change them, and asking before a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from backend.lib.errors import RuleBroken
from booking.appointments.change_knowingly import change_knowingly
from booking.web.workshop.day import frame
from booking.web.workshop.doors import workshop_or_404
from collective.timetable.hours import Owner
from collective.timetable.models import Resource
from collective.workshops.models import Workshop

MOST_KNOWN = 2000  # appointments that one confirmation may name
Fields = Sequence[tuple[str, str]]


def owner_or_404(request: HttpRequest, slug: str, resource: int | None) -> tuple[Workshop, Owner]:
    """Give the workshop, and whose hours are meant: its own, or those of one of its mechanics."""
    workshop = workshop_or_404(request, slug)
    if resource is None:
        return workshop, workshop
    mechanics = workshop.resources.filter(kind=Resource.Kind.MECHANIC, retired_at__isnull=True)
    return workshop, get_object_or_404(mechanics.select_related("workshop", "mechanic__workshop"), pk=resource)


def change_or_ask(
    request: HttpRequest,
    *,
    workshop: Workshop,
    change: Callable[[], object],
    done: str,
    fields: Fields,
    at: datetime,
    confirm: str = "",
    edit: str = "",
) -> HttpResponse:
    """
    Make the change and go back to the overview, or show whom it puts outside and ask first.

    `fields` are what the same address is posted again with, by a button "faire" worth `confirm`, or `edit` where its
    form can be taken up again.

    :raises RuleBroken: when the change is refused; nothing is changed.
    """
    fallen = change_knowingly(workshop=workshop, change=change, known=read_known(request), at=at)
    if not fallen:
        messages.success(request, done)
        return redirect("web:hours", slug=workshop.slug)
    context: dict[str, Any] = {
        **frame(request, Workshop.objects.get(pk=workshop.pk), at=at, current="hours"),
        "fallen": fallen,
        "known": ",".join(str(outside.appointment.pk) for outside in fallen),
        "fields": fields,
        "confirm": confirm,
        "edit": edit,
    }
    return render(request, "booking/workshop/hours_ask.html", context)


def change_at_once(request: HttpRequest, *, workshop: Workshop, **given: Any) -> HttpResponse:
    """As `change_or_ask`, for a press without a form: what is refused is said on the overview."""
    try:
        return change_or_ask(request, workshop=workshop, **given)
    except RuleBroken as rule:
        if rule.status == 403:
            raise  # its own page, with its own status: going back would hide who may
        messages.error(request, str(rule))
        return redirect(reverse("web:hours", args=[workshop.slug]))


def read_known(request: HttpRequest) -> set[int]:
    """Read the appointments that were shown when the person was asked; what is no number names none."""
    said = request.POST.get("connus", "").split(",")[:MOST_KNOWN]
    return {int(number) for number in said if number.isascii() and number.isdigit() and len(number) < 19}
