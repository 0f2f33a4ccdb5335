"""When a workshop is open, and when each of its mechanics is there: anybody reads the first, its people say both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door, SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Nothing, Text, YesNo
from api.workshops import find_workshop
from backend.lib.clock import database_now
from backend.lib.errors import RuleBroken
from booking.appointments.change_knowingly import change_knowingly
from booking.appointments.outside import Outside
from booking.availability.asked import MOST_DAYS, RangeBackwards, RangeTooLong
from collective.timetable.apply_hours import Imported
from collective.timetable.change_hours import change_weekly_hours, take_back_season
from collective.timetable.hours import Owner, Season, exceptions, opening_periods, owner_key, seasons
from collective.timetable.hours_rules import FARTHEST
from collective.timetable.models import Resource
from collective.timetable.weekly import LONGEST_TEXT, WeeklyRange, describe_week, read_weekly_hours, write_week
from collective.workshops.models import Workshop

FORTNIGHT = timedelta(days=13)
FIVE_MINUTES = "public, max-age=300"
MOST_SHOWN = 100
Made = TypeVar("Made")


class HoursQuery(Asked):
    first = Day(required=False, help_text="By default today, there.")
    last = Day(required=False, help_text="By default a fortnight from the first day; at most 62 days later.")


class ChangeWanted(Asked):
    """Shared by all that changes hours."""

    preview = YesNo(default=False, help_text="true changes nothing, and tells what would be.")
    despite = YesNo(default=False, help_text="true changes the hours although appointments fall outside; they stay.")


class WeekWanted(ChangeWanted):
    hours = Text(
        max_length=LONGEST_TEXT, help_text="One ordinary week as opening_hours, e.g. “Tu-Fr 09:00-12:30,14:00-18:00”."
    )
    from_on = Day(help_text="The local day from which it holds.")
    until = Day(required=False, help_text="The last day; then what was said before holds again.")


class SeasonQuery(Asked):
    from_on = Day(help_text="The day on which it was to begin.")
    despite = YesNo(default=False, help_text="true takes it back although appointments fall outside.")


class PeriodShown(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class OpenDay(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="Local to the workshop.")
    periods = PeriodShown(many=True)


class WeeklyRangeShown(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(help_text="0 is Monday.")
    since = serializers.CharField(help_text="By the wall clock, as 09:00.")
    until = serializers.CharField(help_text="As 12:30; 24:00 is the end of the day.")


class WeekShown(serializers.Serializer[Any]):
    from_on = serializers.DateField(help_text="The local day from which it holds.")
    osm = serializers.CharField(help_text="As opening_hours of OpenStreetMap.")
    lines = serializers.ListField(child=serializers.CharField(), help_text="For people, in the language asked for.")
    ranges = WeeklyRangeShown(many=True)


class ExceptionPeriodShown(PeriodShown):
    is_open = serializers.BooleanField()


class HoursShown(serializers.Serializer[Any]):
    timezone = serializers.CharField()
    closed_on_holidays = serializers.BooleanField()
    weeks = WeekShown(many=True, help_text="The ordinary week in force, then those to come.")
    exceptions = ExceptionPeriodShown(many=True, help_text="To come, in order; the hundred next ones.")
    days = OpenDay(many=True, help_text="What comes of it all, day by day.")


class OutsideShown(serializers.Serializer[Any]):
    number = serializers.CharField(source="appointment.number")
    starts_at = serializers.DateTimeField(source="appointment.starts_at")
    why = serializers.CharField()


class ChangeShown(serializers.Serializer[Any]):
    changed = serializers.BooleanField(help_text="false after a preview.")
    outside = OutsideShown(many=True, help_text="The appointments that fall outside; they stay booked.")


class AppointmentsOutside(RuleBroken):
    """`params["appointments"]` are those of `OutsideShown`."""

    code = "appointments_outside"
    message = _("Appointments would fall outside these hours. Nothing has changed; ask again with despite to go on.")

    def __init__(self, outside: Sequence[Outside]) -> None:
        super().__init__(appointments=list(OutsideShown(outside, many=True).data))


def change_or_refuse(
    workshop: Workshop, change: Callable[[], Made], wanted: dict[str, Any], *, at: datetime
) -> tuple[dict[str, Any], Made]:
    """
    Make a change of hours, or look what it would do.

    :raises AppointmentsOutside: when some would fall outside, unless that is wanted.
    """
    made: list[Made] = []
    preview = wanted.get("preview", False)

    def ask(known: Sequence[Outside]) -> list[Outside]:
        return change_knowingly(
            workshop=workshop,
            change=lambda: made.append(change()),
            known={one.appointment.pk for one in known},
            at=at,
            only_look=preview,
        )

    outside = ask([])
    if outside and not preview and (not wanted.get("despite") or ask(outside)):
        raise AppointmentsOutside(outside)
    return {"changed": not preview, "outside": outside}, made[-1]


def find_owned(slug: str, user: Any, mechanic: int | None = None) -> tuple[Workshop, Owner]:
    """
    Find a workshop from inside, and whose hours are meant: its own, or those of one of its mechanics.

    :raises NotFound: for who does not see its inside, and for another workshop's mechanic.
    """
    workshop = Workshop.objects.visible_to(user).filter(slug=slug).first()
    if workshop is None:
        raise NotFound
    if mechanic is None:
        return workshop, workshop
    mechanics = workshop.resources.filter(kind=Resource.Kind.MECHANIC, retired_at__isnull=True, mechanic=mechanic)
    resource = mechanics.select_related("workshop", "mechanic__workshop").first()
    if resource is None:
        raise NotFound
    return workshop, resource


def hours_data(owner: Owner, asked: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """
    :raises RangeBackwards: when the last day comes before the first.
    :raises RangeTooLong: for more than 62 days.
    """
    workshop = owner if isinstance(owner, Workshop) else owner.workshop
    today = at.astimezone(workshop.zone).date()
    first = asked.get("first") or today
    last = asked.get("last") or first + FORTNIGHT
    if last < first:
        raise RangeBackwards
    if (last - first).days > MOST_DAYS:
        raise RangeTooLong
    days = opening_periods(owners=[owner], first=first, last=last)[owner_key(owner)]
    to_come = [one for one in exceptions(owner, first=today, last=today + FARTHEST) if one.period.ends_at > at]
    shown = {
        "timezone": workshop.timezone,
        "closed_on_holidays": workshop.closed_on_holidays,
        "weeks": weeks_data(seasons(owner), today=today),
        "exceptions": [exception_data(one.period, one.is_open) for one in to_come[:MOST_SHOWN]],
        "days": [{"day": day, "periods": periods} for day, periods in sorted(days.items())],
    }
    return dict(HoursShown(shown).data)


def exception_data(period: Any, is_open: bool) -> dict[str, Any]:
    return {"starts_at": period.starts_at, "ends_at": period.ends_at, "is_open": is_open}


def weeks_data(said: Sequence[Season], *, today: date) -> list[dict[str, Any]]:
    begun = [season for season in said if season.from_on <= today][-1:]
    to_come = [season for season in said if season.from_on > today]
    return [week_data(season.from_on, read_weekly_hours(season.text)) for season in [*begun, *to_come]]


def week_data(from_on: date, ranges: Sequence[WeeklyRange]) -> dict[str, Any]:
    shown = [{"weekday": one.weekday, "since": _clock(one.since), "until": _clock(one.until)} for one in sorted(ranges)]
    return {"from_on": from_on, "osm": write_week(ranges), "lines": describe_week(ranges), "ranges": shown}


def imported_data(done: Imported) -> dict[str, Any]:
    return {
        "first": done.first,
        "last": done.last,
        "weeks": [week_data(planned.from_on, planned.ranges) for planned in done.weeks],
        "exceptions": [exception_data(one.period, one.is_open) for one in done.exceptions],
        "closed_on_holidays": done.closed_on_holidays,
        "notes": list(done.notes),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


class PublicDoor(Door):
    """Whoever looks is not asked who they are, so that what they get may be kept for others too."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        asks_nobody = self.request is None or self.request.method in SAFE_METHODS
        return [] if asks_nobody else super().get_authenticators()

    def check_signed_in(self, request: Request) -> None:
        if not request.user.is_authenticated:
            self.permission_denied(request)


class HoursDoor(PublicDoor):
    query = HoursQuery
    refusals = (401, 403, 404)

    @extend_schema(tags=["hours"], summary="Read opening hours", parameters=[HoursQuery], responses=HoursShown)
    def get(self, request: Request, slug: str) -> Response:
        """The ordinary weeks, the exceptions to come, and each day with holidays and closures taken off."""
        shown = hours_data(find_workshop(slug), self.asked, at=database_now())
        return Response(shown, headers={"Cache-Control": FIVE_MINUTES})

    @extend_schema(tags=["hours"], summary="Say the ordinary week", request=WeekWanted, responses=ChangeShown)
    def put(self, request: Request, slug: str) -> Response:
        """From a day on; what is booked stays booked. 409 `appointments_outside` names what would fall outside."""
        self.check_signed_in(request)
        return put_week(self, *find_owned(slug, request.user))


class MechanicHoursDoor(SignedInDoor):
    query = HoursQuery

    @extend_schema(tags=["hours"], summary="Read a mechanic's hours", parameters=[HoursQuery], responses=HoursShown)
    def get(self, request: Request, slug: str, pk: int) -> Response:
        """For the workshop's people and the collective's coordinators. No week: whenever the workshop is open."""
        _workshop, owner = find_owned(slug, request.user, pk)
        return Response(hours_data(owner, self.asked, at=database_now()))

    @extend_schema(tags=["hours"], summary="Say a mechanic's week", request=WeekWanted, responses=ChangeShown)
    def put(self, request: Request, slug: str, pk: int) -> Response:
        """From a day on: the part of the workshop's opening that they work; “24/7” is all of it."""
        return put_week(self, *find_owned(slug, request.user, pk))


def put_week(door: Door, workshop: Workshop, owner: Owner) -> Response:
    at, wanted = database_now(), door.read_body(WeekWanted)
    change = partial(
        change_weekly_hours,
        owner=owner,
        hours=wanted["hours"],
        from_on=wanted["from_on"],
        until=wanted.get("until"),
        at=at,
        by=door.request.user,
    )
    shown, _none = change_or_refuse(workshop, change, wanted, at=at)
    return Response(ChangeShown(shown).data)


class SeasonsDoor(SignedInDoor):
    query = SeasonQuery
    reads_query = ("DELETE",)

    @extend_schema(
        tags=["hours"], summary="Take back a week to come", parameters=[SeasonQuery], responses={200: ChangeShown}
    )
    def delete(self, request: Request, slug: str) -> Response:
        """What held before it holds on. 404 when none begins that day."""
        workshop, owner = find_owned(slug, request.user)
        self.read_body(Nothing)
        at, from_on = database_now(), self.asked["from_on"]

        def change() -> None:
            if not take_back_season(owner=owner, from_on=from_on, at=at, by=request.user):
                raise NotFound

        shown, _none = change_or_refuse(workshop, change, self.asked, at=at)
        return Response(ChangeShown(shown).data)
