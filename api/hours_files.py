"""Hours as files: opening_hours of OpenStreetMap and calendars, out for anybody, in for the workshop's people."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door, SignedInDoor, SmallJson
from api.fields import Day, Text
from api.hours import (
    FIVE_MINUTES,
    ChangeShown,
    ChangeWanted,
    ExceptionPeriodShown,
    PublicDoor,
    WeekShown,
    change_or_refuse,
    find_owned,
    imported_data,
)
from api.workshops import find_workshop
from backend.lib.clock import database_now
from collective.timetable.change_hours import import_hours
from collective.timetable.export_hours import kept_export
from collective.timetable.hours import Owner
from collective.timetable.hours_rules import workshop_of
from collective.timetable.ics_lines import MOST_BYTES
from collective.timetable.read_hours import read_hours
from collective.timetable.read_ics import Meaning
from collective.workshops.models import Workshop

CALENDAR, TEXT = "text/calendar; charset=utf-8", "text/plain; charset=utf-8"


MEANINGS = [one.value for one in Meaning]


class LargerJson(SmallJson):
    """JSON that holds a calendar of 1 MB, with what JSON adds to it."""

    largest = MOST_BYTES * 3 // 2


class ImportWanted(ChangeWanted):
    text = Text(max_length=MOST_BYTES, help_text="A calendar (.ics), or opening_hours of OpenStreetMap.")
    meaning = serializers.ChoiceField(
        choices=MEANINGS,
        default=Meaning.OPENINGS.value,
        help_text="What a calendar's events are; “marked”: free time is open, busy time closed.",
    )
    from_on = Day(required=False, help_text="The local day from which it holds; by default today.")


class ImportShown(ChangeShown):
    first = serializers.DateField()
    last = serializers.DateField(help_text="Two years are read.")
    weeks = WeekShown(many=True)
    exceptions = ExceptionPeriodShown(many=True, help_text="Those that this makes.")
    closed_on_holidays = serializers.BooleanField(allow_null=True, help_text="null: nothing was said of them.")
    notes = serializers.ListField(child=serializers.CharField(), help_text="Sentences about what was left out.")


def file_of(owner: Owner, *, calendar: bool) -> HttpResponse:
    written = kept_export(owner, calendar=calendar, at=database_now())
    answer = HttpResponse(written, content_type=CALENDAR if calendar else TEXT)
    slug = workshop_of(owner).slug
    name = slug if isinstance(owner, Workshop) else f"{slug}-{owner.pk}"
    answer["Content-Disposition"] = f'attachment; filename="{name}.{"ics" if calendar else "osm.txt"}"'
    return answer


def public_file(slug: str, *, calendar: bool) -> HttpResponse:
    answer = file_of(find_workshop(slug), calendar=calendar)
    answer["Cache-Control"] = FIVE_MINUTES
    return answer


class HoursOsmDoor(PublicDoor):
    @extend_schema(
        tags=["hours"], summary="Opening hours as OpenStreetMap text", responses={(200, "text/plain"): OpenApiTypes.STR}
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """The value of opening_hours for two years, with seasons and exceptions."""
        return public_file(slug, calendar=False)


class HoursIcsDoor(PublicDoor):
    @extend_schema(
        tags=["hours"], summary="Opening hours as a calendar", responses={(200, "text/calendar"): OpenApiTypes.STR}
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Openings are free time, closures busy time; never why."""
        return public_file(slug, calendar=True)


class MechanicOsmDoor(SignedInDoor):
    @extend_schema(
        tags=["hours"],
        summary="A mechanic's hours as OpenStreetMap text",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request, slug: str, pk: int) -> HttpResponse:
        return file_of(find_owned(slug, request.user, pk)[1], calendar=False)


class MechanicIcsDoor(SignedInDoor):
    @extend_schema(
        tags=["hours"], summary="A mechanic's hours as a calendar", responses={(200, "text/calendar"): OpenApiTypes.STR}
    )
    def get(self, request: Request, slug: str, pk: int) -> HttpResponse:
        return file_of(find_owned(slug, request.user, pk)[1], calendar=True)


class ImportDoor(SignedInDoor):
    parser_classes = (LargerJson,)

    @extend_schema(tags=["hours"], summary="Import a workshop's hours", request=ImportWanted, responses=ImportShown)
    def post(self, request: Request, slug: str) -> Response:
        """
        All of it, or nothing and the reason.

        Weeks replace those to come; a day that the text treats apart holds whole, other exceptions stay.
        """
        return take_over(self, *find_owned(slug, request.user))


class MechanicImportDoor(SignedInDoor):
    parser_classes = (LargerJson,)

    @extend_schema(tags=["hours"], summary="Import a mechanic's hours", request=ImportWanted, responses=ImportShown)
    def post(self, request: Request, slug: str, pk: int) -> Response:
        """As for the workshop; with the meaning “closures”, absences."""
        return take_over(self, *find_owned(slug, request.user, pk))


def take_over(door: Door, workshop: Workshop, owner: Owner) -> Response:
    at, wanted = database_now(), door.read_body(ImportWanted)
    first = wanted.get("from_on") or at.astimezone(workshop.zone).date()
    read = read_hours(given=wanted["text"], owner=owner, meaning=Meaning(wanted["meaning"]), first=first)
    change = partial(import_hours, owner=owner, read=read, at=at, by=door.request.user)
    shown, done = change_or_refuse(workshop, change, wanted, at=at)
    data: dict[str, Any] = shown | imported_data(done)
    return Response(ImportShown(data).data)
