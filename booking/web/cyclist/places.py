"""Names of places while one types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collective.places.find import find_places

SHORTEST = 2


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Answer the options of the list under the field of a place."""
    query = request.GET.get("lieu", "").strip()[:100]
    found = find_places(query, limit=8) if len(query) >= SHORTEST else []
    response = render(request, "booking/cyclist/_places.html", {"places": found})
    response["Cache-Control"] = "public, max-age=3600"
    return response
