"""The tools that a collective shares: where they are, who has them when, and what their keepers do with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Moment, Nothing, Text
from api.pages import Pages
from api.settings import whole
from api.workshops import WorkshopNamed
from backend.lib.clock import database_now
from collective.timetable.models import Occupancy
from collective.tools.change_tools import NUMBERS, NotShareable, add_tool, change_tool, retire_tool
from collective.tools.lend import LONGEST_NOTE, NotAMember, keep_for_upkeep, lend, loan_period, take_back
from collective.tools.models import Loan, Tool, ToolKind
from collective.tools.where import Use, standings, uses_of
from collective.workshops.models import Workshop

TAG = ["tools"]
LISTED = timedelta(days=62)
HAD = (Occupancy.Reason.LOAN, Occupancy.Reason.CLOSURE)


class UseShown(serializers.Serializer[Use]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    workshop = WorkshopNamed(allow_null=True, help_text="Who has it; null: upkeep, or somebody on the road.")
    what = serializers.SerializerMethodField(help_text="loan, upkeep or repair")
    loan = serializers.IntegerField(source="loan.pk", allow_null=True, default=None)

    def get_what(self, use: Use) -> str:
        if use.reason not in HAD:
            return "repair"
        return "upkeep" if use.is_upkeep else "loan"


class ToolShown(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="tool.pk")
    name = serializers.CharField(source="tool.name")
    kind = serializers.CharField(source="tool.kind.code")
    kind_name = serializers.CharField(source="tool.kind.name")
    collective = serializers.CharField(source="tool.collective.slug")
    home = WorkshopNamed(source="tool.home")
    hand_over_minutes = serializers.IntegerField(source="tool.hand_over_minutes")
    speed_kmh = serializers.IntegerField(source="tool.speed_kmh")
    detour_percent = serializers.IntegerField(source="tool.detour_percent")
    stands_at = WorkshopNamed(source="place", allow_null=True, help_text="When nobody has it; null: on the road.")
    now = UseShown(allow_null=True)
    next = UseShown(allow_null=True)


class LoanShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    tool = serializers.IntegerField(source="tool_id")
    workshop = WorkshopNamed(allow_null=True, help_text="null: upkeep.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    note = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="Taken back early, or called off.")


class ToolChange(Asked):
    name = Text(max_length=80, required=False)
    home = Text(max_length=80, required=False, help_text="A member workshop.")
    hand_over_minutes = whole(NUMBERS["hand_over_minutes"])
    speed_kmh = whole(NUMBERS["speed_kmh"])
    detour_percent = whole(NUMBERS["detour_percent"])


class ToolWanted(ToolChange):
    kind = Text(max_length=40)
    name = Text(max_length=80)
    home = Text(max_length=80)


class LoanWanted(Asked):
    workshop = Text(max_length=80, allow_null=True, help_text="To which member workshop; null: upkeep.")
    starts_at = Moment()
    ends_at = Moment()
    note = Text(max_length=LONGEST_NOTE, default="", allow_blank=True)


def find_tool(pk: int, user: Any) -> Tool:
    """:raises NotFound: for a tool of a collective that one has nothing to do with."""
    seen = Tool.objects.visible_to(user).in_use()
    tool = seen.select_related("kind", "home__collective", "collective", "resource").filter(pk=pk).first()
    if tool is None:
        raise NotFound
    return tool


def find_member(slug: str, among: Any) -> Workshop:
    """:raises NotAMember: for a workshop of no such collective."""
    workshop = Workshop.objects.open_to_all().filter(slug=slug, collective__in=among).first()
    if workshop is None:
        raise NotAMember
    return workshop


def shown(tools: list[Tool]) -> Any:
    at = database_now()
    return ToolShown(standings(tools, at=at, until=at + LISTED), many=True).data


class ToolsDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="List shared tools", responses=ToolShown(many=True))
    def get(self, request: Request) -> Response:
        """Those of the collectives one belongs to, or in whose workshops one works."""
        seen = Tool.objects.visible_to(request.user).in_use()
        page = self.paginate_queryset(seen.select_related("kind", "home", "collective").order_by("name", "pk"))
        return self.get_paginated_response(shown(list(page or ())))

    @extend_schema(tags=TAG, summary="Share a tool", request=ToolWanted, responses={201: ToolShown})
    def post(self, request: Request) -> Response:
        """For a coordinator, or the owner of the home."""
        wanted = self.read_body(ToolWanted)
        mine = Workshop.objects.visible_to(request.user).values("collective")
        home = find_member(wanted.pop("home"), mine)
        kind = ToolKind.objects.filter(code=wanted.pop("kind")).first()
        if kind is None:
            raise NotShareable
        tool = add_tool(kind=kind, home=home, by=request.user, **wanted)
        return Response(shown([find_tool(tool.pk, request.user)])[0], status=201)


class ToolDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Read a shared tool", responses=ToolShown)
    def get(self, request: Request, pk: int) -> Response:
        return Response(shown([find_tool(pk, request.user)])[0])

    @extend_schema(tags=TAG, summary="Change a shared tool", request=ToolChange, responses=ToolShown)
    def patch(self, request: Request, pk: int) -> Response:
        """For a coordinator, or the owner of its home."""
        tool = find_tool(pk, request.user)
        wanted = self.read_body(ToolChange)
        if "home" in wanted:
            wanted["home"] = find_member(wanted["home"], [tool.collective_id])
        change_tool(tool=tool, by=request.user, **wanted)
        return Response(shown([find_tool(pk, request.user)])[0])


class RetireToolDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Take a tool out of use", request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """For a coordinator, or the owner of its home. Refused while something counts on it."""
        self.read_body(Nothing)
        retire_tool(tool=find_tool(pk, request.user), by=request.user, at=database_now())
        return Response(status=204)


class ToolUsesDoor(SignedInDoor):
    pagination_class = Pages

    @extend_schema(tags=TAG, summary="Read a tool's calendar", responses=UseShown(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Who has it from now on, in order of time."""
        tool, at = find_tool(pk, request.user), database_now()
        uses = uses_of([tool], since=at, until=at + timedelta(days=400), at=at)[tool.pk]
        return self.listed(uses, UseShown)


class LoansDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Lend a tool", request=LoanWanted, responses={201: LoanShown})
    def post(self, request: Request, pk: int) -> Response:
        """To a member workshop for a period; or keep it out of use for upkeep."""
        tool = find_tool(pk, request.user)
        wanted = self.read_body(LoanWanted)
        period = loan_period(wanted["starts_at"], wanted["ends_at"])
        known = {"tool": tool, "period": period, "by": request.user, "at": database_now(), "note": wanted["note"]}
        if wanted["workshop"] is None:
            loan = keep_for_upkeep(**known)
        else:
            loan = lend(to=find_member(wanted["workshop"], [tool.collective_id]), **known)
        return Response(LoanShown(loan).data, status=201)


class EndLoanDoor(SignedInDoor):
    @extend_schema(tags=TAG, summary="Take a tool back", request=None, responses=LoanShown)
    def post(self, request: Request, pk: int) -> Response:
        """Now, or before it was lent. For its keepers and for the owner who borrowed it."""
        self.read_body(Nothing)
        seen = Loan.objects.filter(tool__in=Tool.objects.visible_to(request.user))
        loan = seen.select_related("tool__home__collective", "tool__resource", "workshop").filter(pk=pk).first()
        if loan is None:
            raise NotFound
        return Response(LoanShown(take_back(loan=loan, by=request.user, at=database_now())).data)
