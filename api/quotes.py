"""The price of a repair after the booking: quotes, what is left to pay, the link to pay it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appointment_data import AppointmentShown, appointment_data, find_appointment, find_for_staff
from api.appointments import PaymentPage
from api.doors import Door, SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Nothing, Text, WholeNumber, YesNo
from backend.lib.clock import database_now
from booking.appointments.balance import ask_balance, pay_balance
from booking.appointments.card_saved import forget_my_card
from booking.appointments.quote_models import Quote
from booking.appointments.rights import NotYours, is_customer
from booking.jobs.answer_quote import agree_to_quote, refuse_quote
from booking.jobs.bill import bill
from booking.jobs.quote import DEAREST_CENTS, LONGEST_NAME, LONGEST_REASON, MOST_LINES, Wanted, write_quote
from collective.payments.ask import LEAST_CENTS, open_payment


class QuotedLine(Asked):
    line = WholeNumber(required=False, min_value=1, help_text="The id of a line of the appointment, to price it anew.")
    name = Text(max_length=LONGEST_NAME, required=False, help_text="Of a line that is new.")
    labour_cents = WholeNumber(min_value=0, max_value=DEAREST_CENTS, help_text="VAT included.")
    parts_cents = WholeNumber(min_value=0, max_value=DEAREST_CENTS, default=0, help_text="VAT included.")


class QuoteWanted(Asked):
    reason = Text(max_length=LONGEST_REASON, help_text="The customer reads it.")
    lines = serializers.ListField(child=QuotedLine(), min_length=1, max_length=MOST_LINES)


class LineOfQuote(serializers.Serializer[Any]):
    line = serializers.IntegerField(source="line_id", allow_null=True)
    name = serializers.CharField()
    labour_cents = serializers.IntegerField()
    parts_cents = serializers.IntegerField()


class QuoteShown(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Quote.State.choices)
    reason = serializers.CharField()
    lines = LineOfQuote(many=True)
    labour_cents = serializers.IntegerField()
    parts_cents = serializers.IntegerField()
    total_cents = serializers.IntegerField()
    was_cents = serializers.IntegerField(help_text="The price when it was written.")
    written_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class AnswerQuoteWanted(Asked):
    accept = YesNo(help_text="true makes the quoted price the agreed one, false leaves it as it is.")


class BalanceWanted(Asked):
    amount_cents = WholeNumber(
        required=False, min_value=LEAST_CENTS, help_text="A part of what is left; by default all of it."
    )


class MovementShown(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    words = serializers.CharField()
    cents = serializers.IntegerField(help_text="Below zero it went back to the card.")


class BillShown(serializers.Serializer[Any]):
    price_cents = serializers.IntegerField(help_text="The price of the repair, VAT included.")
    aid_cents = serializers.IntegerField(help_text="What the common fund adds for a solidarity price.")
    gift_cents = serializers.IntegerField(help_text="What goes to the common fund besides.")
    to_pay_cents = serializers.IntegerField()
    paid_cents = serializers.IntegerField(help_text="Online, and not given back.")
    held_cents = serializers.IntegerField(help_text="Held on the card, not taken.")
    held_until = serializers.DateTimeField(source="held.capture_before", allow_null=True, default=None)
    left_cents = serializers.IntegerField()
    movements = MovementShown(many=True)


class QuotesDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Write a quote", request=QuoteWanted, responses={201: QuoteShown})
    def post(self, request: Request, key: str) -> Response:
        """A price above or below what was agreed: it holds when the customer agrees, within a week."""
        at, wanted = database_now(), self.read_body(QuoteWanted)
        appointment, by = find_for_staff(key, request.user, at=at)
        lines = [Wanted(**line) for line in wanted["lines"]]
        quote = write_quote(appointment=appointment, lines=lines, reason=wanted["reason"], by=by, at=at)
        return Response(QuoteShown(quote).data, status=201)


class QuoteDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Read the last quote", responses=QuoteShown)
    def get(self, request: Request, key: str) -> Response:
        """404 when none was written."""
        appointment, _by = find_appointment(key, request.user, at=database_now())
        quote = appointment.quotes.order_by("-pk").first()
        if quote is None:
            raise NotFound
        return Response(QuoteShown(quote).data)


class AnswerQuoteDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Answer a quote", request=AnswerQuoteWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """404 when none waits for an answer."""
        at, wanted = database_now(), self.read_body(AnswerQuoteWanted)
        appointment, by = find_appointment(key, request.user, at=at)
        if not is_customer(by, appointment):
            raise NotYours
        quote = appointment.quotes.open_().first()
        if quote is None:
            raise NotFound
        answer = agree_to_quote if wanted["accept"] else refuse_quote
        return Response(appointment_data(answer(quote=quote, by=by, at=at)))


class BillDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Read what one pays, and why", responses=BillShown)
    def get(self, request: Request, key: str) -> Response:
        """For the customer alone: what they chose to pay is nobody else's business."""
        appointment, by = find_appointment(key, request.user, at=database_now())
        if not is_customer(by, appointment):
            raise NotYours
        return Response(BillShown(bill(appointment)).data)


class BalanceDoor(Door):
    refusals = (410, 503)

    @extend_schema(tags=["booking"], summary="Pay the rest", request=BalanceWanted, responses=PaymentPage)
    def post(self, request: Request, key: str) -> Response:
        """Open the payment page of the rest; asked again for the same amount, the same page."""
        at, wanted = database_now(), self.read_body(BalanceWanted)
        appointment, by = find_appointment(key, request.user, at=at)
        payment = pay_balance(appointment=appointment, by=by, at=at, **wanted)
        return Response(PaymentPage({"url": open_payment(payment=payment, at=at)}).data)


class AskBalanceDoor(SignedInDoor):
    sends_mail = True
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Send a link to pay the rest", request=None, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_for_staff(key, request.user, at=at)
        return Response(appointment_data(ask_balance(appointment=appointment, by=by, at=at)))


class ForgetCardDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Forget the saved card", request=None, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """The repair is then paid by link or at the counter."""
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_appointment(key, request.user, at=at)
        return Response(appointment_data(forget_my_card(appointment=appointment, by=by, at=at)))
