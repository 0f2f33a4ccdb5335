"""Workshops: who they are, what they offer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.errors import NotFound
from api.fields import Asked, Text
from api.pages import Pages
from backend.lib.bilingual import in_current_language
from collective.workshops.models import Workshop


class WorkshopsQuery(Asked):
    kind = serializers.ChoiceField(choices=Workshop.Kind.choices, default="")
    postcode = Text(max_length=5, default="")


class WorkshopNamed(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Workshop.Kind.choices)
    city = serializers.CharField()


class WorkshopShown(WorkshopNamed):
    collective = serializers.CharField(source="collective.slug")
    seller = serializers.CharField(source="seller.legal_name", help_text="The legal person who invoices.")
    about = serializers.SerializerMethodField()
    street = serializers.CharField()
    postcode = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    served_km = serializers.IntegerField(allow_null=True, help_text="How far it comes, when it comes to you.")
    timezone = serializers.CharField()
    phone = serializers.CharField()
    ebike_certified = serializers.BooleanField()
    cargo_stand = serializers.BooleanField()
    step_free = serializers.BooleanField()
    solidarity_price = serializers.BooleanField()
    confirms = serializers.ChoiceField(choices=Workshop.Confirms.choices)
    pay_now = serializers.ChoiceField(choices=Workshop.PayNow.choices)
    deposit_bp = serializers.IntegerField(help_text="Of the total, in basis points.")
    free_cancel_hours = serializers.IntegerField()
    late_cancel_keeps_bp = serializers.IntegerField(help_text="Of what was paid, in basis points.")

    def get_about(self, workshop: Workshop) -> str:
        return in_current_language(fr=workshop.about_fr, en=workshop.about_en)


def find_workshop(slug: str) -> Workshop:
    """:raises NotFound: when no open workshop is called so."""
    workshop = Workshop.objects.open_to_all().select_related("seller", "collective").filter(slug=slug).first()
    if workshop is None:
        raise NotFound
    return workshop


class WorkshopsDoor(Door):
    query = WorkshopsQuery
    pagination_class = Pages

    @extend_schema(
        tags=["workshops"], summary="List workshops", parameters=[WorkshopsQuery], responses=WorkshopShown(many=True)
    )
    def get(self, request: Request) -> Response:
        """Those that take bookings. To look for slots near a place, see /slots/."""
        rows = Workshop.objects.open_to_all().select_related("seller", "collective").order_by("name", "pk")
        wanted = {name: value for name, value in self.asked.items() if value}
        return self.listed(rows.filter(**wanted), WorkshopShown)


class WorkshopDoor(Door):
    @extend_schema(tags=["workshops"], summary="Read a workshop", responses=WorkshopShown)
    def get(self, request: Request, slug: str) -> Response:
        return Response(WorkshopShown(find_workshop(slug)).data)
