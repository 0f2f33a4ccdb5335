"""What does not agree between the books, the payment provider and the bank; for who keeps a collective's money."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Text, YesNo
from api.pages import Pages
from backend.lib.clock import database_now
from collective.members.models import Membership
from collective.payments.rights import KEEPERS, NotTheTreasurer, what_forbids_keeping_money
from collective.payments.settle_trouble import LONGEST_NOTE
from collective.reconciliation.models import BooksCheck, Disagreement, DisagreementQuerySet
from collective.reconciliation.resolve import resolve_disagreement


class DisagreementsQuery(Asked):
    open = YesNo(required=False, help_text="true: only what nobody has settled yet; false: only what is settled.")
    kind = serializers.ChoiceField(choices=Disagreement.Kind.choices, required=False)


class NoteWanted(Asked):
    note = Text(max_length=LONGEST_NOTE, help_text="What you found and did: whoever comes after you reads it.")


class DisagreementShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    collective = serializers.CharField(source="collective.slug")
    kind = serializers.ChoiceField(choices=Disagreement.Kind.choices)
    about = serializers.CharField(help_text="An entry's source, a check's name, or the provider's own reference.")
    said = serializers.CharField(help_text="The sentence of a check of our own rows; empty otherwise.")
    ours_cents = serializers.IntegerField(allow_null=True, help_text="null: the books know nothing of it.")
    theirs_cents = serializers.IntegerField(allow_null=True, help_text="null: the provider knows nothing of it.")
    since = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    how = serializers.CharField(help_text="itself, accepted; empty while it is open.")
    note = serializers.CharField()


class CheckShown(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    took_ms = serializers.IntegerField()
    is_green = serializers.BooleanField()
    provider = serializers.CharField(help_text="compared, moving, silent, none or quick.")
    entries = serializers.IntegerField()
    open_count = serializers.IntegerField(help_text="Disagreements that were open after it.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Faults found, by check.")
    books_cents = serializers.IntegerField(allow_null=True)
    provider_cents = serializers.IntegerField(allow_null=True)


class DisagreementsDoor(SignedInDoor):
    query = DisagreementsQuery
    pagination_class = Pages

    @extend_schema(
        tags=["books"],
        summary="List what does not agree",
        parameters=[DisagreementsQuery],
        responses=DisagreementShown(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of the collectives whose money one keeps, the latest first."""
        rows = _rows(request.user).filter(collective__memberships__in=Membership.objects.of(request.user, *KEEPERS))
        if "open" in self.asked:
            rows = rows.filter(resolved_at__isnull=self.asked["open"])
        if kind := self.asked.get("kind"):
            rows = rows.filter(kind=kind)
        return self.listed(rows.distinct().order_by("-since", "-pk"), DisagreementShown)


class DisagreementDoor(SignedInDoor):
    @extend_schema(tags=["books"], summary="Read a disagreement", responses=DisagreementShown)
    def get(self, request: Request, pk: int) -> Response:
        row = _find(request, pk)
        if forbidden := what_forbids_keeping_money(row.collective, by=request.user):
            raise forbidden
        return Response(DisagreementShown(row).data)


class ResolveDoor(SignedInDoor):
    @extend_schema(tags=["books"], summary="Settle a disagreement", request=NoteWanted, responses=DisagreementShown)
    def post(self, request: Request, pk: int) -> Response:
        """With a note. 409 `only_mended` for faults of our own books, which close when they are mended."""
        row = _find(request, pk)
        note = self.read_body(NoteWanted)["note"]
        settled = resolve_disagreement(disagreement=row, note=note, by=request.user, at=database_now())
        return Response(DisagreementShown(settled).data)


class ChecksDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=["books"], summary="List the last checks of the books", responses=CheckShown(many=True))
    def get(self, request: Request) -> Response:
        """One in ten minutes, kept for thirty days, the latest first."""
        if not Membership.objects.of(request.user, *KEEPERS).exists():
            raise NotTheTreasurer
        return self.listed(BooksCheck.objects.exclude(finished_at=None).order_by("-at"), CheckShown)


def _rows(user: Any) -> DisagreementQuerySet:
    return Disagreement.objects.visible_to(user).select_related("collective")


def _find(request: Request, pk: int) -> Disagreement:
    row = _rows(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
