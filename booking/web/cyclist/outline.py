"""The ground of the map when there are no tiles."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from backend.lib.errors import BadInput
from collective.places.outline import outline_around

A_DAY = 24 * 3600


class AroundForm(forms.Form):
    lat = forms.FloatField(min_value=-90, max_value=90)
    lon = forms.FloatField(min_value=-180, max_value=180)
    km = forms.IntegerField(min_value=1, max_value=60)


@require_safe
def outline(request: HttpRequest) -> JsonResponse:
    """
    Answer the towns around a point as GeoJSON.

    :raises BadInput: for a point that is none.
    """
    form = AroundForm(request.GET)
    if not form.is_valid():
        raise BadInput
    around = form.cleaned_data
    features = [
        {
            "type": "Feature",
            "properties": {"name": cell.name},
            "geometry": {"type": "Polygon", "coordinates": [cell.ring]},
        }
        for cell in outline_around(around["lat"], around["lon"], km=around["km"])
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": features})
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    return response
