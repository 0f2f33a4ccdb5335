"""
Free days: derived from hours and bookings by one function (derive.py), whoever asks.

A writer locks the rows it touches, sorted by id, before it judges; then it writes, then they are recomputed whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from collective.timetable.derive import (
    WITH_DAYS,
    ResourceDay,
    StockDay,
    among_known,
    judged_together,
    read_days,
    read_rows,
)
from collective.timetable.freed import Place, Stored, announce_freed, announce_gains
from collective.timetable.hours import Opening, anchor_again
from collective.timetable.models import FreeDay, Resource
from collective.timetable.promises import first_concerned
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Workshop

__all__ = [
    "ResourceDay",
    "extend_horizon",
    "last_kept",
    "lock_free_days",
    "read_days",
    "rebuild_timetable",
    "recompute",
    "resources_of",
    "rows_judged_together",
]

DERIVED = ["workshop", "t0", "ticks", "bits", "steps", "longest", "open_ticks", "taken_ticks"]
A_DAY = timedelta(days=1)


def lock_free_days(
    *,
    resources: Sequence[Resource],
    days: Iterable[date],
    at: datetime,
    known: Sequence[Resource] | None = None,
    then_recompute: bool = False,
) -> dict[Place, Stored]:
    """
    Lock these resources' rows of these days, sorted by id, until the transaction ends; missing ones are made first.

    Gives what the rows say, but for those just made. `known` are resources among which are all these and those judged
    with them: they spare the query that finds them. `then_recompute` promises that all these rows are computed anew in
    this transaction: those that are missing are made empty.

    Where days are sold, the rows of all the workshop's mechanics and of its stock are locked with them. A tool has no
    free days: its own row is locked instead, after all free days. Every writer locks in this order, so none waits for
    another that waits for it. SQLite's transactions are exclusive from their beginning (IMMEDIATE), so there the query
    locks nothing more.
    """
    wanted = set(days)
    together = judged_together(resources) if known is None else among_known(resources, known)
    with_days = [resource for resource in together if resource.kind in WITH_DAYS]
    stored: dict[Place, Stored] = {}
    if with_days and wanted:
        stored = _lock_rows(with_days, wanted, _empty_rows if then_recompute else partial(_fresh_rows, at=at))
    tools = [resource.pk for resource in together if resource.kind == Resource.Kind.TOOL]
    if tools:
        # Not a key's lock: an occupancy's insertion asks that its resource stays, and need not wait for it.
        list(Resource.objects.filter(pk__in=tools).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    return stored


def _lock_rows(
    resources: Sequence[Resource], wanted: set[date], make: Callable[[Sequence[Resource], set[date]], list[FreeDay]]
) -> dict[Place, Stored]:
    stored = _lock_there(resources, wanted)
    missing = {(resource.pk, day) for resource in resources for day in wanted}.difference(stored)
    if missing and (make is not _empty_rows or connection.features.has_select_for_update):
        made = [row for row in make(resources, wanted) if (row.resource_id, row.day) in missing]
        FreeDay.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
        _lock_there(resources, wanted)
    return stored


def _empty_rows(resources: Sequence[Resource], wanted: set[date]) -> list[FreeDay]:
    """Make rows of which nothing counts but that they are there, to be locked (SQLite locks none, and needs none)."""
    empty: dict[str, Any] = {"ticks": 0, "bits": b"", "steps": b"", "longest": 0}
    return [
        FreeDay(
            workshop_id=resource.workshop_id,
            resource=resource,
            day=day,
            t0=datetime(day.year, day.month, day.day, tzinfo=UTC),
            **empty,
        )
        for resource in resources
        for day in sorted(wanted)
    ]


def _fresh_rows(resources: Sequence[Resource], wanted: set[date], *, at: datetime) -> list[FreeDay]:
    fresh = read_rows(together=resources, first=min(wanted), last=max(wanted), at=at)
    return [read.as_row() for read in fresh]


def _lock_there(resources: Sequence[Resource], wanted: set[date]) -> dict[Place, Stored]:
    rows = FreeDay.objects.filter(resource__in=[resource.pk for resource in resources], day__in=wanted)
    locked = rows.order_by("id").select_for_update(of=("self",))
    columns = locked.values_list("resource_id", "day", "bits", "longest")
    return {(pk, day): Stored(bits, longest) for pk, day, bits, longest in columns}


def recompute(
    *,
    resources: Sequence[Resource],
    days: Iterable[date],
    at: datetime,
    opening: Opening | None = None,
    known: Sequence[Resource] | None = None,
    stored: Mapping[Place, Stored] | None = None,
) -> list[ResourceDay]:
    """
    Write these resources' free days anew, whole, with those judged together; the caller holds their locks.

    What was read since the locks were had spares queries: `opening` of these days; `known`, resources among which are
    all these and those judged with them; `stored`, what `lock_free_days` gave of all of them.

    Whoever waits for free time is told of days that gained some. Gives the mechanics' and benches' days as written: of
    a writer who sells exact time, none that it took from may be `is_oversold`.
    """
    wanted = set(days)
    if not resources or not wanted:
        return []
    together = judged_together(resources) if known is None else among_known(resources, known)
    read = read_rows(together=together, first=min(wanted), last=max(wanted), at=at, opening=opening)
    fresh = [one for one in read if one.day in wanted]
    _write(fresh, at=at, stored=stored)
    return [one for one in fresh if isinstance(one, ResourceDay)]


def _write(
    fresh: Iterable[ResourceDay | StockDay], *, at: datetime, stored: Mapping[Place, Stored] | None = None
) -> None:
    rows = [one.as_row() for one in fresh]
    announce_gains(rows, at=at, stored=stored)
    FreeDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["resource", "day"], update_fields=DERIVED, batch_size=500
    )


def resources_of(workshops: Iterable[Workshop]) -> list[Resource]:
    """Give the mechanics and benches in use of these workshops, with their workshop at hand, by id."""
    return _in_use(workshops, (Resource.Kind.MECHANIC, Resource.Kind.BENCH))


def rows_judged_together(workshop: Workshop) -> list[Resource]:
    """
    Give all the resources of the workshop that have free days: its mechanics, its benches, its stock of days; by id.

    `lock_free_days` and `recompute` add by themselves what must be judged with the resources that they are given.
    """
    return _in_use([workshop], WITH_DAYS)


def _in_use(workshops: Iterable[Workshop], kinds: Iterable[Resource.Kind]) -> list[Resource]:
    in_use = Resource.objects.filter(workshop__in=workshops, kind__in=kinds, retired_at__isnull=True)
    return list(in_use.select_related("workshop__drop_off", "mechanic", "bench").order_by("pk"))


def rebuild_timetable(*, workshops: Iterable[Workshop] | None = None, first: date, last: date, at: datetime) -> int:
    """
    Compute the free days of these workshops (of all, by default) from first to last anew; give how many rows.

    One transaction a workshop: a rebuild in the middle of the day stops one workshop's bookings at a time. Days sold
    before `first`, whose bikes may still be there then, are computed with them, today's at the earliest.
    """
    if workshops is None:
        workshops = Workshop.objects.filter(closed_at__isnull=True).select_related("drop_off")
    return sum(_rebuild(workshop, first, last, at=at) for workshop in list(workshops))


def last_kept(workshop: Workshop, *, at: datetime) -> date:
    """Give the last local day that has free days, or should: the horizon's, or one beyond a horizon drawn in."""
    known = FreeDay.objects.filter(workshop=workshop).aggregate(last=Max("day"))["last"]
    horizon: date = at.astimezone(workshop.zone).date() + workshop.horizon_days * A_DAY
    return max(horizon, known or horizon)


@again_when_busy
def _rebuild(workshop: Workshop, first: date, last: date, *, at: datetime) -> int:
    with transaction.atomic():
        resources = rows_judged_together(workshop)
        if not resources:
            return 0
        today = at.astimezone(workshop.zone).date()
        first = min(first, max(first_concerned(resources[0].workshop, first), today))
        if last < first:
            return 0
        days = [first + n * A_DAY for n in range((last - first).days + 1)]
        stored = lock_free_days(resources=resources, days=days, at=at, known=resources, then_recompute=True)
        recompute(resources=resources, days=days, at=at, stored=stored)
        return len(resources) * len(days)


def extend_horizon(*, at: datetime) -> int:
    """
    Roll the timetable forward, once a night: add the days that came within each workshop's horizon, forget past ones.

    Gives how many rows were added. A second run the same day adds none.
    """
    anchor_again(at=at)
    return sum(_extend(workshop, at=at) for workshop in Workshop.objects.filter(closed_at__isnull=True))


@again_when_busy
def _extend(workshop: Workshop, *, at: datetime) -> int:
    today = at.astimezone(workshop.zone).date()
    FreeDay.objects.filter(workshop=workshop, day__lt=today).delete()
    days = [today + n * A_DAY for n in range(workshop.horizon_days + 1)]
    known: dict[date, int] = defaultdict(int)
    in_use = FreeDay.objects.filter(workshop=workshop, resource__retired_at__isnull=True)
    for day in in_use.values_list("day", flat=True):
        known[day] += 1
    count = len(rows_judged_together(workshop))
    missing = [day for day in days if known[day] < count]
    if not missing:
        return 0
    with transaction.atomic():
        announce_freed(workshop_id=workshop.pk, first=min(missing), last=max(missing), at=at)
        return _rebuild(workshop, min(missing), max(missing), at=at)
