"""A gallery: every component once, on pages that exist for the tests only."""

from datetime import UTC, datetime
from pathlib import Path

from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path

from backend.bicycle import PARTS
from backend.lib.errors import RuleBroken

TEMPLATES = Path(__file__).parent / "templates"
PARIS = "Europe/Paris"
MOMENT = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)  # Monday, 9:40 in Lille
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class ContactForm(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Pour la confirmation et le lien d’annulation")
    phone = forms.CharField(label="Téléphone", required=False)
    note = forms.CharField(label="Un mot pour l’atelier", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    town = forms.ChoiceField(label="Ville", choices=[("59350", "Lille"), ("59512", "Roubaix")])
    keep = forms.BooleanField(label="Garder ce vélo", help_text="Carnet exportable et effaçable", required=False)
    kind = forms.ChoiceField(label="Vélo", choices=[("city", "De ville"), ("cargo", "Cargo")], widget=forms.RadioSelect)


def _pin(number: int, name: str, place: tuple[float, float], *, zone_km: int | None) -> dict[str, object]:
    lat, lon = place
    return {
        "id": number,
        "number": number,
        "name": name,
        "lat": lat,
        "lon": lon,
        "best": number == 1,
        "zone_km": zone_km,
    }


def cyclist(request: HttpRequest) -> HttpResponse:
    links = {part.id: f"/diagnostic/?piece={part.id}" for part in PARTS}
    messages.success(request, "Votre rendez-vous est déplacé.")
    messages.error(request, "Ce créneau vient d’être pris.")
    context = {
        "links": links,
        "electric": request.GET.get("velo") == "electrique",
        "form": ContactForm({"email": "camille", "kind": "city"}),
        "starts_at": MOMENT,
        "zone": PARIS,
        "at": AT,
        "map_data": {
            "me": {"lat": 50.629, "lon": 3.057, "label": "Vous"},
            "workshops": [
                _pin(1, "L’Atelier du Pavé", (50.618, 3.07), zone_km=None),
                _pin(2, "Lou", (50.635, 3.04), zone_km=3),
            ],
        },
    }
    return render(request, "gallery/cyclist.html", context)


def workshop(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/workshop.html", {"starts_at": MOMENT, "zone": PARIS})


def region(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/_region.html", {"count": request.GET.get("n", "1")})


def outline(request: HttpRequest) -> JsonResponse:
    square = [[[3.0, 50.6], [3.12, 50.6], [3.12, 50.66], [3.0, 50.66], [3.0, 50.6]]]
    town = {"type": "Feature", "properties": {"name": "Lille"}, "geometry": {"type": "Polygon", "coordinates": square}}
    return JsonResponse({"type": "FeatureCollection", "features": [town]})


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise RuleBroken("Il est trop tard pour annuler en ligne. Appelez l’atelier.")


def become(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


web = [
    path("", cyclist, name="home"),
    path("bienvenue/", cyclist, name="welcome"),
    path("devenir/", become, name="become"),
]
urlpatterns = i18n_patterns(
    path("compte/", include("allauth.urls")),
    path("atelier/", workshop, name="gallery_workshop"),
    path("atelier/attente/", region, name="gallery_region"),
    path("contours.json", outline, name="gallery_outline"),
    path("interdit/", forbidden),
    path("regle/", broken),
    path("", include((web, "web"))),
    prefix_default_language=False,
)
