"""What the pages of a workshop's settings share: who may change them, the tabs, and how a change ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.web.workshop.day import frame
from collective.web.forms import done_by_form
from collective.workshops.models import Workshop
from collective.workshops.rights import what_forbids_settings

Act = Callable[[], Any]


def settings_frame(request: HttpRequest, workshop: Workshop, *, tab: str) -> dict[str, Any]:
    """What stands around each page of settings; `may_change` is the rule behind every button."""
    return {
        **frame(request, workshop, at=database_now(), current="settings"),
        "tab": tab,
        "may_change": what_forbids_settings(workshop, by=request.user) is None,
    }


def demand_owner(request: HttpRequest, workshop: Workshop) -> None:
    """:raises NotTheOwner: before a form is judged, so that who may not change learns that first."""
    if forbidden := what_forbids_settings(workshop, by=request.user):
        raise forbidden


def try_to(request: HttpRequest, act: Act, done: str) -> bool:
    """Do it and say so, or say why not; who may never do it gets a page of its own."""
    try:
        act()
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        messages.error(request, str(rule))
        return False
    messages.success(request, done)
    return True


def change_by_form(
    request: HttpRequest, form: forms.Form, act: Act, *, done: str, to: str, again: tuple[str, dict[str, Any]]
) -> HttpResponse:
    """Act on a valid form and lead on to `to`; otherwise show the template of `again`, as typed, with what is wrong."""
    if done_by_form(request, form, act, done=done):
        return redirect(to)
    template, context = again
    return render(request, template, {**context, "form": form}, status=400)
