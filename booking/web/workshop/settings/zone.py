"""Where a workshop that comes to people comes: a circle, communes by name, or corners, drawn on the map or typed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from booking.web.workshop.doors import at_work, workshop_or_404
from booking.web.workshop.settings.doors import change_by_form, demand_owner, settings_frame
from collective.places.find import UnknownPlace, resolve_place
from collective.places.models import Commune
from collective.web.forms import number
from collective.workshops.change_zone import change_zone
from collective.workshops.models import Workshop
from collective.workshops.ranges import SERVED_KM

TEMPLATE = "booking/workshop/settings/zone.html"
LONGEST = 12_000  # letters: 200 corners or communes
KM, COMMUNES, AREA = "km", "communes", "area"
CORNER = re.compile(r"(-?\d{1,2}(?:\.\d{1,12})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,12})?)", re.ASCII)


class ZoneForm(forms.Form):
    use_required_attribute = False  # of the three ways, the browser cannot tell which is asked for

    way = forms.ChoiceField(
        label=gettext_lazy("How to draw it"),
        choices=[
            (KM, gettext_lazy("Kilometres around the base")),
            (COMMUNES, gettext_lazy("Communes")),
            (AREA, gettext_lazy("An area on the map")),
        ],
        widget=forms.RadioSelect,
    )
    km = number(SERVED_KM)
    communes = forms.CharField(
        label=gettext_lazy("Communes"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("One a line: a name or a postcode."),
    )
    area = forms.CharField(
        label=gettext_lazy("Corners of the area"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("One a line, in order around it: 50.6335, 3.0425. On the map, a press adds a corner."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("way")
        for way in (KM, COMMUNES, AREA):
            self.fields[way].required = not self.is_bound or way == chosen

    def clean_communes(self) -> list[str]:
        """The INSEE codes of what was named; what is not known is said by its name."""
        names = [line.strip() for line in self.cleaned_data["communes"].splitlines() if line.strip()]
        if self.data.get("way") != COMMUNES:
            return []
        if len(names) > 200:
            raise ValidationError(_("At most 200 communes. Draw an area instead."))
        try:
            return [resolve_place(name).insee for name in names]
        except UnknownPlace as unknown:
            raise ValidationError(str(unknown)) from unknown

    def clean_area(self) -> list[list[float]]:
        if self.data.get("way") != AREA:
            return []
        lines = [line.strip() for line in self.cleaned_data["area"].splitlines() if line.strip()]
        read = [CORNER.fullmatch(line) for line in lines]
        if wrong := next((line for line, corner in zip(lines, read, strict=True) if corner is None), None):
            raise ValidationError(_("This is no corner: %(line)s") % {"line": wrong[:40]})
        return [[float(corner[1]), float(corner[2])] for corner in read if corner]

    @property
    def values(self) -> dict[str, Any]:
        """What the use case asks for: only what was chosen."""
        way = self.cleaned_data["way"]
        return {way: self.cleaned_data[way]}

    @classmethod
    def of(cls, workshop: Workshop, data: Any = None) -> ZoneForm:
        way = AREA if workshop.served_area else COMMUNES if workshop.served_communes else KM
        communes = Commune.objects.filter(pk__in=workshop.served_communes).order_by("name")
        initial = {
            "way": way,
            "km": workshop.served_km,
            "communes": "\n".join(f"{one.name} ({one.postcode})" for one in communes),
            "area": "\n".join(f"{lat:.5f}, {lon:.5f}" for lat, lon in workshop.served_area),
        }
        return cls(data, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@at_work
def zone(request: HttpRequest, slug: str) -> HttpResponse:
    """The zone, as it stands on the map. Whoever has booked is visited wherever they are."""
    workshop = workshop_or_404(request, slug)
    frame = settings_frame(request, workshop, tab="zone")
    context = {**frame, "map": _map(workshop), "outline_url": _outline_url(workshop)}
    if request.method != "POST":
        return render(request, TEMPLATE, {**context, "form": ZoneForm.of(workshop)})
    demand_owner(request, workshop)
    form = ZoneForm.of(workshop, request.POST)

    def act() -> None:
        change_zone(workshop=workshop, by=request.user, **form.values)

    done = _("Kept. Whoever has booked is visited wherever they are.")
    to = reverse("web:zone", args=[slug])
    return change_by_form(request, form, act, done=done, to=to, again=(TEMPLATE, context))


def _map(workshop: Workshop) -> dict[str, Any]:
    communes = Commune.objects.filter(pk__in=workshop.served_communes, lat__isnull=False)
    return {
        "base": {"lat": workshop.lat, "lon": workshop.lon, "label": workshop.name},
        "km": workshop.served_km,
        "communes": [{"name": one.name, "lat": one.lat, "lon": one.lon} for one in communes],
        "area": workshop.served_area,
    }


def _outline_url(workshop: Workshop) -> str:
    km = min(60, (workshop.served_km or 12) + 6)
    return (
        f"{reverse('web:outline')}?{urlencode({'lat': f'{workshop.lat:.2f}', 'lon': f'{workshop.lon:.2f}', 'km': km})}"
    )
