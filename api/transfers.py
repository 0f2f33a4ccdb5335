"""Money that leaves for workshops and the common fund: each transfer and where it is, what is owed, how one is paid."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Text
from api.pages import Pages
from api.settings import find_inside
from backend.lib.clock import database_now
from collective.ledger.entities import books_of
from collective.payments.distribution.accounts import account_shown, choose_bank
from collective.payments.distribution.models import Receivable, SellerAccount, Transfer
from collective.payments.distribution.retry import retry_transfer

TAG = ["money"]


class TransfersQuery(Asked):
    workshop = Text(max_length=80, required=False, help_text="Its slug.")
    reference = Text(max_length=60, required=False, help_text="The repair: an appointment's number.")
    state = serializers.ChoiceField(choices=Transfer.State.choices, required=False)


class TransferShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="The repair: an appointment's number.")
    workshop = serializers.CharField(source="workshop.slug")
    to = serializers.CharField(source="entity.name", help_text="The legal person: a seller, or the common fund.")
    by_bank = serializers.BooleanField(source="is_by_bank", help_text="Between banks, not through the provider.")
    amount_cents = serializers.IntegerField(help_text="What was sent, or what the books owe now while it waits.")
    reversed_cents = serializers.IntegerField(help_text="Taken back since, after refunds.")
    state = serializers.ChoiceField(choices=Transfer.State.choices)
    reason = serializers.ChoiceField(choices=Transfer.Reason.choices, help_text="What a waiting one waits for.")
    said = serializers.CharField(help_text="By the payment provider, when it refused.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class TransfersDoor(SignedInDoor):
    query = TransfersQuery
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List transfers", parameters=[TransfersQuery], responses=TransferShown(many=True))
    def get(self, request: Request) -> Response:
        """Those of the workshops whose inside one sees; all of the collective for its treasurer. The latest first."""
        rows = Transfer.objects.visible_to(request.user).select_related("workshop", "entity")
        names = {"workshop": "workshop__slug", "reference": "reference", "state": "state"}
        rows = rows.filter(**{names[name]: value for name, value in self.asked.items()})
        return self.listed(rows.order_by("-pk"), TransferShown)


class RetryTransferDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Send a refused transfer again", request=None, responses=TransferShown)
    def post(self, request: Request, pk: int) -> Response:
        """For a treasurer, who has seen why the provider refused it."""
        row = Transfer.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return Response(TransferShown(retry_transfer(transfer=row, by=request.user, at=database_now())).data)


class ReceivablesQuery(Asked):
    workshop = Text(max_length=80, required=False, help_text="Its slug.")


class ReceivableShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reference = serializers.CharField(help_text="The repair it comes from.")
    workshop = serializers.CharField(source="workshop.slug")
    owed_by = serializers.CharField(source="entity.name")
    cause = serializers.ChoiceField(choices=Receivable.Cause.choices)
    amount_cents = serializers.IntegerField()
    netted_cents = serializers.IntegerField(help_text="Paid by later transfers, which were lowered by it.")
    since = serializers.DateTimeField()


class ReceivablesDoor(SignedInDoor):
    query = ReceivablesQuery
    pagination_class = Pages

    @extend_schema(
        tags=TAG, summary="List what is owed back", parameters=[ReceivablesQuery], responses=ReceivableShown(many=True)
    )
    def get(self, request: Request) -> Response:
        """What a workshop owes of repairs paid at its counter, or refunded after the money had left."""
        rows = Receivable.objects.visible_to(request.user).select_related("workshop", "entity")
        if slug := self.asked.get("workshop"):
            rows = rows.filter(workshop__slug=slug)
        return self.listed(rows.order_by("-pk"), ReceivableShown)


class AccountShown(serializers.Serializer[Any]):
    way = serializers.ChoiceField(choices=SellerAccount.Way.choices, help_text="How the seller chose to be paid.")
    status = serializers.ChoiceField(choices=SellerAccount.Status.choices, help_text="Of its account at the provider.")
    due = serializers.ListField(child=serializers.CharField(), help_text="What the provider still asks for.")
    active_since = serializers.DateTimeField(allow_null=True)
    iban_end = serializers.CharField(help_text="The last four characters of the bank account that is known, if any.")


class BankWanted(Asked):
    iban = Text(max_length=50)
    bic = Text(max_length=20, required=False)
    holder = Text(max_length=70)


class AccountDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read how a workshop is paid", responses=AccountShown)
    def get(self, request: Request, slug: str) -> Response:
        return Response(AccountShown(account_shown(seller=find_inside(slug, request.user).seller)).data)

    @extend_schema(tags=TAG, summary="Be paid by bank transfer", request=BankWanted, responses=AccountShown)
    def put(self, request: Request, slug: str) -> Response:
        """For its owner. An account at the provider is opened on the provider's own pages, from the settings."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(BankWanted)
        account = choose_bank(entity=books_of(workshop.seller), by=request.user, at=database_now(), **wanted)
        return Response(AccountShown(account).data)
