"""Appointments: book what is held, see it, and what its customer may do with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appointment_data import (
    AppointmentShown,
    BookedShown,
    appointment_data,
    booked_data,
    find_appointment,
    with_all,
)
from api.doors import Door
from api.errors import NotFound
from api.fields import Asked, Day, Moment, Nothing, Text, WholeNumber, YesNo
from api.holds import find_hold
from api.me import LANGUAGES
from api.pages import Pages
from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.answer_proposal import accept_proposal, decline_proposal
from booking.appointments.book import book
from booking.appointments.cancel import cancel_appointment, told_to_workshop, what_is_refunded
from booking.appointments.contact import LONGEST_ADDRESS, LONGEST_EMAIL, LONGEST_NAME, LONGEST_NOTE
from booking.appointments.links import manage_link
from booking.appointments.models import Appointment
from booking.appointments.move import move_appointment
from booking.appointments.open_page import has_page, open_page
from booking.appointments.refuse import LONGEST_REASON
from booking.appointments.rights import NotYours, is_customer
from booking.appointments.withdraw import withdraw
from collective.payments.ask import PaymentClosed, PaymentUnavailable
from collective.payments.keep_card import CardClosed
from collective.sharing.solidarity import REFERENCE
from collective.workshops.models import Workshop

CHOICES = [(name, name) for name in (REFERENCE, "reduced", "supporter", "own")]
MOST_OWN_CENTS = 1_000_000


class BookingWanted(Asked):
    hold = serializers.UUIDField(help_text="The token of a live hold.")
    email = Text(max_length=LONGEST_EMAIL)
    phone = Text(max_length=40)
    name = Text(max_length=LONGEST_NAME, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, help_text="Of the mails.")
    note = Text(max_length=LONGEST_NOTE, default="", allow_blank=True)
    address = Text(
        max_length=LONGEST_ADDRESS,
        default="",
        allow_blank=True,
        help_text="When the mechanic comes to you: in the place of the hold.",
    )
    pay = serializers.ChoiceField(choices=Workshop.PayNow.choices, help_text="One of the hold's ways_to_pay.")
    price = serializers.ChoiceField(
        choices=CHOICES, default=REFERENCE, help_text="One of the hold's prices; anything but the reference is private."
    )
    own_cents = WholeNumber(required=False, min_value=0, max_value=MOST_OWN_CENTS, help_text='With "own".')
    work_may_begin_early = YesNo(default=False, help_text="The express request that must_ask_early_start speaks of.")


class MoveWanted(Asked):
    starts_at = Moment(required=False)
    day = Day(required=False, help_text="Instead of starts_at: a day on which the bicycle is left.")


class CancelWanted(Asked):
    reason = Text(max_length=LONGEST_REASON, default="", allow_blank=True, help_text="Needed from a workshop.")


class AnswerWanted(Asked):
    accept = YesNo(help_text="true moves the appointment to the proposed time, false leaves it as it is.")


class RefundShownData(serializers.Serializer[Any]):
    refund_cents = serializers.IntegerField(help_text="What would go back to the card.")
    kept_cents = serializers.IntegerField(help_text="What would stay with the workshop.")
    charged_cents = serializers.IntegerField(help_text="What would be charged to a saved card.")
    owed_cents = serializers.IntegerField(help_text="What the workshop would owe besides (earnest money).")
    until = serializers.DateTimeField(help_text="When cancelling at no cost ends.")


class PaymentPage(serializers.Serializer[Any]):
    url = serializers.CharField()


class NothingDue(RuleBroken):
    code = "nothing_due"
    message = PaymentClosed.message


class AppointmentsDoor(Door):
    """One's own appointments; and the booking of a hold, for which no account is needed."""

    pagination_class = Pages
    sends_mail = True
    refusals = (401, 410)

    @extend_schema(tags=["booking"], summary="List one's appointments", responses=AppointmentShown(many=True))
    def get(self, request: Request) -> Response:
        """Those booked with this account, the latest first. Guests come by their manage token."""
        if not request.user.is_authenticated:
            self.permission_denied(request)
        mine = with_all(Appointment.objects.filter(cyclist=request.user)).order_by("-starts_at", "-pk")
        return self.listed(mine, AppointmentShown)

    @extend_schema(
        tags=["booking"],
        summary="Book a hold",
        request=BookingWanted,
        responses={201: BookedShown},
        examples=[
            OpenApiExample(
                "guest",
                value={
                    "hold": "b6f1c0de-7d0c-4a34-9c06-0c4f6a4f8f11",
                    "email": "camille@example.org",
                    "phone": "06 12 34 56 78",
                    "pay": "deposit",
                    "work_may_begin_early": True,
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """The same hold twice gives the same appointment. Prices are the hold's, whatever is sent."""
        at, wanted = database_now(), self.read_body(BookingWanted)
        cyclist = request.user if request.user.is_authenticated else None
        language = wanted.pop("language", None) or translation.get_language() or "fr"
        hold = find_hold(wanted.pop("hold"), and_its=())  # book() reads it again, locked
        appointment = book(hold=hold, language=language, cyclist=cyclist, at=at, **wanted)
        shown = booked_data(appointment) | {
            "manage_token": manage_link(appointment),
            "payment_url": payment_page(appointment, at=at),
        }
        return Response(shown, status=201)


def payment_page(appointment: Appointment, *, at: datetime) -> str | None:
    """Open the payment page; while the provider is silent the appointment waits, and /pay/ asks again."""
    if not has_page(appointment) or appointment.status != Appointment.Status.UNPAID:
        return None
    try:
        return open_page(appointment=appointment, at=at)
    except (PaymentUnavailable, PaymentClosed, CardClosed):
        return None


class AppointmentDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Read an appointment", responses=AppointmentShown)
    def get(self, request: Request, key: str) -> Response:
        """By its number, for who sees it with their account; by its manage token, for who has it."""
        appointment, _by = find_appointment(key, request.user, at=database_now())
        return Response(appointment_data(appointment))


class PayDoor(Door):
    refusals = (410, 503)

    @extend_schema(tags=["booking"], summary="Open the payment page", request=None, responses=PaymentPage)
    def post(self, request: Request, key: str) -> Response:
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_appointment(key, request.user, at=at)
        if not is_customer(by, appointment):
            raise NotYours
        if not has_page(appointment):
            raise NothingDue
        return Response(PaymentPage({"url": open_page(appointment=appointment, at=at)}).data)


class RefundDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="See what cancelling would give back", responses=RefundShownData)
    def get(self, request: Request, key: str) -> Response:
        """What is shown is what cancelling now does; nothing is done."""
        at = database_now()
        appointment, by = find_appointment(key, request.user, at=at)
        by_workshop = not is_customer(by, appointment)
        refund = what_is_refunded(appointment=appointment, at=at, by_workshop=by_workshop)
        return Response(RefundShownData(told_to_workshop(appointment, refund) if by_workshop else refund).data)


class MoveDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Move an appointment", request=MoveWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """To another free slot, or drop-off day, of the same workshop."""
        at, wanted = database_now(), self.read_body(MoveWanted)
        appointment, by = find_appointment(key, request.user, at=at)
        return Response(appointment_data(move_appointment(appointment=appointment, by=by, at=at, **wanted)))


class CancelDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Cancel an appointment", request=CancelWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """By its customer or by the workshop, which says why."""
        at, wanted = database_now(), self.read_body(CancelWanted)
        appointment, by = find_appointment(key, request.user, at=at)
        return Response(appointment_data(cancel_appointment(appointment=appointment, by=by, at=at, **wanted)))


class WithdrawDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Withdraw from the contract", request=None, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """Within fourteen days of booking, without a reason; everything goes back."""
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_appointment(key, request.user, at=at)
        return Response(appointment_data(withdraw(appointment=appointment, by=by, at=at)))


class AnswerProposalDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Answer a proposed time", request=AnswerWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """404 when no time is proposed."""
        at, wanted = database_now(), self.read_body(AnswerWanted)
        appointment, by = find_appointment(key, request.user, at=at)
        if not is_customer(by, appointment):
            raise NotYours
        proposal = appointment.proposals.open_().first()
        if proposal is None:
            raise NotFound
        answer = accept_proposal if wanted["accept"] else decline_proposal
        return Response(appointment_data(answer(proposal=proposal, by=by, at=at)))
