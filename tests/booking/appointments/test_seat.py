"""What the database lets be in a seat: an exact time with its mechanic, or a day on which a bicycle is left."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from booking.appointments.models import Appointment, Hold
from tests.booking.appointments.scene import NINE, TEN, book_at, leave_for_the_day
from tests.factories import MechanicFactory

NEXT_DAY = NINE + timedelta(days=1)


@pytest.fixture
def exact(counter) -> Appointment:
    return book_at(counter)


def refused(row: Appointment | Hold, **fields: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**fields)


def test_an_exact_time_has_a_mechanic_and_a_day_has_none(exact):
    mechanic = exact.mechanic
    for row in (exact, exact.hold):
        refused(row, mechanic=None)
        refused(row, drop_off_minutes=30)
        refused(row, ready_at=NEXT_DAY)
        refused(row, drop_off_minutes=30, ready_at=NEXT_DAY)
    left = leave_for_the_day(exact, left_on=NINE.date(), days=1)
    refused(left, mechanic=mechanic)
    refused(left, ready_at=None)
    refused(left, ready_at=left.starts_at)
    refused(left, drop_off_minutes=0)


def test_a_second_mechanic_takes_over_in_the_middle(exact):
    other = MechanicFactory(workshop=exact.workshop)
    for row in (exact, exact.hold):
        refused(row, second_mechanic=other)
        refused(row, second_from=NINE + timedelta(minutes=15))
        refused(row, second_mechanic=other, second_from=NINE)
        refused(row, second_mechanic=other, second_from=TEN)
        type(row).objects.filter(pk=row.pk).update(second_mechanic=other, second_from=NINE + timedelta(minutes=15))


def test_a_place_has_both_its_degrees_and_is_on_earth(exact):
    for row in (exact, exact.hold):
        refused(row, lat=50.6)
        refused(row, lat=50.6, lon=190.0)
        type(row).objects.filter(pk=row.pk).update(lat=50.6, lon=3.0)
