"""
Free days: derived from hours and occupancies by one function, whoever asks.

A writer locks the rows it touches, sorted by id, before it judges; then it writes, then they are recomputed whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from collective.timetable.hours import Opening, anchor_again, opening_periods, owner_key
from collective.timetable.models import FreeDay, Occupancy, Resource
from collective.timetable.periods import Period
from collective.timetable.retry import again_when_busy
from collective.timetable.ticks import (
    TICK,
    local_day,
    longest_run,
    mark_open,
    mark_steps,
    mark_taken,
    to_bytes,
)
from collective.workshops.models import Workshop

DERIVED = ["workshop", "t0", "ticks", "bits", "steps", "longest"]


@dataclass(frozen=True, slots=True)
class ResourceDay:
    """One resource on one local day, as hours and occupancies say: bitmaps of what is open, taken, and a start."""

    resource: Resource
    day: date
    whole: Period
    opening: int
    taken: int
    steps: int

    @property
    def free(self) -> int:
        return self.opening & ~self.taken

    def as_row(self) -> FreeDay:
        ticks = (self.whole.ends_at - self.whole.starts_at) // TICK
        return FreeDay(
            workshop_id=self.resource.workshop_id,
            resource=self.resource,
            day=self.day,
            t0=self.whole.starts_at,
            ticks=ticks,
            bits=to_bytes(self.free, ticks),
            steps=to_bytes(self.steps, ticks),
            longest=longest_run(self.free),
        )


def read_days(
    *,
    resources: Sequence[Resource],
    first: date,
    last: date,
    at: datetime,
    ignoring: str | None = None,
    opening: Opening | None = None,
) -> list[ResourceDay]:
    """
    Read what hours and occupancies say of these resources' days: three queries, one when the opening is at hand.

    `ignoring` is a reference whose occupancies count for nothing: a person's own hold.
    The resources' `workshop` should be at hand.
    """
    workshops = list({resource.workshop_id: resource.workshop for resource in resources}.values())
    if opening is None:
        opening = opening_periods(owners=[*resources, *workshops], first=first, last=last)
    taken = _taken(resources, first, last, at=at, ignoring=ignoring)
    wholes = {(w.pk, day): local_day(day, w.zone) for w in workshops for day in opening[owner_key(w)]}
    return [
        ResourceDay(
            resource=resource,
            day=day,
            whole=(whole := wholes[resource.workshop_id, day]),
            opening=mark_open(periods, whole),
            taken=mark_taken(taken[resource.pk], whole),
            steps=mark_steps(opening[owner_key(resource.workshop)][day], whole, resource.workshop.slot_step_minutes),
        )
        for resource in resources
        for day, periods in opening[owner_key(resource)].items()
    ]


def _taken(
    resources: Iterable[Resource], first: date, last: date, *, at: datetime, ignoring: str | None
) -> dict[int, list[Period]]:
    a_day = timedelta(days=1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC) - a_day
    until = datetime(last.year, last.month, last.day, tzinfo=UTC) + 2 * a_day
    occupancies = Occupancy.objects.live(at=at).filter(resource__in=resources, starts_at__lt=until, ends_at__gt=since)
    if ignoring:
        occupancies = occupancies.exclude(reference=ignoring)
    taken: dict[int, list[Period]] = defaultdict(list)
    for resource_id, starts_at, ends_at in occupancies.values_list("resource_id", "starts_at", "ends_at"):
        taken[resource_id].append(Period(starts_at, ends_at))
    return taken


def lock_free_days(*, resources: Sequence[Resource], days: Iterable[date], at: datetime) -> None:
    """
    Lock these resources' rows of these days, sorted by id, until the transaction ends; missing ones are made first.

    Every writer locks in this order, so none waits for another that waits for it. SQLite's transactions are exclusive
    from their beginning (IMMEDIATE), so there the query locks nothing more.
    """
    wanted = set(days)
    rows = FreeDay.objects.filter(resource__in=resources, day__in=wanted)
    known = set(rows.order_by("id").select_for_update(of=("self",)).values_list("resource_id", "day"))
    missing = {(resource.pk, day) for resource in resources for day in wanted} - known
    if missing:
        fresh = read_days(resources=resources, first=min(wanted), last=max(wanted), at=at)
        made = [read.as_row() for read in fresh if (read.resource.pk, read.day) in missing]
        FreeDay.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
        list(rows.order_by("id").select_for_update(of=("self",)).values_list("id"))


def recompute(
    *, resources: Sequence[Resource], days: Iterable[date], at: datetime, opening: Opening | None = None
) -> None:
    """Write these resources' free days anew, whole; the caller holds their locks."""
    wanted = set(days)
    if not resources or not wanted:
        return
    fresh = read_days(resources=resources, first=min(wanted), last=max(wanted), at=at, opening=opening)
    FreeDay.objects.bulk_create(
        [read.as_row() for read in fresh if read.day in wanted],
        update_conflicts=True,
        unique_fields=["resource", "day"],
        update_fields=DERIVED,
        batch_size=500,
    )


def resources_of(workshops: Iterable[Workshop]) -> list[Resource]:
    """Give the resources in use of these workshops, with their workshop at hand, by id."""
    in_use = Resource.objects.filter(workshop__in=workshops, retired_at__isnull=True)
    return list(in_use.select_related("workshop", "mechanic", "bench").order_by("pk"))


def rebuild_timetable(*, workshops: Iterable[Workshop] | None = None, first: date, last: date, at: datetime) -> int:
    """
    Compute the free days of these workshops (of all, by default) from first to last anew; give how many rows.

    One transaction a workshop: a rebuild in the middle of the day stops one workshop's bookings at a time.
    """
    if workshops is None:
        workshops = Workshop.objects.filter(closed_at__isnull=True)
    return sum(_rebuild(workshop, first, last, at=at) for workshop in list(workshops))


@again_when_busy
def _rebuild(workshop: Workshop, first: date, last: date, *, at: datetime) -> int:
    with transaction.atomic():
        resources = resources_of([workshop])
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        if not resources or not days:
            return 0
        lock_free_days(resources=resources, days=days, at=at)
        recompute(resources=resources, days=days, at=at)
        return len(resources) * len(days)


def extend_horizon(*, at: datetime) -> int:
    """
    Roll the timetable forward, once a night: add the days that came within each workshop's horizon, forget past ones.

    Gives how many rows were added. A second run the same day adds none.
    """
    anchor_again(at=at)
    return sum(_extend(workshop, at=at) for workshop in Workshop.objects.filter(closed_at__isnull=True))


def _extend(workshop: Workshop, *, at: datetime) -> int:
    today = at.astimezone(workshop.zone).date()
    FreeDay.objects.filter(workshop=workshop, day__lt=today).delete()
    days = [today + timedelta(days=n) for n in range(workshop.horizon_days + 1)]
    known: dict[date, int] = defaultdict(int)
    in_use = FreeDay.objects.filter(workshop=workshop, resource__retired_at__isnull=True)
    for day in in_use.values_list("day", flat=True):
        known[day] += 1
    count = Resource.objects.filter(workshop=workshop, retired_at__isnull=True).count()
    missing = [day for day in days if known[day] < count]
    return _rebuild(workshop, min(missing), max(missing), at=at) if missing else 0
