"""Whole days sold to bikes that are left: on or off, the share, when bikes come and go, how many fit."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.lib.clock import database_now
from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame
from collective.timetable.change_drop_off import change_drop_off, terms_of
from collective.web.forms import number
from collective.workshops.models import DropOffTerms
from collective.workshops.ranges import DROP_OFF

TEMPLATE = "booking/workshop/settings/drop_off.html"
LAST_MINUTE = 24 * 60 - 5
BP_OF_PERCENT = 100


class ClockField(forms.TimeField):
    """An hour of the wall clock, minutes after midnight inside."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
        super().__init__(widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return time(*divmod(min(value, LAST_MINUTE), 60)) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        hour = super().clean(value)
        return hour.hour * 60 + hour.minute if hour else hour


class DropOffForm(forms.Form):
    is_on = forms.BooleanField(
        label=gettext_lazy("Bikes may be left for a day"),
        required=False,
        help_text=gettext_lazy("Cyclists then choose a day instead of an hour; you repair when it suits you."),
    )
    share = forms.IntegerField(
        label=gettext_lazy("Share of the day’s free time, in per cent"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("Of what exact appointments leave free. 80 keeps a fifth for what takes longer."),
    )
    storage_places = number(DROP_OFF["storage_places"])
    arrives_from = ClockField(label=gettext_lazy("Bikes arrive from"))
    arrives_until = ClockField(label=gettext_lazy("until"))
    return_days = number(DROP_OFF["return_days"], help_text=gettext_lazy("0 is the same evening."))
    returns_from = ClockField(label=gettext_lazy("Bikes are ready from"))

    @property
    def values(self) -> dict[str, Any]:
        """What the use case asks for."""
        read = dict(self.cleaned_data)
        return {"share_bp": read.pop("share") * BP_OF_PERCENT, **read}

    @classmethod
    def of(cls, terms: DropOffTerms, data: Any = None) -> DropOffForm:
        initial = {name: getattr(terms, name) for name in cls.base_fields if name != "share"}
        return cls(data, initial=initial | {"share": terms.share_bp // BP_OF_PERCENT})


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def drop_off(request: HttpRequest, slug: str) -> HttpResponse:
    """The terms; whoever has booked a day keeps what was promised."""
    workshop = workshop_or_404(request, slug)
    terms = terms_of(workshop)
    context = settings_frame(request, workshop, tab="drop_off")
    if request.method != "POST":
        return render(request, TEMPLATE, {**context, "form": DropOffForm.of(terms)})
    demand_owner(request, workshop)
    form = DropOffForm.of(terms, request.POST)

    def act() -> None:
        change_drop_off(workshop=workshop, by=request.user, at=database_now(), **form.values)

    done = _("Kept. What is booked already stays as it was promised.")
    to = reverse("web:drop_off", args=[slug])
    return change_by_form(request, form, act, done=done, to=to, again=(TEMPLATE, context))
