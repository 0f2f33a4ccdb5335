"""Where what travels is taken, and when: shared tools, and mechanics who come to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from backend.lib.columns import Columns
from collective.timetable.models import Occupancy, Resource
from collective.timetable.periods import Period

A_DAY = timedelta(days=1)
COLUMNS = Columns(Occupancy, "o", only=("resource", "starts_at", "ends_at", "lat", "lon"))

# Written out, because to have it built takes longer than to have it answered. `OccupancyQuerySet.live` says the same.
LIVE = "(expires_at IS NULL OR expires_at > %(at)s)"
BUT = " AND reference <> %(ignoring)s"
BUSY = """
    SELECT {columns} FROM collective_occupancy o
    WHERE resource_id IN ({resources}) AND starts_at < %(until)s AND ends_at > %(since)s AND {live}
    UNION ALL
    SELECT {columns} FROM collective_occupancy o WHERE id IN (
        SELECT (
            SELECT id FROM collective_occupancy
            WHERE resource_id = r.id AND ends_at <= %(since)s AND {live} ORDER BY starts_at DESC LIMIT 1
        ) FROM collective_resource r WHERE r.id IN ({resources})
    )
"""


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
    if not busy:
        return busy
    live = LIVE + BUT if ignoring else LIVE
    sql = BUSY.format(columns=COLUMNS.sql, live=live, resources=",".join(str(int(pk)) for pk in busy))
    moments = {"since": since, "until": until, "at": at}
    params = {name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql, params | {"ignoring": ignoring})
        rows = cursor.fetchall()
    for _pk, resource, starts_at, ends_at, lat, lon in map(COLUMNS.reader(), rows):
        busy[resource].append(Busy(Period(starts_at, ends_at), lat, lon))
    for taken in busy.values():
        taken.sort(key=lambda one: one.period.starts_at)
    return busy
