"""Interventions: the catalogue of what a workshop can be asked to do."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.errors import NotFound
from api.fields import Asked, Text
from api.pages import Pages
from booking.services.categories import CATEGORIES
from booking.services.find import find_interventions
from booking.services.models import Intervention


class InterventionsQuery(Asked):
    q = Text(max_length=100, default="", help_text="Words, in French or English.")
    category = serializers.ChoiceField(choices=CATEGORIES, default="")


class InterventionShown(serializers.Serializer[Any]):
    code = serializers.CharField()
    category = serializers.CharField()
    name = serializers.CharField()
    minutes_min = serializers.IntegerField()
    minutes_median = serializers.IntegerField()
    minutes_max = serializers.IntegerField()
    labour_low_cents = serializers.IntegerField(help_text="Usual prices, VAT included; each workshop has its own.")
    labour_typical_cents = serializers.IntegerField()
    labour_high_cents = serializers.IntegerField()
    parts_low_cents = serializers.IntegerField()
    parts_high_cents = serializers.IntegerField()
    skill_level = serializers.IntegerField(help_text="1 beginner with guidance ... 5 expert.")
    itinerant = serializers.BooleanField(help_text="Can be done at the cyclist's place.")
    self_service = serializers.BooleanField(help_text="Can be done by the cyclist, with help.")


class InterventionsDoor(Door):
    query = InterventionsQuery
    pagination_class = Pages

    @extend_schema(
        tags=["catalogue"],
        summary="List interventions",
        parameters=[InterventionsQuery],
        responses=InterventionShown(many=True),
    )
    def get(self, request: Request) -> Response:
        """By code, or the best fitting first when words are given."""
        rows = Intervention.objects.current()
        if self.asked["category"]:
            rows = rows.filter(category=self.asked["category"])
        found = find_interventions(self.asked["q"], among=rows) if self.asked["q"] else rows
        return self.listed(found, InterventionShown)


class InterventionDoor(Door):
    @extend_schema(tags=["catalogue"], summary="Read an intervention", responses=InterventionShown)
    def get(self, request: Request, code: str) -> Response:
        intervention = Intervention.objects.current().filter(code=code).first()
        if intervention is None:
            raise NotFound
        return Response(InterventionShown(intervention).data)
