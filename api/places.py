"""Places: what people type, and the points it may mean."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.fields import Asked, Text, WholeNumber
from collective.places.find import find_places

MOST_PLACES = 20


class PlaceQuery(Asked):
    q = Text(max_length=100, help_text="A postcode, a name or the beginning of one; slips of the finger are forgiven.")
    limit = WholeNumber(min_value=1, max_value=MOST_PLACES, default=8, help_text="How many at most.")


class PlaceShown(serializers.Serializer[Any]):
    insee = serializers.CharField(help_text="INSEE code of the commune.")
    name = serializers.CharField()
    commune = serializers.CharField(help_text="The commune it is a part of; empty when it is one itself.")
    postcode = serializers.CharField()
    label = serializers.CharField(help_text="What to show, and what `place` of a search reads back.")
    lat = serializers.FloatField(help_text="Degrees north.")
    lon = serializers.FloatField(help_text="Degrees east.")


class PlacesShown(serializers.Serializer[Any]):
    results = PlaceShown(many=True)


class PlacesDoor(Door):
    query = PlaceQuery

    @extend_schema(tags=["places"], summary="Find places", parameters=[PlaceQuery], responses=PlacesShown)
    def get(self, request: Request) -> Response:
        """Best first; the nearest names when nothing begins like the query."""
        places = find_places(self.asked["q"], limit=self.asked["limit"])
        return Response(PlacesShown({"results": places}).data)
