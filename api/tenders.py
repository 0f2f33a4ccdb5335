"""What an appointment was paid by: read, recorded, taken back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appointment_data import find_appointment, find_for_staff
from api.doors import SignedInDoor
from api.fields import Asked, Nothing, Text, WholeNumber, YesNo
from backend.lib.clock import database_now
from backend.lib.limits import limit
from booking.appointments.models import Appointment
from booking.appointments.payments_of import payments_of
from booking.jobs import settle as jobs
from booking.tenders.given import Given
from booking.tenders.means import ABLE, Means, State
from booking.tenders.models import MOST_CENTS, Claim, Payer, Tender
from collective.ledger.models import Line
from collective.workshops.models import Workshop

VOUCHERS_TRIED = "60/h"  # codes, by one address
BY_HAND = [(means.value, means.label) for means in Means if ABLE[means].by_hand]
PAYERS = [(kind.value, kind.label) for kind in Payer.Kind if kind != Payer.Kind.SCHEME]


class GivenWanted(Asked):
    """One thing given. Without an amount: all that is left, or what the scheme gives, or all the labour's minutes."""

    means = serializers.ChoiceField(choices=BY_HAND)
    key = Text(max_length=60, help_text="Yours, new for each thing given: sent twice, recorded once.")
    amount = WholeNumber(
        required=False, min_value=1, max_value=MOST_CENTS, help_text="Cents; minutes for time credits."
    )
    given_cents = WholeNumber(
        required=False, min_value=1, max_value=MOST_CENTS, help_text="Cash handed over: above the amount is change."
    )
    number = Text(max_length=60, required=False, help_text="Of the cheque, the ticket, the transfer or the file.")
    bank = Text(max_length=60, required=False, help_text="Of a cheque.")
    note = Text(max_length=120, required=False)
    is_promise = YesNo(required=False, help_text="A transfer that is announced: it settles nothing yet.")
    code = Text(max_length=24, required=False, help_text="Of a voucher.")
    receipt = WholeNumber(required=False, min_value=1, max_value=2**53, help_text="A transfer of the workshop's list.")
    scheme = Text(max_length=40, required=False, help_text="Of a third party: the scheme that pays…")
    payer_kind = serializers.ChoiceField(choices=PAYERS, required=False, help_text="… or who does,")
    payer = Text(max_length=120, required=False, help_text="by name.")
    is_eligible = YesNo(required=False, help_text="The mechanic's word: nothing that the scheme excludes is in it.")


class TakeBackWanted(Asked):
    reason = Text(max_length=240)
    bounced = YesNo(required=False, help_text="The bank refused it.")


class ClaimShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Claim.State.choices)
    payer = serializers.CharField(source="payer.name")
    payer_kind = serializers.CharField(source="payer.kind")
    scheme = serializers.CharField()
    file_number = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    refused_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class TenderShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    means = serializers.ChoiceField(choices=Means.choices)
    state = serializers.ChoiceField(choices=State.choices)
    unit = serializers.ChoiceField(choices=Line.Unit.choices)
    amount = serializers.IntegerField(help_text="Cents for EUR, minutes for MIN.")
    settles_cents = serializers.IntegerField(help_text="What it takes off the bill, while it counts.")
    counts = serializers.BooleanField(source="settles")
    given_cents = serializers.IntegerField(allow_null=True)
    change_cents = serializers.IntegerField()
    evidence = serializers.DictField(child=serializers.CharField(), help_text="Empty for the customer's link.")
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField(source="recorded_by.name", allow_null=True, default=None)
    ended_reason = serializers.CharField(help_text="Why it was taken back or refused.")
    claim = ClaimShown(allow_null=True, default=None)


class SettlementShown(serializers.Serializer[Any]):
    total_cents = serializers.IntegerField()
    online_cents = serializers.IntegerField(help_text="Paid online, less what was given back.")
    left_cents = serializers.IntegerField(help_text="What the customer still owes.")
    tenders = TenderShown(many=True)


class TendersDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["appointments"], summary="What it was paid by", responses=SettlementShown)
    def get(self, request: Request, key: str) -> Response:
        """In the order in which it was given; the workshop's notes are for the workshop."""
        appointment, _by = find_appointment(key, request.user, at=database_now())
        return Response(settlement(appointment, request.user))

    @extend_schema(
        tags=["workshop"], summary="Record what is given", request=GivenWanted, responses={201: SettlementShown}
    )
    def post(self, request: Request, key: str) -> Response:
        """For a repair that is done; what is left stays owed, and another thing given is another request."""
        at, wanted = database_now(), self.read_body(GivenWanted)
        if wanted["means"] == Means.VOUCHER:
            limit("voucher", request._request, rate=VOUCHERS_TRIED)
        appointment, by = find_for_staff(key, request.user, at=at)
        jobs.settle(appointment=appointment, given=given_of(wanted), by=by, at=at)
        return Response(settlement(appointment, request.user), status=201)


class TakeBackTenderDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Take a payment back", request=TakeBackWanted, responses=SettlementShown)
    def post(self, request: Request, key: str, tender: int) -> Response:
        """By the workshop's owner: the books get its mirror, and the customer owes it again."""
        at, wanted = database_now(), self.read_body(TakeBackWanted)
        appointment, by = find_for_staff(key, request.user, at=at)
        jobs.take_back(appointment=appointment, tender=tender, by=by, at=at, **wanted)
        return Response(settlement(appointment, request.user))


class ReceiveTenderDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="An announced transfer has come", request=None, responses=SettlementShown)
    def post(self, request: Request, key: str, tender: int) -> Response:
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_for_staff(key, request.user, at=at)
        jobs.receive(appointment=appointment, tender=tender, by=by, at=at)
        return Response(settlement(appointment, request.user))


def given_of(wanted: dict[str, Any]) -> Given:
    """Turn what was sent into what is given: the evidence apart."""
    noted = {name: wanted[name] for name in ("number", "bank", "note") if wanted.get(name)}
    return Given(evidence=noted, **{name: value for name, value in wanted.items() if name not in noted})


def settlement(appointment: Appointment, user: Any) -> dict[str, Any]:
    """Return what SettlementShown says; evidence is for those who see the inside of the workshop."""
    online = sum(payment.kept_cents for payment in payments_of(appointment))
    rows = Tender.objects.of(appointment.number).select_related("claim__payer", "recorded_by")
    shown = TenderShown(rows, many=True).data
    if not Workshop.objects.visible_to(user).filter(pk=appointment.workshop_id).exists():
        shown = [{**one, "evidence": {}, "recorded_by": None} for one in shown]
    return {
        "total_cents": appointment.total_cents,
        "online_cents": online,
        "left_cents": jobs.left_of(appointment, online_cents=online),
        "tenders": shown,
    }
