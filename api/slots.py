"""Slots: when and where exactly this work can be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
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
from api.fields import Asked, Day, Degrees, Moment, Text, WholeNumber, YesNo
from api.workshops import WorkshopNamed, find_workshop
from backend.lib.clock import database_now
from backend.lib.errors import BadInput, RuleBroken
from booking.appointments.models import BikeType, Hold
from booking.availability.asked import ORDERS, WIDEST_KM, check_window, read_month
from booking.availability.month import month_overview
from booking.availability.needs import MOST_INTERVENTIONS, Work, check_interventions, works_for
from booking.availability.scan import Slot, Window
from booking.availability.search import First, Found, WorkshopSlots, find_first, find_slots, slots_of
from booking.availability.why import SENTENCES
from collective.places.find import resolve_place
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Workshop

A_WEEK = timedelta(days=6)
MOST_SLOTS = 100
WHYS = list(SENTENCES)


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
    certification = serializers.ChoiceField(
        choices=list(EBIKE_BRANDS.items()),
        default="",
        help_text="The e-bike's brand of motor: asked of who works on it.",
    )
    first = Day(required=False, help_text="The first day, by default today. Days are local to the workshop.")
    last = Day(required=False, help_text="The last day, by default six days after the first; at most 62 days after it.")
    own_hold = serializers.UUIDField(
        required=False, help_text="The token of one's hold: it hides no slot from oneself."
    )


class PlaceQuery(WorkQuery):
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


class TimelyQuery(PlaceQuery):
    within_hours = WholeNumber(
        required=False, min_value=1, max_value=62 * 24, help_text="Only slots that begin within so many hours from now."
    )
    after = Moment(required=False, help_text="Only slots that begin later: the last one seen, for the next page.")


class SlotsQuery(TimelyQuery):
    order = serializers.ChoiceField(choices=ORDERS, default="earliest")
    per_workshop = WholeNumber(default=6, min_value=1, max_value=50)
    limit = WholeNumber(default=20, min_value=1, max_value=100)
    offset = WholeNumber(default=0, min_value=0, max_value=10_000)


class FirstQuery(TimelyQuery):
    count = WholeNumber(default=20, min_value=1, max_value=100)


class MonthQuery(PlaceQuery):
    first = None
    last = None
    month = Text(max_length=7, required=False, help_text="2026-12; by default this month.")


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


class WhyShown(serializers.Serializer[Any]):
    """Why nothing was found."""

    code = serializers.ChoiceField(choices=WHYS)
    message = serializers.CharField(source="*", help_text="The same, for people.")
    until = serializers.DateTimeField(allow_null=True, help_text="When the tool that lacks is free again.")


class FoundShown(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="How many workshops can do it.")
    nothing_because = WhyShown(allow_null=True)
    results = WorkshopSlotsShown(many=True, source="workshops")


class FirstShown(serializers.Serializer[Any]):
    workshop = WorkshopNamed()
    work = WorkShown()
    distance_km = serializers.FloatField()
    slot = SlotShown()


class FirstsShown(serializers.Serializer[Any]):
    results = FirstShown(many=True)


class DayShown(serializers.Serializer[Any]):
    day = serializers.DateField()
    is_free = serializers.BooleanField()


class MonthShown(serializers.Serializer[Any]):
    days = DayShown(many=True)


class SlotsOfShown(serializers.Serializer[Any]):
    workshop = WorkshopNamed()
    work = WorkShown()
    slots = SlotShown(many=True)


# --- The same as plain values: by the thousand, serializers cost as much as the search. A test holds both together ----


def write_found(found: Found) -> dict[str, Any]:
    """What FoundShown declares."""
    zone = timezone.get_current_timezone()
    why = found.nothing_because
    return {
        "total": found.total,
        "nothing_because": why and WhyShown(why).data,
        "results": [
            _written(one)
            | {
                "slots": [_slot(slot, zone) for slot in one.slots],
                "next_at": one.next_at and one.next_at.astimezone(zone).isoformat(),
            }
            for one in found.workshops
        ],
    }


def write_firsts(firsts: Iterable[First]) -> dict[str, Any]:
    """What FirstsShown declares."""
    zone = timezone.get_current_timezone()
    return {"results": [_written(one) | {"slot": _slot(one.slot, zone)} for one in firsts]}


def write_slots_of(work: Work, slots: Iterable[Slot]) -> dict[str, Any]:
    """What SlotsOfShown declares."""
    zone = timezone.get_current_timezone()
    return {"workshop": _workshop(work.workshop), "work": _work(work), "slots": [_slot(slot, zone) for slot in slots]}


def _written(one: WorkshopSlots | First) -> dict[str, Any]:
    return {"workshop": _workshop(one.workshop), "work": _work(one.work), "distance_km": one.distance_km}


def _workshop(workshop: Workshop) -> dict[str, str]:
    return {"slug": workshop.slug, "name": workshop.name, "kind": workshop.kind, "city": workshop.city}


def _work(work: Work) -> dict[str, int]:
    return {
        "minutes": work.minutes,
        "labour_cents": work.labour_cents,
        "parts_cents": work.parts_cents,
        "total_cents": work.total_cents,
    }


def _slot(slot: Slot, zone: tzinfo) -> dict[str, str]:
    return {
        "starts_at": slot.starts_at.astimezone(zone).isoformat(),
        "ends_at": slot.ends_at.astimezone(zone).isoformat(),
    }


class SlotsDoor(Door):
    query = SlotsQuery

    @extend_schema(tags=["slots"], summary="Search slots", parameters=[SlotsQuery], responses=FoundShown)
    def get(self, request: Request) -> Response:
        """Workshops near a place that can do all of the work, each with its price and its next slots."""
        at, asked = database_now(), dict(self.asked)
        found: Found = find_slots(**_question(asked, at=at), at=at)
        return Response(write_found(found))


class FirstSlotsDoor(Door):
    query = FirstQuery

    @extend_schema(tags=["slots"], summary="Find the earliest slots", parameters=[FirstQuery], responses=FirstsShown)
    def get(self, request: Request) -> Response:
        """The very first slots of all the workshops near a place, in order of time."""
        at, asked = database_now(), dict(self.asked)
        firsts = find_first(**_question(asked, at=at), at=at)
        return Response(write_firsts(firsts))


class MonthDoor(Door):
    query = MonthQuery

    @extend_schema(tags=["slots"], summary="Look at a month", parameters=[MonthQuery], responses=MonthShown)
    def get(self, request: Request) -> Response:
        """Each day of the month, with whether any workshop near the place has a slot."""
        at, asked = database_now(), dict(self.asked)
        month = read_month(asked.pop("month", ""), today=timezone.localdate(at))
        question = _question(asked, at=at)
        del question["first"], question["last"]
        return Response(MonthShown({"days": month_overview(**question, month=month, at=at)}).data)


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
        work = find_work(
            workshop,
            asked["interventions"],
            bike_type=asked["bike_type"],
            certification=asked["certification"],
        )
        own = own_holds(asked.get("own_hold")).first()
        slots = slots_of(work=work, first=first, last=last, at=at, own=own, limit=MOST_SLOTS)
        return Response(write_slots_of(work, slots))


def _question(asked: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """Make of what was asked what a search takes."""
    lat, lon = _point(asked.pop("place", None), asked.pop("lat", None), asked.pop("lon", None))
    first, last = _days(asked, today=timezone.localdate(at))
    own = own_holds(asked.pop("own_hold", None)).first()
    return asked | {"first": first, "last": last, "lat": lat, "lon": lon, "own": own}


def own_holds(token: UUID | None) -> QuerySet[Hold]:
    """The hold of this secret token, if there is one."""
    return Hold.objects.filter(token=token) if token else Hold.objects.none()


def find_work(workshop: Workshop, interventions: Sequence[str], *, bike_type: str, certification: str = "") -> Work:
    """
    :raises UnknownIntervention: for a code that the catalogue does not have.
    :raises NotOfferedHere: when the workshop does not do all of it.
    """
    works = works_for(
        interventions=interventions, bike_type=bike_type, workshops=[workshop], certification=certification
    )
    if workshop.pk not in works:
        check_interventions(interventions)
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
