"""Where what travels is taken, tools and mechanics."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from collective.timetable.models import FreeDay, Occupancy
from collective.timetable.movers import Busy, busy_of
from collective.timetable.occupy import occupy, release, rename
from collective.timetable.periods import Period
from tests.factories import ToolTimeFactory, open_workshop

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Spot:
    lat: float
    lon: float


HOME, AWAY = Spot(50.6311, 3.0586), Spot(50.6232, 3.1442)


@pytest.fixture
def tool():
    return ToolTimeFactory()


def take(resources, starts_at, reference, where=None, expires_at=None):
    period = Period(starts_at, starts_at + HOUR)
    occupy(
        resources=resources,
        period=period,
        reason="appointment",
        reference=reference,
        expires_at=expires_at,
        at=AT,
        where=where,
    )
    return Busy(period, where and where.lat, where and where.lon)


def test_it_says_when_and_where_in_one_query(tool, django_assert_num_queries):
    other = ToolTimeFactory()
    long_ago = take([tool], NINE - timedelta(days=90), "appointment:0", AWAY)
    take([tool], NINE - timedelta(days=95), "appointment:9", HOME)
    second = take([tool], NINE + 3 * HOUR, "appointment:2", AWAY)
    first = take([tool], NINE, "appointment:1")
    take([tool], NINE + timedelta(days=9), "appointment:3", HOME)
    take([tool], NINE + 5 * HOUR, "hold:1", HOME, expires_at=AT)
    with django_assert_num_queries(1):
        busy = busy_of([tool, other], TUESDAY, TUESDAY, AT)
    assert busy == {tool.pk: [long_ago, first, second], other.pk: []}
    assert busy_of([tool], TUESDAY, TUESDAY, AT, ignoring="appointment:1") == {tool.pk: [long_ago, second]}


def test_a_tool_has_no_free_days_and_is_never_taken_twice(tool):
    take([tool], NINE, "hold:1", AWAY)
    with pytest.raises(IntegrityError):
        take([tool], NINE + HOUR / 2, "hold:2", AWAY)


def test_a_tool_goes_with_the_work_and_comes_back_with_it(tool):
    workshop = open_workshop(at=AT)
    resources = [*workshop.resources.select_related("workshop"), tool]
    days = FreeDay.objects.count()
    take(resources, NINE, "hold:1", AWAY)
    assert rename(reference="hold:1", to="appointment:1", reason="appointment", expires_at=None, at=AT) == 3
    assert release(reference="appointment:1", at=AT) == 3
    assert not Occupancy.objects.exists()
    assert FreeDay.objects.count() == days
