"""Where what travels is taken, and when: shared tools, and mechanics who come to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import OuterRef, Subquery

from collective.timetable.models import Occupancy, Resource
from collective.timetable.periods import Period

A_DAY = timedelta(days=1)
COLUMNS = ("resource_id", "starts_at", "ends_at", "lat", "lon")


@dataclass(frozen=True, slots=True)
class Busy:
    """A period taken, and the point where it happens; without one, nowhere in particular."""

    period: Period
    lat: float | None
    lon: float | None


def busy_of(
    resources: Sequence[Resource], first: date, last: date, at: datetime, ignoring: str | None = None
) -> dict[int, list[Busy]]:
    """
    Give what is taken of each resource, by its id, in order of time: one query, whatever their number and their past.

    From the day before `first` to the day after `last`, with the one before that of each, however old: where a tool
    was last used is where it stands. What expired at `at` and what `ignoring` refers to count for nothing.
    """
    busy: dict[int, list[Busy]] = {resource.pk: [] for resource in resources}
    since = datetime.combine(first, time.min, UTC) - A_DAY
    until = datetime.combine(last, time.min, UTC) + 2 * A_DAY
    live = Occupancy.objects.live(at=at)
    if ignoring:
        live = live.exclude(reference=ignoring)
    before = live.filter(resource=OuterRef("pk"), ends_at__lte=since).order_by("-starts_at").values("pk")[:1]
    latest = Resource.objects.filter(pk__in=busy).annotate(latest=Subquery(before)).values("latest")
    around = live.filter(resource__in=busy, starts_at__lt=until, ends_at__gt=since).values_list(*COLUMNS)
    for pk, starts_at, ends_at, lat, lon in around.union(live.filter(pk__in=latest).values_list(*COLUMNS), all=True):
        busy[pk].append(Busy(Period(starts_at, ends_at), lat, lon))
    for taken in busy.values():
        taken.sort(key=lambda one: one.period)
    return busy
