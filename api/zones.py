"""The days that a workshop sells to bikes that are left, and the zone to which one that travels comes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.fields import Asked, Text, WholeNumber, YesNo
from api.settings import TAG, find_inside, whole
from backend.lib.clock import database_now
from collective.timetable.change_drop_off import change_drop_off, terms_of
from collective.workshops.change_zone import MOST_COMMUNES, change_zone
from collective.workshops.ranges import DROP_OFF, SERVED_KM
from collective.workshops.zones import MOST_CORNERS


class TermsShown(serializers.Serializer[Any]):
    is_on = serializers.BooleanField()
    share_bp = serializers.IntegerField(help_text="Of the mechanics' free minutes of a day, in basis points.")
    arrives_from = serializers.IntegerField(help_text="Minutes after midnight, on the workshop's clock.")
    arrives_until = serializers.IntegerField(help_text="Minutes after midnight.")
    return_days = serializers.IntegerField(help_text="Opening days later; 0 is the same evening.")
    returns_from = serializers.IntegerField(help_text="Minutes after midnight, on the day of return.")
    storage_places = serializers.IntegerField(help_text="Bikes on site at once.")


class TermsWanted(Asked):
    is_on = YesNo(required=False)
    share_bp = whole(DROP_OFF["share_bp"])
    arrives_from = whole(DROP_OFF["arrives_from"])
    arrives_until = whole(DROP_OFF["arrives_until"])
    return_days = whole(DROP_OFF["return_days"])
    returns_from = whole(DROP_OFF["returns_from"])
    storage_places = whole(DROP_OFF["storage_places"])


class DropOffDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read the terms of drop-off days", responses=TermsShown)
    def get(self, request: Request, slug: str) -> Response:
        """The usual ones, switched off, where no days were ever sold."""
        return Response(TermsShown(terms_of(find_inside(slug, request.user))).data)

    @extend_schema(tags=TAG, summary="Change the terms of drop-off days", request=TermsWanted, responses=TermsShown)
    def patch(self, request: Request, slug: str) -> Response:
        """For the owner. What is sold stays sold."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(TermsWanted)
        terms = change_drop_off(workshop=workshop, by=request.user, at=database_now(), **wanted)
        return Response(TermsShown(terms).data)


class ZoneShown(serializers.Serializer[Any]):
    km = serializers.IntegerField(source="served_km", allow_null=True, help_text="Around the base.")
    communes = serializers.ListField(source="served_communes", child=serializers.CharField(), help_text="INSEE codes.")
    area = serializers.ListField(
        source="served_area",
        child=serializers.ListField(child=serializers.FloatField()),
        help_text="Corners as [latitude, longitude], once around.",
    )


class Degree(serializers.FloatField):
    """A number of degrees, as JSON has numbers."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(data)


class ZoneWanted(Asked):
    km = WholeNumber(min_value=SERVED_KM.least, max_value=SERVED_KM.most, required=False)
    communes = serializers.ListField(child=Text(max_length=5), max_length=MOST_COMMUNES, required=False)
    area = serializers.ListField(
        child=serializers.ListField(child=Degree(), min_length=2, max_length=2), max_length=MOST_CORNERS, required=False
    )


class ZoneDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read the zone of a workshop that travels", responses=ZoneShown)
    def get(self, request: Request, slug: str) -> Response:
        return Response(ZoneShown(find_inside(slug, request.user)).data)

    @extend_schema(tags=TAG, summary="Change the zone", request=ZoneWanted, responses=ZoneShown)
    def patch(self, request: Request, slug: str) -> Response:
        """For the owner: one of kilometres, communes, or an area whose sides do not cross."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(ZoneWanted)
        return Response(ZoneShown(change_zone(workshop=workshop, by=request.user, **wanted)).data)
