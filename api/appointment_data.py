"""An appointment as programs see it, and how they come to one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.errors import NotFound
from api.workshops import WorkshopNamed
from booking.appointments.links import appointment_by_link
from booking.appointments.models import Appointment, AppointmentQuerySet, BikeType, Proposal
from booking.appointments.rights import NotYourWorkshop
from collective.members.models import User
from collective.payments.models import KeptCard, Payment
from collective.sharing.models import PriceChoice
from collective.workshops.models import Workshop

NUMBER = r"M[0-9]{1,12}"


class LineShown(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="What a quote names it by.")
    code = serializers.CharField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    labour_cents = serializers.IntegerField()
    parts_cents = serializers.IntegerField()


class PaymentShown(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Payment.State.choices)
    amount_cents = serializers.IntegerField()
    captured_cents = serializers.IntegerField()
    refunded_cents = serializers.IntegerField()

    def to_representation(self, payment: Payment) -> dict[str, Any]:
        """What somebody chose to pay is theirs to know: others read the price, and how far it is settled."""
        shown = dict(super().to_representation(payment))
        due = getattr(payment, "stands_for_cents", None)
        if due is not None:
            for name in ("captured_cents", "refunded_cents", "amount_cents"):
                shown[name] = shown[name] * due // payment.amount_cents
        return shown


class CardShown(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=KeptCard.State.choices)
    brand = serializers.CharField()
    last4 = serializers.CharField()


class ProposalShown(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True, help_text="Of a day on which the bicycle would be left.")
    expires_at = serializers.DateTimeField()


class AppointmentShown(serializers.Serializer[Any]):
    number = serializers.CharField(help_text="What people read out on the phone.")
    status = serializers.ChoiceField(choices=Appointment.Status.choices)
    workshop = WorkshopNamed()
    mechanic = serializers.CharField(
        source="mechanic.name", allow_null=True, default=None, help_text="null for a bicycle that is left for the day."
    )
    second_mechanic = serializers.CharField(source="second_mechanic.name", allow_null=True, default=None)
    second_from = serializers.DateTimeField(allow_null=True, help_text="When the second mechanic takes over.")
    starts_at = serializers.DateTimeField(help_text="Of a drop-off: from when the bicycle is taken in.")
    ends_at = serializers.DateTimeField(help_text="Of a drop-off: until when.")
    minutes = serializers.IntegerField(help_text="Of work.")
    is_drop_off = serializers.BooleanField(help_text="Whether the bicycle is left for the day.")
    ready_at = serializers.DateTimeField(allow_null=True, help_text="When a bicycle that is left is promised back.")
    bike_type = serializers.ChoiceField(choices=BikeType.choices)
    certification = serializers.CharField(help_text="The brand that the mechanic must know.")
    place = serializers.CharField(help_text="Where an itinerant mechanic comes.")
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    lines = LineShown(many=True)
    labour_cents = serializers.IntegerField(help_text="VAT included.")
    parts_cents = serializers.IntegerField(help_text="VAT included.")
    total_cents = serializers.IntegerField()
    pay_now = serializers.ChoiceField(choices=Workshop.PayNow.choices)
    due_now_cents = serializers.IntegerField()
    payment = PaymentShown(allow_null=True)
    card = CardShown(allow_null=True, help_text="Saved to be charged at the end.")
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    note = serializers.CharField()
    language = serializers.CharField()
    diagnosis = serializers.UUIDField(source="diagnosis.token", allow_null=True, default=None)
    booked_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True, help_text="Until when the workshop answers a request.")
    free_until = serializers.DateTimeField(help_text="Until when moving and cancelling cost nothing.")
    closed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(help_text="Of a refusal or a cancellation.")
    proposal = serializers.SerializerMethodField()

    def to_representation(self, appointment: Appointment) -> dict[str, Any]:
        if appointment.payment is not None and getattr(appointment, "is_private", False):
            appointment.payment.stands_for_cents = appointment.due_now_cents  # type: ignore[attr-defined]  # for amounts shown
        return dict(super().to_representation(appointment))

    @extend_schema_field(ProposalShown(allow_null=True))
    def get_proposal(self, appointment: Appointment) -> dict[str, Any] | None:
        return next((ProposalShown(one).data for one in appointment.proposals.all()), None)


class BookedShown(AppointmentShown):
    manage_token = serializers.CharField(help_text="Who has it manages the appointment without an account.")
    payment_url = serializers.CharField(allow_null=True, help_text="Send the person there when something is due now.")


def with_all(rows: AppointmentQuerySet) -> AppointmentQuerySet:
    """Fetch what is shown, in as many queries for a hundred as for one."""
    one_each = (
        "workshop__collective",
        "workshop__seller",
        "mechanic",
        "second_mechanic",
        "payment",
        "card",
        "diagnosis",
    )
    private = Exists(PriceChoice.objects.filter(reference=OuterRef("payment__subject")))
    return (
        rows.annotate(is_private=private)
        .select_related(*one_each)
        .prefetch_related("lines", Prefetch("proposals", Proposal.objects.open_()))
    )


def appointment_data(appointment: Appointment) -> dict[str, Any]:
    """Read it anew: what a use case returns may carry what it fetched before."""
    return dict(AppointmentShown(with_all(Appointment.objects.all()).get(pk=appointment.pk)).data)


def booked_data(appointment: Appointment) -> dict[str, Any]:
    """The same of one that was just booked: without a payment, it carries what is true now."""
    if appointment.payment_id is not None or appointment.card_id is not None:
        return appointment_data(appointment)
    prefetch_related_objects([appointment], "lines", Prefetch("proposals", Proposal.objects.open_()))
    return dict(AppointmentShown(appointment).data)


def find_appointment(key: str, user: Any, *, at: datetime) -> tuple[Appointment, User | None]:
    """
    Return the appointment that a number or a manage token names, and who acts: the account, or None for the link.

    :raises NotFound: for a number that this person sees nothing behind.
    :raises ForgedLink, LinkExpired: as appointment_by_link() does.
    """
    if ":" in key:
        return appointment_by_link(key, at=at), None
    visible = Appointment.objects.visible_to(user).numbered(key)
    appointment = visible.select_related("workshop__seller", "workshop__collective", "payment", "mechanic").first()
    if appointment is None:
        raise NotFound
    return appointment, user


def find_for_staff(key: str, user: Any, *, at: datetime) -> tuple[Appointment, User]:
    """
    The same for what only a workshop does: the customer's link opens it and does nothing.

    :raises NotYourWorkshop: for a manage token.
    """
    appointment, by = find_appointment(key, user, at=at)
    if by is None:
        raise NotYourWorkshop
    return appointment, by
