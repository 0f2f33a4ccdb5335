"""Times of the wall clock, as minutes since midnight, and the moments they are on a day in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput

A_MINUTE = timedelta(minutes=1)


class TimeSkipped(BadInput):
    code = "time_skipped"
    message = _("%(clock)s does not exist that day: clocks skip it. Choose an hour before or after.")


def moments_of(day: date, begins: int, ends: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """
    Give the moments, in UTC, of two wall-clock times on a local day.

    What clocks skip counts as if they had not changed yet; of what they repeat, the first is meant.
    """
    midnight = datetime.combine(day, time.min)
    starts_at, ends_at = (midnight + timedelta(minutes=minutes) for minutes in (begins, ends))
    return starts_at.replace(tzinfo=zone).astimezone(UTC), ends_at.replace(tzinfo=zone).astimezone(UTC)


def wall_minutes(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """Give what the wall clock shows at two moments, in minutes since the first one's local midnight."""
    begins = starts_at.astimezone(zone).replace(tzinfo=None)
    ends = ends_at.astimezone(zone).replace(tzinfo=None)
    midnight = datetime.combine(begins.date(), time.min)
    return (begins - midnight) // A_MINUTE, (ends - midnight) // A_MINUTE


def moment_at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """
    Give the moment, in UTC, at which wall clocks show these minutes of a local day; the first, of what they repeat.

    :raises TimeSkipped: when no clock shows them that day.
    """
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        raise TimeSkipped(clock=f"{wall:%H:%M}")
    return moment
