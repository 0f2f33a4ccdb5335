"""What the forms of those at work share: numbers within their bounds, and acting on what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.workshops.ranges import Range


def number(bounds: Range, *, label: Any = None, help_text: Any = "") -> forms.IntegerField:
    """A whole number within its bounds; whatever else is typed is answered by what may be."""
    within = format_lazy(_("A whole number from {least} to {most}."), least=bounds.least, most=bounds.most)
    steps = format_lazy(_("A multiple of {step}."), step=bounds.step)
    return forms.IntegerField(
        label=label or bounds.label,
        min_value=bounds.least,
        max_value=bounds.most,
        step_size=bounds.step if bounds.step > 1 else None,
        required=not bounds.optional,
        help_text=help_text,
        error_messages={"invalid": within, "min_value": within, "max_value": within, "step_size": steps},
    )


def done_by_form(request: HttpRequest, form: forms.Form, act: Callable[[], Any], *, done: str) -> bool:
    """Act on a valid form and say so; a refusal stands on the form. Who may never do it gets a page of its own."""
    if not form.is_valid():
        return False
    try:
        act()
    except RuleBroken as rule:
        if rule.status == 403:
            raise
        form.add_error(None, str(rule))
        return False
    messages.success(request, done)
    return True
