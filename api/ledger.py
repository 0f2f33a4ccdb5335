"""The books: sealed entries with their lines, for those to whom they are open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Text, WholeNumber
from api.pages import FARTHEST, Pages
from collective.ledger.models import Entry, EntryQuerySet, Line
from collective.timetable.ticks import local_midnight


class EntriesQuery(Asked):
    entity = WholeNumber(required=False, min_value=1, max_value=FARTHEST)
    journal = serializers.ChoiceField(choices=Entry.Journal.choices, required=False)
    workshop = Text(max_length=80, required=False, help_text="Its slug.")
    reference = Text(max_length=60, required=False, help_text="What it was for: an appointment's number.")
    first = Day(required=False)
    last = Day(required=False)


class EntryLine(serializers.Serializer[Any]):
    account = serializers.CharField(help_text="French general chart of accounts; after a dot, the entity across.")
    amount = serializers.IntegerField(help_text="Debit above zero, credit below; cents for EUR, minutes for MIN.")
    unit = serializers.ChoiceField(choices=Line.Unit.choices)


class EntityShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()


class EntryShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    entity = EntityShown()
    journal = serializers.ChoiceField(choices=Entry.Journal.choices)
    source = serializers.CharField(help_text="The cause; booked once in each entity's books.")
    label = serializers.CharField()
    reference = serializers.CharField()
    workshop = serializers.CharField(source="workshop.slug", allow_null=True, default=None)
    occurred_at = serializers.DateTimeField()
    mirrors = serializers.IntegerField(source="mirrors_id", allow_null=True, help_text="The entry that it takes back.")
    lines = EntryLine(many=True)


class EntriesDoor(SignedInDoor):
    query = EntriesQuery
    pagination_class = Pages

    @extend_schema(
        tags=["books"], summary="List ledger entries", parameters=[EntriesQuery], responses=EntryShown(many=True)
    )
    def get(self, request: Request) -> Response:
        """Of the entities whose books one sees, the latest first."""
        rows = _entries(request.user)
        names = {"entity": "entity", "journal": "journal", "workshop": "workshop__slug", "reference": "reference"}
        rows = rows.filter(**{names[name]: value for name, value in self.asked.items() if name in names})
        zone = timezone.get_default_timezone()
        if first := self.asked.get("first"):
            rows = rows.filter(occurred_at__gte=local_midnight(first, zone))
        if last := self.asked.get("last"):
            rows = rows.filter(occurred_at__lt=local_midnight(last + timedelta(days=1), zone))
        return self.listed(rows.order_by("-occurred_at", "-pk"), EntryShown)


class EntryDoor(SignedInDoor):
    @extend_schema(tags=["books"], summary="Read a ledger entry", responses=EntryShown)
    def get(self, request: Request, pk: int) -> Response:
        entry = _entries(request.user).filter(pk=pk).first()
        if entry is None:
            raise NotFound
        return Response(EntryShown(entry).data)


def _entries(user: Any) -> EntryQuerySet:
    return Entry.objects.visible_to(user).select_related("entity", "workshop").prefetch_related("lines")
