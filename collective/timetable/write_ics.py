"""
Hours as a calendar file (RFC 5545): a weekly event for each range of a season, single ones for the days apart.

Openings are free time (TRANSPARENT), closures busy (OPAQUE), so that `read_ics` takes back what stands here. Nothing
says why a day is closed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from collective.timetable.hours_plan import Plan, PlannedWeek, closed_runs
from collective.timetable.ticks import local_midnight
from collective.timetable.weekly import A_DAY

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def write_ics(plan: Plan, *, name: str, key: str, zone: ZoneInfo, at: datetime) -> bytes:
    """Write the plan, in the reader's language; `key` tells whose it is, so that events keep their UID."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    calendar = Calendar()
    calendar.add("prodid", f"-//Moyeu//{host}//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone.key)
    for fields in [*_weekly(plan, zone), *_single(plan, zone), *_closures(plan)]:
        calendar.add_component(_event(fields, name=name, key=key, host=host, at=at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(fields: dict[str, Any], *, name: str, key: str, host: str, at: datetime) -> Event:
    event = Event()
    # The same hours have the same UID in each export: a calendar that takes them twice has them once.
    said = f"{key} {fields['dtstart'].isoformat()} {fields['dtend'].isoformat()} {fields['transp']}"
    event.add("uid", f"{hashlib.sha256(said.encode()).hexdigest()[:32]}@{host}")
    event.add("dtstamp", at)
    words = _("%(name)s: open") if fields["transp"] == "TRANSPARENT" else _("%(name)s: closed")
    event.add("summary", words % {"name": name})
    for field, value in fields.items():
        event.add(field, value)
    return event


def _weekly(plan: Plan, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    for planned, following in zip(plan.weeks, [*plan.weeks[1:], None], strict=True):
        until = following.from_on - timedelta(days=1) if following else None
        weekdays: dict[tuple[int, int], list[int]] = defaultdict(list)
        for weekly in planned.ranges:
            weekdays[weekly.since, weekly.until].append(weekly.weekday)
        for (since, ends), days in weekdays.items():
            yield from _series(plan, planned, until, zone, since, ends, days)


def _series(
    plan: Plan, planned: PlannedWeek, until: date | None, zone: ZoneInfo, since: int, ends: int, weekdays: list[int]
) -> Iterator[dict[str, Any]]:
    held = [planned.from_on + timedelta(days=n) for n in range(((until or plan.last) - planned.from_on).days + 1)]
    held = [day for day in held if day.weekday() in weekdays]
    if not held:
        return
    rule: dict[str, Any] = {"freq": "weekly", "byday": [WEEKDAYS[day] for day in weekdays]}
    if until:
        rule["until"] = local_midnight(until + timedelta(days=1), zone) - timedelta(seconds=1)
    fields = {
        "dtstart": _wall(held[0], since, zone),
        "dtend": _wall(held[0], ends, zone),
        "rrule": rule,
        "transp": "TRANSPARENT",
    }
    without = [_wall(day, since, zone) for day in held if day in plan.otherwise or day in plan.unsaid]
    yield fields | ({"exdate": without} if without else {})


def _single(plan: Plan, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    for _day, periods in sorted(plan.otherwise.items()):
        for period in periods:
            yield {
                "dtstart": _moment(period.starts_at, zone),
                "dtend": _moment(period.ends_at, zone),
                "transp": "TRANSPARENT",
            }


def _closures(plan: Plan) -> Iterator[dict[str, Any]]:
    for first, last in closed_runs(plan):
        yield {"dtstart": first, "dtend": last + timedelta(days=1), "transp": "OPAQUE"}


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minute = divmod(minutes, A_DAY)
    return datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), zone)


def _moment(moment: datetime, zone: ZoneInfo) -> datetime:
    """Say it by the wall clock, unless clocks show it twice: a calendar file cannot tell the second time."""
    local = moment.astimezone(zone)
    return moment if local.fold else local
