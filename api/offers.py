"""What a workshop offers: everybody reads what is on sale, the owner changes it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door, SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Nothing, Text
from api.pages import Pages
from api.settings import TAG, find_inside, whole
from api.workshops import find_workshop
from backend.lib.clock import database_now
from booking.services.bike_types import BikeType
from booking.services.change_offers import (
    MINUTES,
    OFFER,
    NothingToBorrow,
    NotInTheCatalogue,
    add_offer,
    change_offer,
    resume_offer,
    withdraw_offer,
)
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.tools.models import ToolKind


class OfferShown(serializers.Serializer[Any]):
    intervention = serializers.CharField(source="intervention.code")
    name = serializers.CharField(source="intervention.name")
    minutes = serializers.IntegerField()
    minutes_for = serializers.DictField(
        child=serializers.IntegerField(), help_text="Other lengths, by type of bicycle."
    )
    labour_cents = serializers.IntegerField(help_text="VAT included.")
    parts_cents = serializers.IntegerField(help_text="VAT included.")
    total_cents = serializers.IntegerField()


class OwnOfferShown(OfferShown):
    borrows = serializers.CharField(
        source="borrows.code", allow_null=True, default=None, help_text="The kind of tool borrowed from the collective."
    )
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class LengthsWanted(Asked):
    """Other minutes, by type of bicycle."""

    city = whole(MINUTES)
    road = whole(MINUTES)
    mountain = whole(MINUTES)
    ebike = whole(MINUTES)
    cargo = whole(MINUTES)
    folding = whole(MINUTES)
    child = whole(MINUTES)
    other = whole(MINUTES)


assert set(LengthsWanted().fields) == set(BikeType.values)


class OfferChange(Asked):
    minutes = whole(OFFER["minutes"])
    labour_cents = whole(OFFER["labour_cents"])
    parts_cents = whole(OFFER["parts_cents"])
    minutes_for = LengthsWanted(required=False)
    borrows = Text(max_length=40, allow_null=True, required=False, help_text="A code of a kind of tool; null: none.")


class OfferWanted(OfferChange):
    intervention = Text(max_length=20)
    minutes = whole(OFFER["minutes"], required=True)
    labour_cents = whole(OFFER["labour_cents"], required=True)


def read_kind(wanted: dict[str, Any]) -> dict[str, Any]:
    """
    Put the kind of tool in the place of its code.

    :raises NothingToBorrow: for a code that is none.
    """
    code = wanted.get("borrows")
    if code is None:
        return wanted
    kind = ToolKind.objects.filter(code=code).first()
    if kind is None:
        raise NothingToBorrow
    return wanted | {"borrows": kind}


def find_offer(slug: str, code: str, user: Any) -> Offer:
    """:raises NotFound: for a stranger, and for work that the workshop never offered."""
    offers = Offer.objects.filter(workshop=find_inside(slug, user), intervention__code=code)
    offer = offers.select_related("intervention", "workshop", "borrows").first()
    if offer is None:
        raise NotFound
    return offer


class OffersDoor(Door):
    pagination_class = Pages
    refusals = (401,)

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method in SAFE_METHODS else IsAuthenticated()]

    @extend_schema(tags=["workshops"], summary="List what a workshop offers", responses=OfferShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        offers = Offer.objects.on_sale().filter(workshop=find_workshop(slug)).select_related("intervention")
        return self.listed(offers.order_by("intervention__code"), OfferShown)

    @extend_schema(tags=TAG, summary="Put work on sale", request=OfferWanted, responses={201: OwnOfferShown})
    def post(self, request: Request, slug: str) -> Response:
        """For the owner: work of the catalogue that the workshop does not offer, or withdrew."""
        workshop = find_inside(slug, request.user)
        wanted = read_kind(self.read_body(OfferWanted))
        intervention = Intervention.objects.filter(code=wanted.pop("intervention")).first()
        if intervention is None:
            raise NotInTheCatalogue
        offer = add_offer(workshop=workshop, intervention=intervention, by=request.user, **wanted)
        return Response(OwnOfferShown(offer).data, status=201)


class OfferDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read an offer", responses=OwnOfferShown)
    def get(self, request: Request, slug: str, code: str) -> Response:
        """With what only the workshop sees of it."""
        return Response(OwnOfferShown(find_offer(slug, code, request.user)).data)

    @extend_schema(tags=TAG, summary="Change an offer", request=OfferChange, responses=OwnOfferShown)
    def patch(self, request: Request, slug: str, code: str) -> Response:
        """For the owner. What is booked keeps the price and minutes that were promised."""
        offer = find_offer(slug, code, request.user)
        wanted = read_kind(self.read_body(OfferChange))
        return Response(OwnOfferShown(change_offer(offer=offer, by=request.user, **wanted)).data)


class WithdrawOfferDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Withdraw an offer", request=None, responses=OwnOfferShown)
    def post(self, request: Request, slug: str, code: str) -> Response:
        """For the owner. What is booked of it will be done."""
        self.read_body(Nothing)
        offer = find_offer(slug, code, request.user)
        return Response(OwnOfferShown(withdraw_offer(offer=offer, by=request.user, at=database_now())).data)


class ResumeOfferDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Sell an offer again", request=None, responses=OwnOfferShown)
    def post(self, request: Request, slug: str, code: str) -> Response:
        """For the owner, at the price and minutes it had."""
        self.read_body(Nothing)
        return Response(OwnOfferShown(resume_offer(offer=find_offer(slug, code, request.user), by=request.user)).data)
