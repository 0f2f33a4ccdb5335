"""Slots: when and where exactly this work can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.fields import Asked, Day, Degrees, Text, WholeNumber, YesNo
from api.workshops import WorkshopNamed, find_workshop
from backend.lib.clock import database_now
from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.models import BikeType, Hold
from booking.availability.asked import ORDERS, WIDEST_KM, check_window
from booking.availability.needs import MOST_INTERVENTIONS, Work, check_interventions, works_for
from booking.availability.scan import Window
from booking.availability.search import Found, find_slots, slots_of
from collective.places.find import resolve_place
from collective.workshops.models import Workshop

A_WEEK = timedelta(days=6)
MOST_SLOTS = 100


class PlaceMissing(BadInput):
    code = "place_missing"
    message = _("Say where: a place, or a latitude and a longitude.")


class NotOfferedHere(RuleBroken):
    code = "not_offered_here"
    message = _("This workshop does not offer all of this work.")


class WorkQuery(Asked):
    interventions = serializers.ListField(
        child=Text(max_length=20), min_length=1, max_length=MOST_INTERVENTIONS, help_text="Codes, one or several."
    )
    bike_type = serializers.ChoiceField(choices=BikeType.choices, default=BikeType.CITY)
    first = Day(required=False, help_text="The first day, by default today. Days are local to the workshop.")
    last = Day(required=False, help_text="The last day, by default six days after the first; at most 62 days after it.")
    own_hold = serializers.UUIDField(
        required=False, help_text="The token of one's hold: it hides no slot from oneself."
    )


class SlotsQuery(WorkQuery):
    place = Text(max_length=100, required=False, help_text="As people write it: 59650, Villeneuve d'Ascq.")
    lat = Degrees(required=False, min_value=-90, max_value=90)
    lon = Degrees(required=False, min_value=-180, max_value=180)
    radius_km = Degrees(default=10, min_value=0, max_value=WIDEST_KM, help_text="More than 0.")
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Workshop.Kind.choices), default=list)
    ebike_certified = YesNo(default=False)
    cargo = YesNo(default=False)
    step_free = YesNo(default=False)
    solidarity = YesNo(default=False)
    weekdays = serializers.ListField(
        child=WholeNumber(min_value=0, max_value=6), default=list, help_text="0 is Monday; none is all."
    )
    from_hour = WholeNumber(required=False, min_value=0, max_value=23)
    to_hour = WholeNumber(required=False, min_value=1, max_value=24)
    order = serializers.ChoiceField(choices=ORDERS, default="earliest")
    per_workshop = WholeNumber(default=6, min_value=1, max_value=50)
    limit = WholeNumber(default=20, min_value=1, max_value=100)
    offset = WholeNumber(default=0, min_value=0, max_value=10_000)


class SlotShown(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class WorkShown(serializers.Serializer[Any]):
    """All of the work at this workshop, at its prices."""

    minutes = serializers.IntegerField()
    labour_cents = serializers.IntegerField()
    parts_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()


class WorkshopSlotsShown(serializers.Serializer[Any]):
    workshop = WorkshopNamed()
    work = WorkShown()
    distance_km = serializers.FloatField()
    slots = SlotShown(many=True)
    next_at = serializers.DateTimeField(allow_null=True, help_text="Its first slot, perhaps after the days asked.")


class FoundShown(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="How many workshops can do it.")
    nothing_because = serializers.CharField(
        allow_null=True,
        help_text="no_workshop_near, none_fits_the_filters, not_offered_near, nobody_able or all_taken.",
    )
    results = WorkshopSlotsShown(many=True, source="workshops")


class SlotsOfShown(serializers.Serializer[Any]):
    workshop = WorkshopNamed()
    work = WorkShown()
    slots = SlotShown(many=True)


class SlotsDoor(Door):
    query = SlotsQuery

    @extend_schema(tags=["slots"], summary="Search slots", parameters=[SlotsQuery], responses=FoundShown)
    def get(self, request: Request) -> Response:
        """Workshops near a place that can do all of the work, each with its price and its next slots."""
        at, asked = database_now(), dict(self.asked)
        lat, lon = _point(asked.pop("place", None), asked.pop("lat", None), asked.pop("lon", None))
        first, last = _days(asked, today=timezone.localdate(at))
        own = own_holds(asked.pop("own_hold", None)).first()
        found: Found = find_slots(**asked | {"first": first, "last": last}, lat=lat, lon=lon, own=own, at=at)
        return Response(FoundShown(found).data)


class WorkshopSlotsDoor(Door):
    query = WorkQuery
    refusals = (409,)

    @extend_schema(
        tags=["slots"], summary="List the slots of a workshop", parameters=[WorkQuery], responses=SlotsOfShown
    )
    def get(self, request: Request, slug: str) -> Response:
        """The first hundred, for exactly this work."""
        at, asked = database_now(), dict(self.asked)
        workshop = find_workshop(slug)
        first, last = _days(asked, today=at.astimezone(workshop.zone).date())
        check_window(Window(first, last), at=at)
        work = find_work(workshop, asked["interventions"], bike_type=asked["bike_type"])
        own = own_holds(asked.get("own_hold")).first()
        slots = slots_of(work=work, first=first, last=last, at=at, own=own, limit=MOST_SLOTS)
        return Response(SlotsOfShown({"workshop": workshop, "work": work, "slots": slots}).data)


def own_holds(token: UUID | None) -> QuerySet[Hold]:
    """The hold of this secret token, if there is one."""
    return Hold.objects.filter(token=token) if token else Hold.objects.none()


def find_work(workshop: Workshop, interventions: Sequence[str], *, bike_type: str) -> Work:
    """
    :raises UnknownIntervention: for a code that the catalogue does not have.
    :raises NotOfferedHere: when the workshop does not do all of it.
    """
    check_interventions(interventions)
    works = works_for(interventions=interventions, bike_type=bike_type, workshops=[workshop])
    if workshop.pk not in works:
        raise NotOfferedHere
    return works[workshop.pk]


def _point(place: str | None, lat: float | None, lon: float | None) -> tuple[float, float]:
    if place:
        found = resolve_place(place)
        return found.lat, found.lon
    if lat is None or lon is None:
        raise PlaceMissing
    return lat, lon


def _days(asked: dict[str, Any], *, today: date) -> tuple[date, date]:
    first = asked.get("first") or today
    return first, asked.get("last") or first + A_WEEK
