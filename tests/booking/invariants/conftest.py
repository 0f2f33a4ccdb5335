"""A workshop where something of everything has happened."""

import pytest

from booking.appointments.cancel import cancel_appointment
from booking.jobs.finish import finish_repair
from tests.booking.appointments.conftest import provider, workshop  # noqa: F401 - fixtures
from tests.booking.appointments.scene import AT, NINE, TEN, book_at, confirmed, hold_at, pass_sweeps, staff_of


@pytest.fixture
def lived_in(workshop, provider):  # noqa: F811 - the fixtures above
    """Four appointments: one cancelled in time, one repaired, one to come, one that waits for its payment."""
    cancelled = confirmed(workshop, provider)
    cancel_appointment(appointment=cancelled, by=None, at=AT)
    pass_sweeps(cancelled)
    finish_repair(appointment=confirmed(workshop, provider), by=staff_of(workshop), at=NINE)
    confirmed(workshop, provider, TEN)
    book_at(workshop, TEN.replace(hour=14))
    hold_at(workshop, TEN.replace(hour=15))
    return workshop
