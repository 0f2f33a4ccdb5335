"""What a workshop has and how its time is booked: its people look, its owner changes."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Nothing, Text, WholeNumber, YesNo
from api.pages import Pages
from backend.lib.clock import database_now
from collective.timetable.change_benches import add_bench, change_bench, retire_bench
from collective.timetable.change_rules import change_rules
from collective.timetable.change_team import add_mechanic, change_mechanic, retire_mechanic
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Bench, Mechanic, Workshop
from collective.workshops.ranges import BENCH, BOOKING_RULES, MECHANIC, Range

TAG = ["settings"]
BRANDS = list(EBIKE_BRANDS.items())
Kept = TypeVar("Kept", Mechanic, Bench)


def whole(bounds: Range, *, required: bool = False) -> WholeNumber:
    """A number within the use case's bounds; null where there may be no limit."""
    return WholeNumber(min_value=bounds.least, max_value=bounds.most, allow_null=bounds.optional, required=required)


def find_inside(slug: str, user: Any) -> Workshop:
    """:raises NotFound: for a workshop whose inside this person does not see."""
    workshop = Workshop.objects.visible_to(user).select_related("collective").filter(slug=slug).first()
    if workshop is None:
        raise NotFound
    return workshop


def kept(model: type[Kept], slug: str, user: Any) -> QuerySet[Kept]:
    """The mechanics or the benches of a workshop, by name: those that are offered, and those that were."""
    found = model._default_manager.filter(workshop=find_inside(slug, user), resource__isnull=False)
    return found.select_related("resource", "workshop").order_by("name", "pk")


def find_kept(model: type[Kept], slug: str, pk: int, user: Any) -> Kept:
    """:raises NotFound: for another workshop's, too."""
    if found := kept(model, slug, user).filter(pk=pk).first():
        return found
    raise NotFound


# --- Rules ------------------------------------------------------------------------------------------------------------


class RulesShown(serializers.Serializer[Any]):
    slot_step_minutes = serializers.IntegerField(help_text="Minutes between two possible starts; a multiple of 5.")
    buffer_before_minutes = serializers.IntegerField(help_text="Kept free before each appointment.")
    buffer_minutes = serializers.IntegerField(help_text="Kept free after each appointment.")
    setup_minutes = serializers.IntegerField(help_text="Of each repair's minutes, what counts once a visit.")
    notice_minutes = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    open_per_person = serializers.IntegerField(allow_null=True, help_text="Open appointments; null: no limit.")
    two_mechanics = serializers.BooleanField(help_text="One visit may be shared out between two.")
    accepts_minutes = serializers.BooleanField(help_text="Members may pay for labour in time credits.")


class RulesWanted(Asked):
    slot_step_minutes = whole(BOOKING_RULES["slot_step_minutes"])
    buffer_before_minutes = whole(BOOKING_RULES["buffer_before_minutes"])
    buffer_minutes = whole(BOOKING_RULES["buffer_minutes"])
    setup_minutes = whole(BOOKING_RULES["setup_minutes"])
    notice_minutes = whole(BOOKING_RULES["notice_minutes"])
    horizon_days = whole(BOOKING_RULES["horizon_days"])
    open_per_person = whole(BOOKING_RULES["open_per_person"])
    two_mechanics = YesNo(required=False)
    accepts_minutes = YesNo(required=False)


class RulesDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read the rules of booking", responses=RulesShown)
    def get(self, request: Request, slug: str) -> Response:
        return Response(RulesShown(find_inside(slug, request.user)).data)

    @extend_schema(tags=TAG, summary="Change the rules of booking", request=RulesWanted, responses=RulesShown)
    def patch(self, request: Request, slug: str) -> Response:
        """For its owner. What is booked already stays as it was promised."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(RulesWanted)
        return Response(RulesShown(change_rules(workshop=workshop, by=request.user, at=database_now(), **wanted)).data)


# --- Mechanics --------------------------------------------------------------------------------------------------------


class MechanicShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    skill_level = serializers.IntegerField(help_text="1 beginner with guidance ... 5 expert.")
    certifications = serializers.ListField(child=serializers.CharField(), help_text="Brands of e-bikes.")
    daily_limit = serializers.IntegerField(allow_null=True, help_text="Appointments a day; null: no limit.")
    speed_kmh = serializers.IntegerField(help_text="On the road, when itinerant.")
    detour_percent = serializers.IntegerField(help_text="Of the straight line, when itinerant.")
    retired_at = serializers.DateTimeField(source="resource.retired_at", allow_null=True)


class MechanicChange(Asked):
    name = Text(max_length=80, required=False)
    skill_level = whole(MECHANIC["skill_level"])
    certifications = serializers.ListField(child=serializers.ChoiceField(choices=BRANDS), max_length=20, required=False)
    daily_limit = whole(MECHANIC["daily_limit"])
    speed_kmh = whole(MECHANIC["speed_kmh"])
    detour_percent = whole(MECHANIC["detour_percent"])


class MechanicWanted(MechanicChange):
    name = Text(max_length=80)
    skill_level = whole(MECHANIC["skill_level"], required=True)


class MechanicsDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List mechanics", responses=MechanicShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Those whose time is offered, and those who left."""
        return self.listed(kept(Mechanic, slug, request.user), MechanicShown)

    @extend_schema(tags=TAG, summary="Add a mechanic", request=MechanicWanted, responses={201: MechanicShown})
    def post(self, request: Request, slug: str) -> Response:
        """For the owner. Their time is offered at once within the workshop's hours."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(MechanicWanted)
        mechanic = add_mechanic(workshop=workshop, by=request.user, at=database_now(), **wanted)
        return Response(MechanicShown(mechanic).data, status=201)


class MechanicDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read a mechanic", responses=MechanicShown)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(MechanicShown(find_kept(Mechanic, slug, pk, request.user)).data)

    @extend_schema(tags=TAG, summary="Change a mechanic", request=MechanicChange, responses=MechanicShown)
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        """For the owner. What is booked with them stays."""
        mechanic = find_kept(Mechanic, slug, pk, request.user)
        wanted = self.read_body(MechanicChange)
        changed = change_mechanic(mechanic=mechanic, by=request.user, at=database_now(), **wanted)
        return Response(MechanicShown(changed).data)


class RetireMechanicDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Let a mechanic go", request=None, responses=MechanicShown)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """For the owner. Refused while something booked counts on them: nothing is dropped."""
        self.read_body(Nothing)
        mechanic = find_kept(Mechanic, slug, pk, request.user)
        retire_mechanic(mechanic=mechanic, by=request.user, at=database_now())
        return Response(MechanicShown(find_kept(Mechanic, slug, pk, request.user)).data)


# --- Benches ----------------------------------------------------------------------------------------------------------


class BenchShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Bench.Kind.choices)
    cleaning_minutes = serializers.IntegerField(help_text="After each use, when the mechanic is free already.")
    retired_at = serializers.DateTimeField(source="resource.retired_at", allow_null=True)


class BenchChange(Asked):
    name = Text(max_length=80, required=False)
    kind = serializers.ChoiceField(choices=Bench.Kind.choices, required=False)
    cleaning_minutes = whole(BENCH["cleaning_minutes"])


class BenchWanted(BenchChange):
    name = Text(max_length=80)
    kind = serializers.ChoiceField(choices=Bench.Kind.choices)


class BenchesDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List benches", responses=BenchShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Those in use, and those that were."""
        return self.listed(kept(Bench, slug, request.user), BenchShown)

    @extend_schema(tags=TAG, summary="Add a bench", request=BenchWanted, responses={201: BenchShown})
    def post(self, request: Request, slug: str) -> Response:
        """For the owner. It is offered at once within the workshop's hours."""
        workshop = find_inside(slug, request.user)
        wanted = self.read_body(BenchWanted)
        bench = add_bench(workshop=workshop, by=request.user, at=database_now(), **wanted)
        return Response(BenchShown(bench).data, status=201)


class BenchDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read a bench", responses=BenchShown)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        return Response(BenchShown(find_kept(Bench, slug, pk, request.user)).data)

    @extend_schema(tags=TAG, summary="Change a bench", request=BenchChange, responses=BenchShown)
    def patch(self, request: Request, slug: str, pk: int) -> Response:
        """For the owner. What is booked on it stays."""
        bench = find_kept(Bench, slug, pk, request.user)
        wanted = self.read_body(BenchChange)
        changed = change_bench(bench=bench, by=request.user, at=database_now(), **wanted)
        return Response(BenchShown(changed).data)


class RetireBenchDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Take a bench out of use", request=None, responses=BenchShown)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """For the owner. Refused while something booked counts on it: nothing is dropped."""
        self.read_body(Nothing)
        bench = find_kept(Bench, slug, pk, request.user)
        retire_bench(bench=bench, by=request.user, at=database_now())
        return Response(BenchShown(find_kept(Bench, slug, pk, request.user)).data)
