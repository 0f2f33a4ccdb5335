"""What a workshop was given and has yet to follow: cheques to bank, payers' files, transfers to place, vouchers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Nothing, Text, WholeNumber
from api.pages import Pages
from api.settings import find_inside
from api.tenders import ClaimShown, TenderShown
from backend.lib.clock import database_now
from booking.tenders.claims import claim_paid, claim_refused, send_claim
from booking.tenders.models import MOST_CENTS, Claim, Receipt, Tender
from booking.tenders.receipts import record_receipt
from booking.tenders.remit import remit_tender
from booking.tenders.vouchers import MOST_CENTS as DEAREST_VOUCHER
from booking.tenders.vouchers import SOLD_BY, Issued, offer_voucher, sell_voucher
from collective.hours.grant import MOST_MINUTES, NotAMember, grant_minutes
from collective.members.models import Collective, User

TAG = ["till"]
MOVES = ["sent", "paid", "refused"]
BORNE_BY = ["customer", "workshop"]
SOLD = [(means.value, means.label) for means in SOLD_BY]
KEY = "Yours, new each time: sent twice, done once."


class ReceiptWanted(Asked):
    amount_cents = WholeNumber(min_value=1, max_value=MOST_CENTS)
    payer = Text(max_length=120, help_text="As the bank statement names them.")
    note = Text(max_length=240, required=False)
    received_on = Day()
    key = Text(max_length=60, help_text=KEY)


class ReceiptShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    amount_cents = serializers.IntegerField()
    left_cents = serializers.IntegerField(help_text="What is not matched to a repair yet.")
    payer = serializers.CharField()
    note = serializers.CharField()
    received_on = serializers.DateField()


class ReceiptsDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List transfers that wait for a repair", responses=ReceiptShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        found = Receipt.objects.filter(workshop=find_inside(slug, request.user)).unmatched()
        return self.listed(found.order_by("received_on", "pk"), ReceiptShown)

    @extend_schema(
        tags=TAG, summary="Write down a transfer to place", request=ReceiptWanted, responses={201: ReceiptShown}
    )
    def post(self, request: Request, slug: str) -> Response:
        """It is matched by recording a transfer for an appointment, with its number as `receipt`."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(ReceiptWanted)
        cents, note = wanted.pop("amount_cents"), wanted.pop("note", "")
        made = record_receipt(workshop=workshop, cents=cents, note=note, by=request.user, at=database_now(), **wanted)
        return Response(ReceiptShown(made).data, status=201)


class RemitDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="A cheque or a card's money is at the bank", request=None, responses=TenderShown)
    def post(self, request: Request, pk: int) -> Response:
        self.read_body(Nothing)
        tender = Tender.objects.visible_to(request.user).filter(pk=pk).first()
        if tender is None:
            raise NotFound
        return Response(TenderShown(remit_tender(tender=tender, by=request.user, at=database_now())).data)


class OwedClaimShown(ClaimShown):
    appointment = serializers.CharField(source="tender.reference")
    amount_cents = serializers.IntegerField(source="tender.amount")


class ClaimMove(Asked):
    to = serializers.ChoiceField(choices=MOVES)
    file_number = Text(max_length=60, required=False, help_text="When it is sent.")
    reason = Text(max_length=240, required=False, help_text="When it is refused: the payer's.")
    borne_by = serializers.ChoiceField(
        choices=BORNE_BY, required=False, help_text="When it is refused; the customer by default."
    )


class ClaimsDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List what payers were asked for", responses=OwedClaimShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        found = Claim.objects.filter(tender__workshop=find_inside(slug, request.user))
        return self.listed(found.select_related("tender", "payer").order_by("-pk"), OwedClaimShown)


class ClaimDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Move a payer's file on", request=ClaimMove, responses=OwedClaimShown)
    def post(self, request: Request, pk: int) -> Response:
        """Sent and paid by the people of the workshop, refused by its owner."""
        wanted = self.read_body(ClaimMove)
        seen = Tender.objects.visible_to(request.user)
        claim = Claim.objects.filter(pk=pk, tender__in=seen).first()
        if claim is None:
            raise NotFound
        known: dict[str, Any] = {"claim": claim, "by": request.user, "at": database_now()}
        if wanted["to"] == "sent":
            moved = send_claim(file_number=wanted.get("file_number", ""), **known)
        elif wanted["to"] == "paid":
            moved = claim_paid(**known)
        else:
            bears = wanted.get("borne_by") == "workshop"
            moved = claim_refused(reason=wanted.get("reason", ""), workshop_bears=bears, **known)
        return Response(OwedClaimShown(moved).data)


class VoucherWanted(Asked):
    amount_cents = WholeNumber(min_value=1, max_value=DEAREST_VOUCHER)
    expires_on = Day(help_text="The last day on which it can be used.")
    key = Text(max_length=60, help_text=KEY)


class SoldWanted(VoucherWanted):
    means = serializers.ChoiceField(choices=SOLD)


class OfferedWanted(VoucherWanted):
    reason = Text(max_length=240)


class VoucherShown(serializers.Serializer[Any]):
    code = serializers.CharField(help_text='Given once: "" when this key had issued it before.')
    hint = serializers.CharField(source="voucher.hint", help_text="The last letters of the code.")
    face_cents = serializers.IntegerField(source="voucher.face_cents")
    left_cents = serializers.IntegerField(source="voucher.left_cents")
    expires_on = serializers.DateField(source="voucher.expires_on")


class SellVoucherDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Sell a voucher", request=SoldWanted, responses={201: VoucherShown})
    def post(self, request: Request, slug: str) -> Response:
        """For the work of this workshop; VAT is due when it is used."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(SoldWanted)
        cents = wanted.pop("amount_cents")
        issued = sell_voucher(workshop=workshop, cents=cents, by=request.user, at=database_now(), **wanted)
        return _issued(issued)


class OfferVoucherDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Offer a voucher", request=OfferedWanted, responses={201: VoucherShown})
    def post(self, request: Request, slug: str) -> Response:
        """By a coordinator, from the common fund, for any workshop of the collective."""
        collective = _collective(slug, request.user)
        wanted = self.read_body(OfferedWanted)
        cents = wanted.pop("amount_cents")
        issued = offer_voucher(collective=collective, cents=cents, by=request.user, at=database_now(), **wanted)
        return _issued(issued)


class GrantWanted(Asked):
    email = Text(max_length=254, help_text="Of a member of the collective.")
    minutes = WholeNumber(min_value=1, max_value=MOST_MINUTES)
    reason = Text(max_length=240)
    key = Text(max_length=60, help_text=KEY)


class GrantShown(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(help_text="What the account holds now.")


class GrantDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Give minutes", request=GrantWanted, responses={201: GrantShown})
    def post(self, request: Request, slug: str) -> Response:
        """By a coordinator, to a member: time credits, which pay for labour where a workshop takes them."""
        collective = _collective(slug, request.user)
        wanted = self.read_body(GrantWanted)
        user = User.objects.filter(email__iexact=wanted.pop("email")).first()
        if user is None:
            raise NotAMember
        account = grant_minutes(collective=collective, user=user, by=request.user, at=database_now(), **wanted)
        return Response(GrantShown(account).data, status=201)


def _collective(slug: str, user: Any) -> Collective:
    """:raises NotFound: for a collective that this person does not belong to."""
    if found := Collective.objects.visible_to(user).filter(slug=slug).first():
        return found
    raise NotFound


def _issued(issued: Issued) -> Response:
    return Response(VoucherShown(issued).data, status=201)
