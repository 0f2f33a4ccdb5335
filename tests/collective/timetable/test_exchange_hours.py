"""Hours written as text or calendar and read again are the same hours, whatever weeks, seasons, exceptions and zone."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collective.timetable.change_hours import import_hours
from collective.timetable.export_hours import export_ics, export_osm, last_day
from collective.timetable.hours import add_exception, opening_periods, owner_key, set_weekly_hours
from collective.timetable.osm_text import read_osm
from collective.timetable.read_ics import Meaning, read_ics
from collective.timetable.weekly import WeeklyRange, write_week
from tests.factories import WorkshopFactory

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 22)
AT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
MOST = int(os.environ.get("MOYEU_EXAMPLES", "8"))
ZONES = [
    "Europe/Paris",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "America/Cayenne",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Indian/Reunion",
]
days = st.integers(0, 729).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def day_clocks(draw, *, most: int = 3) -> list[tuple[int, int]]:
    """Ranges of one day, on quarters of an hour, that neither overlap nor touch."""
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=2 * most)))
    return [(since * 15, until * 15) for since, until in list(pairwise(marks))[::2]]


@st.composite
def weeks(draw) -> str:
    clocks = draw(st.lists(day_clocks(), min_size=7, max_size=7))
    return write_week(WeeklyRange(day, *pair) for day, pairs in enumerate(clocks) for pair in pairs)


exceptions = st.tuples(days, st.integers(0, 95), st.integers(1, 40), st.booleans(), st.integers(0, 20))


@st.composite
def hours(draw):
    return {
        "seasons": draw(st.dictionaries(days, weeks(), max_size=4)) | {date(2026, 1, 1): draw(weeks())},
        "exceptions": draw(st.lists(exceptions, max_size=8)),
        "closed_on_holidays": draw(st.booleans()),
        "timezone": draw(st.sampled_from(ZONES)),
        "postcode": draw(st.sampled_from(["59000", "67000", "97400"])),
    }


def say(owner, said) -> None:
    workshop = getattr(owner, "workshop", owner)
    for from_on, week in sorted(said["seasons"].items()):
        set_weekly_hours(owner=owner, hours=week, from_on=from_on)
    for day, quarter, length, is_open, long in said["exceptions"]:
        since = quarter * 15
        if is_open:
            until, last = min(since + length * 15, 24 * 60), day
        else:
            until, last = since, day + timedelta(days=long + 1)
        starts_at, ends_at = (
            datetime.combine(on, datetime.min.time(), workshop.zone).replace(
                hour=minutes // 60 % 24, minute=minutes % 60
            )
            + timedelta(days=minutes // 1440)
            for on, minutes in ((day, since), (last, until))
        )
        starts_at, ends_at = (moment.astimezone(UTC) for moment in (starts_at, ends_at))
        if starts_at < ends_at:
            add_exception(owner=owner, starts_at=starts_at, ends_at=ends_at, is_open=is_open, label="secret")


def opening(owner):
    return opening_periods(owners=[owner], first=FIRST, last=last_day(FIRST))[owner_key(owner)]


def new(said, **given):
    return WorkshopFactory(timezone=said["timezone"], postcode=said["postcode"], **given)


calm = settings(
    max_examples=MOST, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@calm
@given(said=hours())
def test_what_is_exported_as_text_is_open_on_the_same_days_once_imported(said):
    mine = new(said, closed_on_holidays=said["closed_on_holidays"])
    say(mine, said)
    text = export_osm(mine, first=FIRST)
    assert "secret" not in text

    theirs = new(said, closed_on_holidays=said["closed_on_holidays"])
    read = read_osm(text, zone=theirs.zone, postcode=theirs.postcode, first=FIRST, last=last_day(FIRST))
    import_hours(owner=theirs, read=read, at=AT)

    theirs.refresh_from_db()
    assert opening(theirs) == opening(mine)


@calm
@given(said=hours())
def test_what_is_exported_as_calendar_is_open_on_the_same_days_once_imported(said):
    mine = new(said, closed_on_holidays=said["closed_on_holidays"])
    say(mine, said)
    file = export_ics(mine, first=FIRST, at=AT)
    assert b"secret" not in file

    theirs = new(said, closed_on_holidays=said["closed_on_holidays"])
    read = read_ics(file, meaning=Meaning.MARKED, zone=theirs.zone, first=FIRST, last=last_day(FIRST))
    import_hours(owner=theirs, read=read, at=AT)

    theirs.refresh_from_db()
    assert opening(theirs) == opening(mine)
