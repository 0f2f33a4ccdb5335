"""The waiting list: join it, see it, leave it; take or leave a slot that is offered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appointment_data import BookedShown, appointment_data, find_appointment
from api.appointments import payment_page
from api.doors import Door
from api.fields import Asked, Day, Nothing, Number, Text, WholeNumber, YesNo
from api.me import LANGUAGES
from api.slots import PlaceMissing
from api.workshops import WorkshopNamed, find_workshop
from backend.lib.clock import database_now
from booking.appointments.contact import LONGEST_ADDRESS, LONGEST_EMAIL, LONGEST_NAME
from booking.appointments.hold import OfferWithdrawn
from booking.appointments.links import manage_link
from booking.appointments.models import BikeType
from booking.appointments.pay_plan import ways_to_pay
from booking.availability.asked import WIDEST_KM
from booking.availability.needs import MOST_INTERVENTIONS
from booking.waiting.accept import accept_offer, must_ask_early_start, total_of
from booking.waiting.ask_earlier import ask_earlier
from booking.waiting.decline import decline_offer
from booking.waiting.join import join_wait
from booking.waiting.leave import leave_wait
from booking.waiting.links import offer_by_link, offer_link, wait_by_link, wait_link
from booking.waiting.models import SlotOffer, Wait
from booking.waiting.queue import people_before
from collective.places.find import resolve_place
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Workshop

THREE_WEEKS = timedelta(days=21)


class WaitWanted(Asked):
    email = Text(max_length=LONGEST_EMAIL, help_text="Offers go there.")
    phone = Text(max_length=40)
    name = Text(max_length=LONGEST_NAME, default="", allow_blank=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, help_text="Of the mails.")
    place = Text(max_length=100, required=False, help_text="As people write it: 59650, Villeneuve d'Ascq.")
    lat = Number(required=False, min_value=-90, max_value=90)
    lon = Number(required=False, min_value=-180, max_value=180)
    radius_km = Number(default=10, min_value=0, max_value=WIDEST_KM, help_text="More than 0.")
    workshop = Text(max_length=80, required=False, help_text="A slug: slots of this one only.")
    interventions = serializers.ListField(child=Text(max_length=20), min_length=1, max_length=MOST_INTERVENTIONS)
    bike_type = serializers.ChoiceField(choices=BikeType.choices, default=BikeType.CITY)
    first = Day(required=False, help_text="The first day, by default today. Days are local to the workshop.")
    last = Day(required=False, help_text="The last day, by default three weeks on; at most 62 days from today.")
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Workshop.Kind.choices), default=list)
    certification = serializers.ChoiceField(
        choices=list(EBIKE_BRANDS.items()),
        required=False,
        help_text="The brand of an e-bike that the mechanic must know.",
    )
    ebike_certified = YesNo(default=False)
    cargo = YesNo(default=False)
    step_free = YesNo(default=False)
    solidarity = YesNo(default=False)
    weekdays = serializers.ListField(
        child=WholeNumber(min_value=0, max_value=6), default=list, max_length=7, help_text="0 is Monday; none is all."
    )
    from_hour = WholeNumber(required=False, min_value=0, max_value=23)
    to_hour = WholeNumber(required=False, min_value=1, max_value=24)


class AcceptWanted(Asked):
    pay = serializers.ChoiceField(
        choices=Workshop.PayNow.choices,
        required=False,
        help_text="One of the offer's ways_to_pay, by default the first.",
    )
    work_may_begin_early = YesNo(default=False, help_text="The express request that must_ask_early_start speaks of.")
    address = Text(
        max_length=LONGEST_ADDRESS, default="", allow_blank=True, help_text="When the mechanic comes to you."
    )
    total_cents = WholeNumber(required=False, min_value=0, help_text="The price that was seen: another is refused.")


class WayToPayWhenOffered(serializers.Serializer[Any]):
    pay = serializers.CharField(help_text="What to send when accepting.")
    due_now_cents = serializers.IntegerField()


class SlotOfferShown(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="The only way to it: keep it secret.")
    state = serializers.ChoiceField(choices=SlotOffer.State.choices)
    workshop = WorkshopNamed()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Until when the slot is kept for this person.")
    is_open = serializers.BooleanField(help_text="Whether it can still be taken.")
    total_cents = serializers.IntegerField(allow_null=True, help_text="Nothing when the work is sold no longer.")
    ways_to_pay = WayToPayWhenOffered(many=True, help_text="None when an appointment is moved up: nothing is due.")
    must_ask_early_start = serializers.BooleanField(
        help_text="The work would begin before the right to withdraw ends: accepting needs `work_may_begin_early`."
    )


class WaitShown(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="The only way to it: keep it secret.")
    state = serializers.ChoiceField(choices=Wait.State.choices)
    over_because = serializers.CharField(help_text="past, silent or closed; empty unless it is over.")
    for_earlier = serializers.BooleanField(help_text="To be moved up, rather than to find a first slot.")
    place = serializers.CharField()
    radius_km = serializers.FloatField()
    interventions = serializers.ListField(child=serializers.CharField())
    bike_type = serializers.ChoiceField(choices=BikeType.choices)
    first = serializers.DateField()
    last = serializers.DateField()
    joined_at = serializers.DateTimeField()
    people_before = serializers.IntegerField(help_text="Who joined earlier and might be offered the same slot.")
    offer = serializers.CharField(allow_null=True, help_text="The token of the offer to answer, if there is one.")


class WaitsDoor(Door):
    sends_mail = True
    refusals = (404, 409)

    @extend_schema(
        tags=["waiting"],
        summary="Join the waiting list of a search",
        request=WaitWanted,
        responses={201: WaitShown},
        examples=[
            OpenApiExample(
                "puncture",
                value={
                    "email": "camille@example.org",
                    "phone": "06 12 34 56 78",
                    "place": "59000",
                    "interventions": ["TYR-PUNCT"],
                    "first": "2026-11-24",
                    "last": "2026-11-28",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """When a slot frees that suits, it is offered by mail to those who wait, in order, one at a time."""
        at, wanted = database_now(), self.read_body(WaitWanted)
        today = timezone.localdate(at)
        wanted["first"] = wanted.get("first") or today
        wanted["last"] = wanted.get("last") or max(wanted["first"], today + THREE_WEEKS)
        wanted |= _where(wanted.pop("place", ""), wanted)
        if slug := wanted.pop("workshop", None):
            wanted["workshop"] = find_workshop(slug)
        language = wanted.pop("language", None) or translation.get_language() or "fr"
        cyclist = request.user if request.user.is_authenticated else None
        wait = join_wait(**wanted, language=language, cyclist=cyclist, at=at)
        return Response(wait_data(wait), status=201)


class WaitDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["waiting"], summary="Read a wait", responses=WaitShown)
    def get(self, request: Request, token: str) -> Response:
        return Response(wait_data(wait_by_link(token)))


class LeaveWaitDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["waiting"], summary="Leave the waiting list", request=None, responses=WaitShown)
    def post(self, request: Request, token: str) -> Response:
        """Leaving twice changes nothing. A slot that was offered goes to the next person."""
        self.read_body(Nothing)
        return Response(wait_data(leave_wait(wait=wait_by_link(token), at=database_now())))


class AskEarlierDoor(Door):
    sends_mail = True
    refusals = (410,)

    @extend_schema(tags=["waiting"], summary="Ask to be moved up", request=None, responses={200: WaitShown})
    def post(self, request: Request, key: str) -> Response:
        """The appointment stays where it is until an offered slot is accepted."""
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_appointment(key, request.user, at=at)
        return Response(wait_data(ask_earlier(appointment=appointment, by=by, at=at)))


class SlotOfferDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["waiting"], summary="Read an offered slot", responses=SlotOfferShown)
    def get(self, request: Request, token: str) -> Response:
        return Response(offer_data(offer_by_link(token)))


class AcceptOfferDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["waiting"], summary="Take an offered slot", request=AcceptWanted, responses={200: BookedShown})
    def post(self, request: Request, token: str) -> Response:
        """Books it, or moves the appointment up. With something due, `payment_url` is open for ten minutes."""
        at, wanted = database_now(), self.read_body(AcceptWanted)
        appointment = accept_offer(offer=offer_by_link(token), at=at, **wanted)
        shown = appointment_data(appointment) | {
            "manage_token": manage_link(appointment),
            "payment_url": payment_page(appointment, at=at),
        }
        return Response(shown)


class DeclineOfferDoor(Door):
    refusals = (410,)

    @extend_schema(
        tags=["waiting"], summary="Leave an offered slot to the next person", request=None, responses=SlotOfferShown
    )
    def post(self, request: Request, token: str) -> Response:
        """One goes on waiting; this slot is not offered again."""
        self.read_body(Nothing)
        offer = offer_by_link(token)
        decline_offer(offer=offer, at=database_now())
        return Response(offer_data(offer_by_link(token)))


def _where(place: str, wanted: dict[str, Any]) -> dict[str, Any]:
    if place:
        found = resolve_place(place)
        return {"place": found.label, "lat": found.lat, "lon": found.lon}
    if "lat" not in wanted or "lon" not in wanted:
        raise PlaceMissing
    return {}


def wait_data(wait: Wait) -> dict[str, Any]:
    offer = wait.offers.open_().filter(expires_at__gt=database_now()).first()
    fields = ("state", "over_because", "place", "radius_km", "interventions", "bike_type", "first", "last", "joined_at")
    shown = {name: getattr(wait, name) for name in fields} | {
        "token": wait_link(wait),
        "for_earlier": wait.is_for_earlier,
        "people_before": people_before(wait) if wait.is_waiting else 0,
        "offer": offer_link(offer) if offer else None,
    }
    return dict(WaitShown(shown).data)


def offer_data(offer: SlotOffer) -> dict[str, Any]:
    at, appointment = database_now(), offer.wait.appointment
    total = _total(offer)
    ways = ways_to_pay(workshop=offer.workshop, total_cents=total) if total is not None and not appointment else {}
    fields = ("state", "workshop", "starts_at", "ends_at", "expires_at")
    shown = {name: getattr(offer, name) for name in fields} | {
        "token": offer_link(offer),
        "is_open": offer.is_open(at=at) and total is not None,
        "total_cents": total,
        "ways_to_pay": [{"pay": way, "due_now_cents": cents} for way, cents in ways.items()],
        "must_ask_early_start": must_ask_early_start(offer, appointment, at=at),
    }
    return dict(SlotOfferShown(shown).data)


def _total(offer: SlotOffer) -> int | None:
    try:
        return total_of(offer)
    except OfferWithdrawn:
        return None
