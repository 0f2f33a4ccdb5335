"""Invoices: what a paper says, to its buyer, who works at its workshop, and the treasurer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Text
from api.pages import Pages
from collective.invoices.models import Invoice


class InvoicesQuery(Asked):
    kind = serializers.ChoiceField(choices=Invoice.Kind.choices, required=False)
    workshop = Text(max_length=80, required=False, help_text="Its slug.")
    reference = Text(max_length=60, required=False, help_text="What it is for: an appointment's number.")
    number = Text(max_length=24, required=False)
    first = Day(required=False, help_text="Issued on that day or later.")
    last = Day(required=False)


class InvoiceShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    number = serializers.CharField(help_text="Continuous within its issuer, series and year.")
    kind = serializers.ChoiceField(choices=Invoice.Kind.choices)
    seller = serializers.CharField(source="facts.seller.name")
    siren = serializers.CharField(source="facts.seller.siren")
    workshop = serializers.CharField(source="workshop.slug", allow_null=True, default=None)
    reference = serializers.CharField()
    corrects = serializers.CharField(
        source="corrects.number", allow_null=True, default=None, help_text="The invoice that a credit note lowers."
    )
    buyer = serializers.CharField(source="buyer_name")
    issued_on = serializers.DateField()
    net_cents = serializers.IntegerField()
    vat_cents = serializers.IntegerField()
    gross_cents = serializers.IntegerField(help_text="Above zero for a credit note too, which lowers its invoice.")
    due_cents = serializers.IntegerField(source="facts.totals.due_cents", help_text="Left to pay when it was issued.")
    sha256 = serializers.CharField(help_text="Of the canonical JSON of its facts, frozen when it was issued.")


class InvoiceFacts(InvoiceShown):
    facts = serializers.JSONField(help_text="All that the paper says: parties, lines, VAT, settlements, mentions.")


class InvoicesDoor(SignedInDoor):
    query = InvoicesQuery
    pagination_class = Pages

    @extend_schema(
        tags=["books"], summary="List invoices", parameters=[InvoicesQuery], responses=InvoiceShown(many=True)
    )
    def get(self, request: Request) -> Response:
        """One's own, those of the workshops one works in, those of the collective whose treasurer one is."""
        names = {
            "kind": "kind",
            "workshop": "workshop__slug",
            "reference": "reference",
            "number": "number",
            "first": "issued_on__gte",
            "last": "issued_on__lte",
        }
        rows = _invoices(request).filter(**{names[name]: value for name, value in self.asked.items()})
        return self.listed(rows.order_by("-issued_on", "-pk"), InvoiceShown)


class InvoiceDoor(SignedInDoor):
    @extend_schema(tags=["books"], summary="Read an invoice", responses=InvoiceFacts)
    def get(self, request: Request, pk: int) -> Response:
        invoice = _invoices(request).filter(pk=pk).first()
        if invoice is None:
            raise NotFound
        return Response(InvoiceFacts(invoice).data)


def _invoices(request: Request) -> Any:
    return Invoice.objects.visible_to(request.user).select_related("workshop", "corrects")
