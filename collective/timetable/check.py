"""Compare what is derived with what is true, for `check_timetable` and whoever doubts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import connection
from django.db.models import F

from collective.places.travel import travel_minutes
from collective.timetable.derive import ResourceDay, StockDay, read_rows
from collective.timetable.free_days import rows_judged_together
from collective.timetable.guards import missing_guards
from collective.timetable.models import Claim, FreeDay, Occupancy, Resource
from collective.timetable.occupy import days_of_stay, local_days
from collective.timetable.periods import Period
from collective.timetable.sources import Source, differences, known_sources
from collective.workshops.models import Workshop


def find_faults(*, at: datetime, sources: Mapping[str, Source] | None = None) -> Iterator[str]:
    """
    Yield a line for each fault: a missing guard, a resource taken twice, a free day wrong or lacking, a booking that
    has not what it should have (`sources.py`), a tool that is to be in two places with no time to go between.

    `sources` are those registered, unless others are given.
    """
    for guard in sorted(missing_guards(connection)):
        yield f"the database lacks the guard {guard}"
    yield from _overlaps()
    for workshop in _open_workshops():
        yield from _wrong_days(workshop, at=at)
    for prefix, source in (known_sources() if sources is None else sources).items():
        yield from differences(prefix, source, at=at)
    yield from _hasty_tools(at=at)


def find_notes(*, at: datetime) -> Iterator[str]:
    """
    Yield a line for each thing that is no fault and that somebody should know: a day whose hours were changed, or whose
    mechanics, after more had been sold than is left.
    """
    for workshop in _open_workshops():
        for read in _read(workshop, *_days(workshop, at=at), at=at):
            if isinstance(read, ResourceDay) and read.is_oversold:
                yield f"oversold: {workshop}, {read.resource}, {read.day}"


def _open_workshops() -> list[Workshop]:
    return list(Workshop.objects.filter(closed_at__isnull=True).order_by("pk"))


def _overlaps() -> Iterator[str]:
    twice = Occupancy.objects.filter(
        resource__occupancies__id__gt=F("id"),
        resource__occupancies__starts_at__lt=F("ends_at"),
        resource__occupancies__ends_at__gt=F("starts_at"),
    )
    named = twice.select_related("resource__mechanic", "resource__bench", "resource__tool", "resource__workshop")
    for occupancy in named.distinct():
        yield f"taken twice: {occupancy} ({occupancy.reference})"


def _days(workshop: Workshop, *, at: datetime) -> tuple[date, date]:
    today = at.astimezone(workshop.zone).date()
    stored = FreeDay.objects.filter(workshop=workshop, resource__retired_at__isnull=True).order_by("-day").first()
    # Tonight's run adds the horizon's last day.
    return today, max(stored.day if stored else today, today + timedelta(days=workshop.horizon_days - 1))


def _read(workshop: Workshop, first: date, last: date, *, at: datetime) -> list[ResourceDay | StockDay]:
    return read_rows(together=rows_judged_together(workshop), first=first, last=last, at=at)


def _wrong_days(workshop: Workshop, *, at: datetime) -> Iterator[str]:
    first, last = _days(workshop, at=at)
    stored = {(row.resource_id, row.day): row for row in FreeDay.objects.filter(workshop=workshop, day__gte=first)}
    late = _late_days(workshop, at=at)
    for read in _read(workshop, first, last, at=at):
        due = read.as_row()
        row = stored.get((due.resource_id, due.day))
        if row is None:
            if due.day < first + timedelta(days=workshop.horizon_days):
                yield f"lacking: {workshop}, {read.resource}, {due.day}"
        elif due.day not in late and derived(row) != derived(due):
            yield f"wrong: {workshop}, {read.resource}, {due.day}"


def derived(row: FreeDay) -> tuple[datetime, int, bytes, bytes, int, int, int]:
    """Give all that a free day says."""
    return row.t0, row.ticks, bytes(row.bits), bytes(row.steps), row.longest, row.open_ticks, row.taken_ticks


def _late_days(workshop: Workshop, *, at: datetime) -> set[date]:
    """Days on which something expired that nobody has cleared yet: their rows are not wrong, only late."""
    late: set[date] = set()
    for occupancy in Occupancy.objects.expired(at=at).filter(resource__workshop=workshop).select_related("resource"):
        occupancy.resource.workshop = workshop
        late.update(local_days(Period(occupancy.starts_at, occupancy.ends_at), occupancy.resource))
    for claim in Claim.objects.expired(at=at).filter(resource__workshop=workshop):
        late.update(days_of_stay(workshop, claim.day, claim.leaves_on, at=at))
    return late


@dataclass(frozen=True, slots=True)
class _Spot:
    lat: float
    lon: float


def _hasty_tools(*, at: datetime) -> Iterator[str]:
    """Look at each shared tool's uses to come, one after the other."""
    live = Occupancy.objects.live(at=at).filter(resource__kind=Resource.Kind.TOOL, ends_at__gt=at)
    uses = live.select_related("resource__tool", "resource__workshop").order_by("resource", "starts_at")
    for one, other in pairwise(uses):
        if one.resource_id == other.resource_id and other.starts_at < one.ends_at + _hand_over(one, other):
            yield f"too hasty: {one.resource}, from {one.reference} to {other.reference}"


def _hand_over(one: Occupancy, other: Occupancy) -> timedelta:
    tool, points = one.resource.tool, (one.lat, one.lon, other.lat, other.lon)
    if tool is None or None in points or points[:2] == points[2:]:
        return timedelta(0)
    here, there = _Spot(one.lat or 0, one.lon or 0), _Spot(other.lat or 0, other.lon or 0)
    way = travel_minutes(here, there, speed_kmh=tool.speed_kmh, detour_percent=tool.detour_percent)
    return timedelta(minutes=tool.hand_over_minutes + way)
