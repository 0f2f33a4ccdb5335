"""Compare what is derived with what is true, for `check_timetable` and whoever doubts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F

from collective.timetable.free_days import read_days, resources_of
from collective.timetable.guards import missing_guards
from collective.timetable.models import FreeDay, Occupancy, Resource
from collective.timetable.occupy import local_days
from collective.timetable.periods import Period
from collective.workshops.models import Workshop


def find_faults(*, at: datetime) -> Iterator[str]:
    """Yield a line for each fault: a missing guard, a resource taken twice, a free day wrong or lacking."""
    for guard in sorted(missing_guards(connection)):
        yield f"the database lacks the guard {guard}"
    yield from _overlaps()
    for workshop in Workshop.objects.filter(closed_at__isnull=True).order_by("pk"):
        yield from _wrong_days(workshop, at=at)


def _overlaps() -> Iterator[str]:
    twice = Occupancy.objects.filter(
        resource__occupancies__id__gt=F("id"),
        resource__occupancies__starts_at__lt=F("ends_at"),
        resource__occupancies__ends_at__gt=F("starts_at"),
    )
    for occupancy in twice.select_related("resource__mechanic", "resource__bench").distinct():
        yield f"taken twice: {occupancy} ({occupancy.reference})"


def _wrong_days(workshop: Workshop, *, at: datetime) -> Iterator[str]:
    resources = resources_of([workshop])
    if not resources:
        return
    today = at.astimezone(workshop.zone).date()
    stored = {(row.resource_id, row.day): row for row in FreeDay.objects.filter(resource__in=resources, day__gte=today)}
    last = max((day for _resource, day in stored), default=today)
    last = max(last, today + timedelta(days=workshop.horizon_days - 1))  # tonight's run adds the horizon's last day
    expired = _days_with_expired(resources, at=at)
    for read in read_days(resources=resources, first=today, last=last, at=at):
        due = read.as_row()
        key = (due.resource_id, due.day)
        row = stored.get(key)
        if row is None:
            if due.day < today + timedelta(days=workshop.horizon_days):
                yield f"lacking: {workshop}, {due.resource}, {due.day}"
        elif key not in expired and _derived(row) != _derived(due):
            yield f"wrong: {workshop}, {due.resource}, {due.day}"


def _derived(row: FreeDay) -> tuple[datetime, int, bytes, bytes, int]:
    return row.t0, row.ticks, bytes(row.bits), bytes(row.steps), row.longest


def _days_with_expired(resources: list[Resource], *, at: datetime) -> set[tuple[int, date]]:
    """Days on which a hold expired that nobody has cleared yet: their rows are not wrong, only late."""
    by_id = {resource.pk: resource for resource in resources}
    late = Occupancy.objects.filter(resource__in=resources).expired(at=at)
    return {
        (resource_id, day)
        for resource_id, starts_at, ends_at in late.values_list("resource_id", "starts_at", "ends_at")
        for day in local_days(Period(starts_at, ends_at), by_id[resource_id])
    }
