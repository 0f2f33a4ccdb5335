"""What the page of slots was asked: which work, near what, when, from whom; as read from the address."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.appointments.models import BikeType
from booking.diagnosis.models import Diagnosis
from booking.services.models import Intervention
from booking.web.cyclist.said import ELECTRIC
from collective.places.find import find_places, resolve_place
from collective.places.place import Place
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Workshop

RADII = (3, 5, 10, 20, 50)
USUAL_RADIUS = 10
DAYS_AHEAD = 21
FARTHEST_DAY = 62
CHEAP_WITHIN_HOURS = 48
EVENING_FROM = 17
SATURDAY = 5
MOST_INTERVENTIONS = 12


class When:
    """When one can come, as the address says it."""

    SOON, SATURDAY, EVENING, CHEAP, DAY = "tot", "samedi", "soir", "48h", "jour"


class SearchForm(forms.Form):
    """Everything is optional: without a place the whole collective is searched."""

    lieu = forms.CharField(label=_("Town or postcode"), max_length=100, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)
    rayon = forms.ChoiceField(label=_("Within"), choices=[(str(km), f"{km}\u00a0km") for km in RADII], required=False)
    velo = forms.ChoiceField(label=_("Bicycle"), choices=BikeType.choices, required=False)
    quand = forms.ChoiceField(
        choices=[
            (When.SOON, _("As soon as possible")),
            (When.SATURDAY, _("On Saturday")),
            (When.EVENING, _("Evening")),
            (When.CHEAP, _("Cheapest within 48 h")),
            (When.DAY, _("On the day chosen")),
        ],
        required=False,
    )
    jour = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    apres = forms.DateField(required=False, widget=forms.HiddenInput)  # later slots: from this day on
    marque = forms.ChoiceField(
        label=_("Certified for"), choices=[("", _("any motor")), *EBIKE_BRANDS.items()], required=False
    )
    genre = forms.MultipleChoiceField(choices=Workshop.Kind.choices, required=False)
    atout = forms.MultipleChoiceField(
        choices=[
            ("vae", _("E-bike certified")),
            ("cargo", _("Cargo stand")),
            ("plain_pied", _("Step-free")),
            ("solidaire", _("Solidarity price")),
        ],
        required=False,
    )
    ordre = forms.ChoiceField(
        label=_("Sorted by"),
        choices=[("earliest", _("Earliest first")), ("distance", _("Nearest first")), ("price", _("Cheapest first"))],
        required=False,
    )

    def clean_jour(self) -> date | None:
        return self._day("jour")

    def clean_apres(self) -> date | None:
        return self._day("apres")

    def _day(self, field: str) -> date | None:
        day: date | None = self.cleaned_data.get(field)
        if day and self.today and day < self.today:
            raise forms.ValidationError(_("This day is over: choose another."), code="past_date")
        if day and self.today and day > self.today + timedelta(days=FARTHEST_DAY):
            raise forms.ValidationError(_("Workshops open their calendars two months ahead: choose an earlier day."))
        return day

    def __init__(self, *args: Any, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search that can be made; `place` is None when the whole collective is meant."""

    codes: tuple[str, ...]
    diagnosis: Diagnosis | None
    place: Place | None
    lat: float
    lon: float
    radius_km: int
    bike_type: str
    when: str
    day: date | None
    later_from: date | None
    certification: str
    kinds: tuple[str, ...]
    features: tuple[str, ...]
    order: str

    def search(self, *, today: date) -> dict[str, Any]:
        """Return what booking.availability.search.find_slots takes, but for the moment and the hold."""
        first, last = self.days(today=today)
        return {
            "lat": self.lat,
            "lon": self.lon,
            "radius_km": self.radius_km,
            "interventions": self.codes,
            "bike_type": self.bike_type,
            "certification": self.certification,
            "first": first,
            "last": last,
            "within_hours": CHEAP_WITHIN_HOURS if self.when == When.CHEAP else None,
            "kinds": self.kinds,
            "ebike_certified": "vae" in self.features,
            "cargo": "cargo" in self.features,
            "step_free": "plain_pied" in self.features,
            "solidarity": "solidaire" in self.features,
            "weekdays": (SATURDAY,) if self.when == When.SATURDAY else (),
            "from_hour": EVENING_FROM if self.when == When.EVENING else None,
            "order": "price" if self.when == When.CHEAP else self.order,
        }

    def days(self, *, today: date) -> tuple[date, date]:
        """Return the first and the last day to search."""
        if self.when == When.DAY and self.day is not None:
            return self.day, self.day
        first = self.later_from or today
        return first, first + timedelta(days=DAYS_AHEAD)


def read_form(query: QueryDict, *, at: datetime) -> SearchForm:
    """Bind the form to the address, its old and spoken spellings of an e-bike included."""
    data = query.copy()
    if data.get("velo") in {ELECTRIC, "vae"}:
        data["velo"] = BikeType.EBIKE
    if data.get("jour") and not data.get("quand"):
        data["quand"] = When.DAY
    return SearchForm(data, today=timezone.localdate(at))


def read_works(query: QueryDict) -> list[Intervention]:
    """The pieces of work asked for that are in the catalogue, in the order they were named."""
    return named(tuple(dict.fromkeys(query.getlist("i")))[:MOST_INTERVENTIONS])


def read_codes(query: QueryDict) -> tuple[str, ...]:
    return codes_of(read_works(query))


def codes_of(works: Iterable[Intervention]) -> tuple[str, ...]:
    return tuple(one.code for one in works)


def named(codes: Collection[str]) -> list[Intervention]:
    """The interventions of these codes, in that order."""
    found = {one.code: one for one in Intervention.objects.current().filter(code__in=codes)}
    return [found[code] for code in codes if code in found]


def read_diagnosis(query: QueryDict) -> Diagnosis | None:
    """The diagnosis whose secret token the address carries, if any."""
    try:
        token = uuid.UUID(query.get("d", ""))
    except ValueError:
        return None
    return Diagnosis.objects.filter(token=token).first()


def read_asked(form: SearchForm, *, codes: tuple[str, ...], diagnosis: Diagnosis | None) -> Asked:
    """
    Make a search of a valid form.

    :raises UnknownPlace: when no place has that name.
    """
    given = form.cleaned_data
    place = _place(given)
    lat, lon = (place.lat, place.lon) if place else centre_of_the_collective()
    return Asked(
        codes=codes,
        diagnosis=diagnosis,
        place=place,
        lat=lat,
        lon=lon,
        radius_km=int(given["rayon"] or USUAL_RADIUS) if place else max(RADII),
        bike_type=given["velo"] or BikeType.CITY,
        when=given["quand"] or When.SOON,
        day=given["jour"],
        later_from=given["apres"],
        certification=given["marque"] if (given["velo"] or "") == BikeType.EBIKE else "",
        kinds=tuple(given["genre"]),
        features=tuple(given["atout"]),
        order=given["ordre"] or "earliest",
    )


def _place(given: dict[str, Any]) -> Place | None:
    if given["lieu"].strip():
        return resolve_place(given["lieu"])
    if given["lat"] is not None and given["lon"] is not None:
        return Place(insee="", name=str(_("where you are")), postcode="", lat=given["lat"], lon=given["lon"])
    return None


def suggestions(query: str) -> list[str]:
    """The names nearest to one that no place has."""
    return [place.label for place in find_places(query, limit=5)]


def centre_of_the_collective() -> tuple[float, float]:
    """The middle of the workshops, in degrees: where a search begins that names no place."""
    points = list(Workshop.objects.open_to_all().values_list("lat", "lon"))
    if not points:
        return 46.6, 2.4  # the middle of France: there is no workshop to find anyway
    return sum(lat for lat, _lon in points) / len(points), sum(lon for _lat, lon in points) / len(points)
