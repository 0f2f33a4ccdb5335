"""Holds: a slot kept for ten minutes while a person says who comes and pays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.diagnoses import find_diagnosis
from api.doors import Door
from api.errors import NotFound
from api.fields import Asked, Day, Degrees, Moment, Nothing, Text
from api.slots import find_work
from api.workshops import WorkshopNamed, find_workshop
from backend.lib.clock import database_now
from booking.appointments.extend import extend_hold
from booking.appointments.give_back import give_back_hold
from booking.appointments.hold import hold_day, hold_slot
from booking.appointments.models import BikeType, Hold
from booking.appointments.pay_plan import ways_to_pay
from booking.appointments.policy import needs_early_start
from booking.appointments.seat import Start, read_start
from booking.appointments.where import Where, where_at, where_named
from booking.availability.needs import MOST_INTERVENTIONS, Work
from booking.availability.take import SlotTaken, alternatives
from collective.sharing.solidarity import prices_offered


class HoldWanted(Asked):
    workshop = Text(max_length=80, help_text="Its slug.")
    interventions = serializers.ListField(child=Text(max_length=20), min_length=1, max_length=MOST_INTERVENTIONS)
    bike_type = serializers.ChoiceField(choices=BikeType.choices, default=BikeType.CITY)
    certification = Text(
        max_length=20, default="", allow_blank=True, help_text="The brand of an e-bike that the mechanic must know."
    )
    starts_at = Moment(required=False, help_text="Of a slot, as /slots/ gave it.")
    day = Day(required=False, help_text="Instead of starts_at: a day on which the bicycle is left at the workshop.")
    place = Text(max_length=100, required=False, help_text="Where an itinerant mechanic comes: 59650, Mons-en-Barœul.")
    lat = Degrees(required=False, min_value=-90, max_value=90, help_text="Instead of place, with lon.")
    lon = Degrees(required=False, min_value=-180, max_value=180)
    diagnosis = serializers.UUIDField(required=False, help_text="The token of a kept diagnosis, to travel with it.")
    instead_of = serializers.UUIDField(required=False, help_text="The token of a hold that ends when this one stands.")


AS_KEPT = (
    *("token", "workshop", "starts_at", "ends_at", "minutes", "is_drop_off", "ready_at"),
    *("bike_type", "certification", "place", "lat", "lon", "expires_at"),
)

SHOWN_WITH_HOLD = ("workshop__collective", "workshop__seller", "mechanic")


class HeldLine(serializers.Serializer[Any]):
    intervention = serializers.CharField(source="offer.intervention.code")
    name = serializers.CharField(source="offer.intervention.name")
    minutes = serializers.IntegerField()
    labour_cents = serializers.IntegerField()
    parts_cents = serializers.IntegerField()


class WayToPay(serializers.Serializer[Any]):
    pay = serializers.CharField(help_text="What to send when booking.")
    due_now_cents = serializers.IntegerField()


class PricesShown(serializers.Serializer[Any]):
    levels = serializers.DictField(child=serializers.IntegerField(), help_text="What is paid, in cents, by level.")
    floor_cents = serializers.IntegerField(allow_null=True, help_text='The least with "own"; null: not offered.')
    fund_is_short = serializers.BooleanField(help_text="A lower price is published, and the fund is short today.")


class HoldShown(serializers.Serializer[Any]):
    token = serializers.UUIDField(help_text="The only way to it: keep it secret.")
    workshop = WorkshopNamed()
    starts_at = serializers.DateTimeField(help_text="Of a drop-off: from when the bicycle is taken in.")
    ends_at = serializers.DateTimeField(help_text="Of a drop-off: until when.")
    minutes = serializers.IntegerField(help_text="Of work.")
    is_drop_off = serializers.BooleanField(help_text="Whether the bicycle is left for the day.")
    ready_at = serializers.DateTimeField(allow_null=True, help_text="When a bicycle that is left is promised back.")
    bike_type = serializers.ChoiceField(choices=BikeType.choices)
    certification = serializers.CharField()
    place = serializers.CharField(help_text="Where an itinerant mechanic comes.")
    lat = serializers.FloatField(allow_null=True)
    lon = serializers.FloatField(allow_null=True)
    expires_at = serializers.DateTimeField()
    is_live = serializers.BooleanField(help_text="Whether the slot is still kept.")
    may_be_extended = serializers.BooleanField()
    lines = HeldLine(many=True)
    total_cents = serializers.IntegerField()
    ways_to_pay = WayToPay(many=True)
    prices = PricesShown(help_text="Solidarity prices: chosen without a reason, paid online in full.")
    must_ask_early_start = serializers.BooleanField(
        help_text="The work would begin before the right to withdraw ends: booking needs `work_may_begin_early`."
    )


class HoldsDoor(Door):
    refusals = (404,)

    @extend_schema(
        tags=["booking"],
        summary="Hold a slot or a drop-off day",
        request=HoldWanted,
        responses={201: HoldShown},
        examples=[
            OpenApiExample(
                "puncture",
                value={
                    "workshop": "la-manivelle",
                    "interventions": ["R02"],
                    "bike_type": "city",
                    "starts_at": "2026-11-24T09:30:00+01:00",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """
        When somebody was faster: 409 slot_taken, with the three nearest slots as `details.alternatives`; 409 day_full
        for a day that is sold out.
        """
        at, wanted = database_now(), self.read_body(HoldWanted)
        workshop, certification = find_workshop(wanted["workshop"]), wanted["certification"]
        work = find_work(workshop, wanted["interventions"], bike_type=wanted["bike_type"], certification=certification)
        start = read_start(starts_at=wanted.get("starts_at"), day=wanted.get("day"))
        try:
            hold = _hold(work, start, wanted, at=at)
        except SlotTaken as taken:
            raise type(taken)(alternatives=_others(work, wanted["starts_at"], at=at)) from taken
        return Response(hold_data(hold, at=at), status=201)


def _hold(work: Work, start: Start, wanted: dict[str, Any], *, at: datetime) -> Hold:
    diagnosis, instead_of = wanted.get("diagnosis"), wanted.get("instead_of")
    known: dict[str, Any] = {
        "offers": work.offers,
        "bike_type": wanted["bike_type"],
        "certification": wanted["certification"],
        "diagnosis": find_diagnosis(diagnosis) if diagnosis else None,
        "instead_of": find_hold(instead_of) if instead_of else None,
        "at": at,
    }
    if start.starts_at is None:
        assert start.day is not None
        return hold_day(day=start.day, **known)
    where = _where(wanted)
    at_place = {"where": where.point, "place": where.name} if where else {}
    return hold_slot(starts_at=start.starts_at, **at_place, **known)


def _where(wanted: dict[str, Any]) -> Where | None:
    if place := wanted.get("place"):
        return where_named(place)
    lat, lon = wanted.get("lat"), wanted.get("lon")
    return None if lat is None or lon is None else where_at(lat, lon)


class HoldDoor(Door):
    @extend_schema(tags=["booking"], summary="Read a hold", responses=HoldShown)
    def get(self, request: Request, token: uuid.UUID) -> Response:
        return Response(hold_data(find_hold(token), at=database_now()))


class ExtendDoor(Door):
    refusals = (410,)

    @extend_schema(tags=["booking"], summary="Keep a slot ten minutes longer", request=None, responses=HoldShown)
    def post(self, request: Request, token: uuid.UUID) -> Response:
        """Once."""
        self.read_body(Nothing)
        at = database_now()
        return Response(hold_data(extend_hold(hold=find_hold(token), at=at), at=at))


class GiveBackDoor(Door):
    @extend_schema(tags=["booking"], summary="Give a slot back", request=None, responses=HoldShown)
    def post(self, request: Request, token: uuid.UUID) -> Response:
        self.read_body(Nothing)
        at = database_now()
        return Response(hold_data(give_back_hold(hold=find_hold(token), at=at), at=at))


def find_hold(token: uuid.UUID, *, and_its: Sequence[str] = SHOWN_WITH_HOLD) -> Hold:
    """:raises NotFound: when none has this token."""
    found = Hold.objects.filter(token=token)
    if not (hold := (found.select_related(*and_its) if and_its else found).first()):
        raise NotFound
    return hold


def hold_data(hold: Hold, *, at: datetime) -> dict[str, Any]:
    lines = list(hold.lines.select_related("offer__intervention").order_by("pk"))
    total = sum(line.labour_cents + line.parts_cents for line in lines)
    ways = ways_to_pay(workshop=hold.workshop, total_cents=total, ready_at=hold.ready_at or hold.ends_at, at=at)
    shown = {name: getattr(hold, name) for name in AS_KEPT} | {
        "is_live": hold.is_live(at=at),
        "may_be_extended": hold.is_live(at=at) and hold.extended_at is None,
        "lines": lines,
        "total_cents": total,
        "prices": prices_offered(workshop=hold.workshop, price_cents=total, at=at),
        "ways_to_pay": [{"pay": way, "due_now_cents": cents} for way, cents in ways.items()],
        "must_ask_early_start": needs_early_start(workshop=hold.workshop, starts_at=hold.starts_at, booked_at=at),
    }
    return dict(HoldShown(shown).data)


def _others(work: Work, starts_at: datetime, *, at: datetime) -> list[dict[str, str]]:
    workshop = work.workshop
    found = alternatives(work=work, starts_at=starts_at, at=at, lat=workshop.lat, lon=workshop.lon)
    return [
        {"workshop": other.slug, "starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()}
        for other, slot in found
    ]
