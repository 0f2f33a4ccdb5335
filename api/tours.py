"""The tour of a day of a workshop that comes to people."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Moment, Text
from api.settings import find_inside
from backend.lib.clock import database_now
from booking.appointments.models import Appointment
from booking.jobs.tour import Moved, Shorter, Tour, tours


class TourQuery(Asked):
    day = Day(required=False, help_text="Local to the workshop; by default today.")
    move = Text(max_length=12, required=False, help_text="The number of an appointment, to see it at another time.")
    to = Moment(required=False, help_text="When that one would begin. Nothing is written.")


class LegShown(serializers.Serializer[Any]):
    leave_at = serializers.DateTimeField(allow_null=True)
    arrive_at = serializers.DateTimeField(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True, help_text="null: a point is not known.")
    km = serializers.FloatField(allow_null=True)
    short_minutes = serializers.IntegerField(help_text="How much later than due one arrives.")


class StopShown(serializers.Serializer[Any]):
    number = serializers.CharField(source="appointment.number")
    address = serializers.CharField(source="appointment.address")
    lat = serializers.FloatField(source="where.lat", allow_null=True, default=None)
    lon = serializers.FloatField(source="where.lon", allow_null=True, default=None)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class ShorterShown(serializers.Serializer[Any]):
    order = serializers.ListField(child=serializers.CharField(), help_text="Numbers of appointments.")
    saves_km = serializers.FloatField()
    saves_minutes = serializers.IntegerField()


class TourShown(serializers.Serializer[Any]):
    mechanic = serializers.CharField(source="mechanic.name")
    km = serializers.FloatField()
    minutes = serializers.IntegerField(help_text="On the road.")
    stops = StopShown(many=True)
    legs = LegShown(many=True, help_text="The way to each stop, and the last one home.")
    shorter = serializers.SerializerMethodField(help_text="Another order that would save road: never imposed.")

    @extend_schema_field(ShorterShown(allow_null=True))
    def get_shorter(self, tour: Tour) -> dict[str, Any] | None:
        found: Shorter | None = tour.shorter
        if found is None:
            return None
        order = [tour.stops[place].appointment.number for place in found.order]
        return {"order": order, "saves_km": round(found.km, 3), "saves_minutes": found.minutes}


class DayToursShown(serializers.Serializer[Any]):
    day = serializers.DateField()
    tours = TourShown(many=True)


class TourDoor(SignedInDoor):
    query = TourQuery

    @extend_schema(tags=["workshop"], summary="Read the tour of a day", parameters=[TourQuery], responses=DayToursShown)
    def get(self, request: Request, slug: str) -> Response:
        """One for each mechanic who goes out; none where customers come to the workshop."""
        workshop, at = find_inside(slug, request.user), database_now()
        day = self.asked.get("day") or at.astimezone(workshop.zone).date()
        moved = None
        if "move" in self.asked and "to" in self.asked:
            moved = Moved(_find_visit(workshop.pk, self.asked["move"]), self.asked["to"])
        found = tours(workshop=workshop, day=day, at=at, moved=moved)
        return Response(DayToursShown({"day": day, "tours": found}).data)


def _find_visit(workshop: int, number: str) -> Appointment:
    """:raises NotFound: for a number that is none, or another workshop's."""
    visits = Appointment.objects.filter(workshop=workshop, status__in=Appointment.OPEN, mechanic__isnull=False)
    visit = visits.numbered(number).select_related("mechanic", "second_mechanic").first()
    if visit is None:
        raise NotFound
    return visit
