"""Closings of the counters: for who works there and the treasurer."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.fields import Asked, Day, WholeNumber
from api.pages import FARTHEST, Pages
from collective.ledger.closing_models import Closing
from collective.members.models import Membership
from collective.workshops.models import Workshop


class ClosingsQuery(Asked):
    entity = WholeNumber(required=False, min_value=1, max_value=FARTHEST)
    kind = serializers.ChoiceField(choices=Closing.Kind.choices, required=False)
    first = Day(required=False, help_text="Of periods that end on that day or later.")
    last = Day(required=False)


class ClosingShown(serializers.Serializer[Any]):
    entity = serializers.IntegerField(source="entity_id")
    number = serializers.IntegerField(help_text="Continuous among all closings of the entity.")
    kind = serializers.ChoiceField(choices=Closing.Kind.choices)
    first = serializers.DateField()
    last = serializers.DateField()
    records = serializers.IntegerField(help_text="Entries of the counter in it.")
    taken_cents = serializers.IntegerField()
    grand_total_cents = serializers.IntegerField(help_text="Taken since the beginning, this period included.")
    counted_cents = serializers.IntegerField(allow_null=True)
    difference_cents = serializers.IntegerField(allow_null=True)
    closed_at = serializers.DateTimeField()
    previous = serializers.CharField()
    sha256 = serializers.CharField()


class ClosingsDoor(SignedInDoor):
    query = ClosingsQuery
    pagination_class = Pages

    @extend_schema(
        tags=["books"],
        summary="List closings of the counters",
        parameters=[ClosingsQuery],
        responses=ClosingShown(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of the sellers in whose workshops one works, and of the collective whose treasurer one is; the last first."""
        run = Q(entity__seller__workshops__in=Workshop.objects.run_by(request.user))
        keeps = Membership.objects.of(request.user, Membership.Role.TREASURER).values("collective")
        rows = Closing.objects.filter(run | Q(entity__collective__in=keeps)).distinct()
        names = {"entity": "entity", "kind": "kind", "first": "last__gte", "last": "first__lte"}
        rows = rows.filter(**{names[name]: value for name, value in self.asked.items()})
        return self.listed(rows.order_by("-ends_at", "-pk"), ClosingShown)
