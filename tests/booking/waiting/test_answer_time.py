"""How long a person has: two hours at most, of the day, and never beyond what the slot allows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.waiting.answer_time import AWAKE_FROM, AWAKE_UNTIL, LEAST, MOST, after_awake, answer_by, awake_between

LILLE = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


def local(text: str, zone: ZoneInfo = LILLE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "latest", "answered_by"),
    [
        ("2026-11-23 10:00", "2026-11-27 09:00", "2026-11-23 12:00"),  # two hours
        ("2026-11-23 10:00", "2026-11-23 13:00", "2026-11-23 11:00"),  # a third of what is left
        ("2026-11-23 10:00", "2026-11-23 10:40", "2026-11-23 10:30"),  # half an hour at least
        ("2026-11-23 10:00", "2026-11-23 10:29", None),  # no reasonable time
        ("2026-11-23 20:00", "2026-11-27 09:00", "2026-11-24 09:00"),  # the night does not count
        ("2026-11-23 22:30", "2026-11-27 09:00", "2026-11-24 10:00"),
        ("2026-11-24 05:00", "2026-11-27 09:00", "2026-11-24 10:00"),
        ("2026-11-23 22:00", "2026-11-24 08:20", None),  # twenty minutes of the morning
        ("2026-10-24 20:30", "2026-10-27 09:00", "2026-10-25 09:30"),  # the night of the change of hour
        ("2026-11-23 10:00", "2026-11-22 10:00", None),
    ],
)
def test_the_deadline(at, latest, answered_by):
    found = answer_by(at=local(at), latest=local(latest), zone=LILLE)
    assert found == (local(answered_by) if answered_by else None)


def test_the_night_is_the_workshops():
    at = local("2026-11-23 22:00", REUNION)  # still the afternoon in Lille
    assert answer_by(at=at, latest=at + timedelta(days=3), zone=REUNION) == local("2026-11-24 10:00", REUNION)


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))
LENGTHS = st.integers(0, 20 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(at=MOMENTS, left=LENGTHS)
def test_a_deadline_is_in_time_by_day_and_fair(at, left):
    latest = at + left
    found = answer_by(at=at, latest=latest, zone=LILLE)
    if found is None:
        assert awake_between(at, latest, LILLE) < LEAST
        return
    assert at < found <= latest
    assert AWAKE_FROM <= found.astimezone(LILLE).time() <= AWAKE_UNTIL
    assert LEAST <= awake_between(at, found, LILLE) <= MOST


@given(at=MOMENTS, length=st.integers(1, 5 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)))
def test_awake_hours_add_up(at, length):
    assert awake_between(at, after_awake(at, length, LILLE), LILLE) == length
