"""Hours as a plan of two years, as OpenStreetMap text and as a calendar file: what is open, never why it is not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils.translation import get_language

from collective.timetable.hours import Owner, opening_periods, owner_key, seasons
from collective.timetable.hours_plan import Plan, plan_of
from collective.timetable.hours_rules import FARTHEST, workshop_of
from collective.timetable.osm_text import write_osm
from collective.timetable.periods import Period
from collective.timetable.public_holidays import public_holidays
from collective.timetable.write_ics import write_ics
from collective.workshops.models import Workshop

A_SEASON = timedelta(days=91)
KEPT = 15 * 60  # seconds; two years take a moment to write


def last_day(first: date) -> date:
    """Give the last day of the two years that are read and written."""
    return first + FARTHEST - timedelta(days=1)


def plan_from(owner: Owner, *, first: date) -> Plan:
    """
    Give when the owner is open, from a local day on.

    A resource is open when its workshop is and its own hours say so; so is what stands in its plan.
    """
    workshop, last = workshop_of(owner), last_day(first)
    days: dict[date, list[Period]] = {}
    while len(days) < FARTHEST.days:  # the package compares each occurrence with all others: a season costs a tenth
        since = first + timedelta(days=len(days))
        days |= opening_periods(owners=[owner], first=since, last=min(since + A_SEASON, last))[owner_key(owner)]
    closed: list[date] = []
    if workshop.closed_on_holidays:
        holidays = public_holidays(first=first, last=last, postcode=workshop.postcode)
        closed = [day for day in holidays if not days[day]]
    said = [season.from_on for season in seasons(owner)]
    return plan_of(days, zone=workshop.zone, seasons=said, unsaid=closed)


def export_osm(owner: Owner, *, first: date) -> str:
    """Write the hours as OpenStreetMap's opening_hours."""
    workshop = workshop_of(owner)
    plan = plan_from(owner, first=first)
    return write_osm(plan, closed_on_holidays=workshop.closed_on_holidays, zone=workshop.zone)


def export_ics(owner: Owner, *, first: date, at: datetime) -> bytes:
    """Write the hours as a calendar file."""
    workshop = workshop_of(owner)
    name = workshop.name if isinstance(owner, Workshop) else f"{owner}, {workshop.name}"
    kind, number = owner_key(owner)
    plan = plan_from(owner, first=first)
    return write_ics(plan, name=name, key=f"{kind}-{number}", zone=workshop.zone, at=at)


def kept_export(owner: Owner, *, calendar: bool, at: datetime) -> bytes:
    """Write the hours from today on, or give what was written since they changed last; in the reader's language."""
    workshop = workshop_of(owner)
    first = at.astimezone(workshop.zone).date()
    changes = workshop.hours_changes.order_by("-pk").values_list("pk", flat=True)[:1]
    kind, number = owner_key(owner)
    key = f"hours:{kind}:{number}:{calendar}:{get_language()}:{first}:{list(changes)}:{workshop.closed_on_holidays}"
    kept: bytes | None = cache.get(key)
    if kept is None:
        kept = export_ics(owner, first=first, at=at) if calendar else export_osm(owner, first=first).encode()
        cache.set(key, kept, KEPT)
    return kept
