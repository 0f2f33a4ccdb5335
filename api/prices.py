"""Which prices a workshop publishes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, WholeNumber
from backend.lib.clock import database_now
from collective.workshops.change_prices import change_prices
from collective.workshops.models import Workshop


class PricesWanted(Asked):
    prices = serializers.ChoiceField(choices=Workshop.Prices.choices)
    reduced_bp = WholeNumber(min_value=0, max_value=10_000, help_text="Basis points of the reference price.")
    supporter_bp = WholeNumber(min_value=10_000, max_value=30_000)
    floor_bp = WholeNumber(min_value=0, max_value=10_000)


class PublishedPrices(serializers.Serializer[Any]):
    prices = serializers.ChoiceField(choices=Workshop.Prices.choices)
    reduced_bp = serializers.IntegerField()
    supporter_bp = serializers.IntegerField()
    floor_bp = serializers.IntegerField()


class PricesDoor(SignedInDoor):
    @extend_schema(tags=["workshop"], summary="Read the published prices", responses=PublishedPrices)
    def get(self, request: Request, slug: str) -> Response:
        return Response(PublishedPrices(_find(request, slug)).data)

    @extend_schema(tags=["workshop"], summary="Publish prices", request=PricesWanted, responses=PublishedPrices)
    def put(self, request: Request, slug: str) -> Response:
        """For its owner; what is booked already stays as it was promised."""
        wanted, workshop = self.read_body(PricesWanted), _find(request, slug)
        changed = change_prices(workshop=workshop, by=request.user, at=database_now(), **wanted)
        return Response(PublishedPrices(changed).data)


def _find(request: Request, slug: str) -> Workshop:
    workshop = Workshop.objects.visible_to(request.user).filter(slug=slug).first()
    if workshop is None:
        raise NotFound
    return workshop
