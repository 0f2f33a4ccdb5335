"""Exceptions to the hours: a workshop closed or open for a while, a mechanic away."""

from __future__ import annotations

from functools import partial
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door, SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Moment, Nothing, Text, YesNo
from api.hours import (
    ChangeShown,
    ChangeWanted,
    ExceptionPeriodShown,
    change_or_refuse,
    exception_data,
    find_owned,
)
from backend.lib.clock import database_now
from collective.timetable.change_hours import make_exception, take_back_exception
from collective.timetable.hours import HoursException, Owner, exceptions
from collective.timetable.hours_rules import FARTHEST, LONGEST_LABEL, workshop_of
from collective.workshops.models import Workshop

MOST_LISTED = 400


class ExceptionWanted(ChangeWanted):
    starts_at = Moment()
    ends_at = Moment()
    is_open = YesNo(help_text="true opens, false closes, whatever the week and holidays say.")
    label = Text(max_length=LONGEST_LABEL, default="", allow_blank=True, help_text="Why. The public never reads it.")


class AbsenceWanted(ChangeWanted):
    starts_at = Moment()
    ends_at = Moment()
    label = Text(max_length=LONGEST_LABEL, default="", allow_blank=True, help_text="Why, for the workshop's people.")


class DespiteQuery(Asked):
    despite = YesNo(default=False, help_text="true takes it back although appointments fall outside.")


class ExceptionShown(ExceptionPeriodShown):
    id = serializers.IntegerField()
    label = serializers.CharField()


class ExceptionMade(ChangeShown):
    id = serializers.IntegerField(allow_null=True, help_text="null after a preview.")


def to_come(owner: Owner) -> list[HoursException]:
    at = database_now()
    today = at.astimezone(workshop_of(owner).zone).date()
    said = exceptions(owner, first=today, last=today + FARTHEST)
    return [one for one in said if one.period.ends_at > at][:MOST_LISTED]


def listed(said: list[HoursException]) -> Response:
    rows = [exception_data(one.period, one.is_open) | {"id": one.id, "label": one.label} for one in said]
    return Response(ExceptionShown(rows, many=True).data)


def make(door: Door, workshop: Workshop, owner: Owner, wanted: dict[str, Any], *, is_open: bool) -> Response:
    at = database_now()
    change = partial(
        make_exception,
        owner=owner,
        starts_at=wanted["starts_at"],
        ends_at=wanted["ends_at"],
        is_open=is_open,
        label=wanted["label"],
        at=at,
        by=door.request.user,
    )
    shown, made = change_or_refuse(workshop, change, wanted, at=at)
    status = 201 if shown["changed"] else 200
    return Response(ExceptionMade(shown | {"id": made if shown["changed"] else None}).data, status=status)


def take_back(door: Door, workshop: Workshop, owner: Owner, exception: int) -> Response:
    door.read_body(Nothing)
    at = database_now()

    def change() -> None:
        if not take_back_exception(owner=owner, exception=exception, at=at, by=door.request.user):
            raise NotFound

    shown, _none = change_or_refuse(workshop, change, door.asked, at=at)
    return Response(ChangeShown(shown).data)


class ExceptionsDoor(SignedInDoor):
    @extend_schema(tags=["hours"], summary="List exceptions to come", responses=ExceptionShown(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """With their reasons, for the workshop's people and the collective's coordinators; others read /hours/."""
        _workshop, owner = find_owned(slug, request.user)
        return listed(to_come(owner))

    @extend_schema(
        tags=["hours"],
        summary="Close or open for a while",
        request=ExceptionWanted,
        responses={201: ExceptionMade, 200: ExceptionMade},
    )
    def post(self, request: Request, slug: str) -> Response:
        """What is booked stays booked. 409 `appointments_outside` names what would fall outside."""
        workshop, owner = find_owned(slug, request.user)
        wanted = self.read_body(ExceptionWanted)
        return make(self, workshop, owner, wanted, is_open=wanted["is_open"])


class ExceptionDoor(SignedInDoor):
    query = DespiteQuery
    reads_query = ("DELETE",)

    @extend_schema(
        tags=["hours"], summary="Take back an exception", parameters=[DespiteQuery], responses={200: ChangeShown}
    )
    def delete(self, request: Request, slug: str, exception: int) -> Response:
        """The ordinary hours hold again."""
        return take_back(self, *find_owned(slug, request.user), exception)


class AbsencesDoor(SignedInDoor):
    @extend_schema(tags=["hours"], summary="List a mechanic's absences to come", responses=ExceptionShown(many=True))
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """And the times when they are there all the same. For the workshop's people and the coordinators."""
        _workshop, owner = find_owned(slug, request.user, pk)
        return listed(to_come(owner))

    @extend_schema(
        tags=["hours"],
        summary="Say that a mechanic is away",
        request=AbsenceWanted,
        responses={201: ExceptionMade, 200: ExceptionMade},
    )
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """By themselves, whatever their role, or by who may change the workshop's hours."""
        workshop, owner = find_owned(slug, request.user, pk)
        return make(self, workshop, owner, self.read_body(AbsenceWanted), is_open=False)


class AbsenceDoor(SignedInDoor):
    query = DespiteQuery
    reads_query = ("DELETE",)

    @extend_schema(
        tags=["hours"], summary="Take back an absence", parameters=[DespiteQuery], responses={200: ChangeShown}
    )
    def delete(self, request: Request, slug: str, pk: int, exception: int) -> Response:
        return take_back(self, *find_owned(slug, request.user, pk), exception)
