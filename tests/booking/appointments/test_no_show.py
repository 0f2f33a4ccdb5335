"""Nobody came."""

import pytest

from backend.lib.errors import NotAllowed
from booking.appointments.models import Appointment
from booking.appointments.no_show import NotBegun, mark_no_show
from booking.appointments.rights import NotConfirmed
from tests.booking.appointments.scene import (
    AT,
    MINUTE,
    NINE,
    book_at,
    confirmed,
    kept_cents,
    leave_for_the_day,
    make_workshop,
    pass_sweeps,
    staff_of,
)


def test_the_workshop_keeps_what_a_late_cancellation_would_leave_it(db, provider):
    workshop = make_workshop(late_cancel_keeps_bp=5000)
    appointment = confirmed(workshop, provider)

    missed = mark_no_show(appointment=appointment, by=staff_of(workshop), at=NINE + MINUTE)

    assert missed.status == Appointment.Status.NO_SHOW
    assert kept_cents(pass_sweeps(missed, at=NINE + MINUTE)) == 300


def test_who_leaves_a_bicycle_for_the_day_may_come_until_the_last_hour_of_arrival(counter):
    appointment = leave_for_the_day(book_at(counter), left_on=NINE.date(), days=0)
    staff = staff_of(counter)

    with pytest.raises(NotBegun):
        mark_no_show(appointment=appointment, by=staff, at=appointment.ends_at - MINUTE)
    assert mark_no_show(appointment=appointment, by=staff, at=appointment.ends_at).status == "no_show"


def test_not_before_the_start_not_by_strangers_not_twice(counter, stranger):
    appointment = book_at(counter)
    staff = staff_of(counter)
    with pytest.raises(NotBegun):
        mark_no_show(appointment=appointment, by=staff, at=NINE - MINUTE)
    with pytest.raises(NotAllowed):
        mark_no_show(appointment=appointment, by=stranger, at=NINE + MINUTE)
    mark_no_show(appointment=appointment, by=staff, at=NINE + MINUTE)
    with pytest.raises(NotConfirmed):
        mark_no_show(appointment=appointment, by=staff, at=AT)
