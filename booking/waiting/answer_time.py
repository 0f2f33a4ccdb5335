"""How long a person has to answer an offer: hours in which people are awake, and time left for whoever comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST = timedelta(hours=2)
LEAST = timedelta(minutes=30)
SHARE = 3  # of the time that is left, a person gets one third: two more can still be asked
AWAKE_FROM, AWAKE_UNTIL = time(8), time(21)  # of the wall clock
FARTHEST = 40  # days looked ahead: an awake hour always comes sooner


def answer_by(*, at: datetime, latest: datetime, zone: ZoneInfo) -> datetime | None:
    """
    Return by when an offer made at `at` is answered, no later than `latest`; None when there is no reasonable time.

    Two hours at most, half an hour at least, a third of the time left in between. From 21:00 to 8:00 in `zone` the
    clock stands still: an offer made at night is answered in the morning.
    """
    left = awake_between(at, latest, zone)
    if left < LEAST:
        return None
    return after_awake(at, min(MOST, max(LEAST, left / SHARE)), zone)


def awake_between(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """Return how much of the time from `since` to `until` people are awake; what lies beyond 40 days is left out."""
    total = timedelta()
    for begins, ends in _wakings(since, zone):
        if begins >= until:
            break
        total += max(min(ends, until) - max(begins, since), timedelta())
    return total


def after_awake(since: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """Return the moment at which people have been awake for `length` since `since`."""
    left = length
    for begins, ends in _wakings(since, zone):
        begins = max(begins, since)
        if ends - begins >= left:
            return begins + left
        left -= max(ends - begins, timedelta())
    raise ValueError(f"{length} is more than people are awake in {FARTHEST} days")


def _wakings(since: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the awake hours of each local day from that of `since` on, in UTC: arithmetic there is of real time."""
    first = since.astimezone(zone).date()
    for number in range(FARTHEST):
        day = first + timedelta(days=number)
        begins, ends = (datetime.combine(day, hour, tzinfo=zone) for hour in (AWAKE_FROM, AWAKE_UNTIL))
        yield begins.astimezone(UTC), ends.astimezone(UTC)
