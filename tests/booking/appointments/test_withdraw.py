"""The right to withdraw: fourteen days, counted as the law counts them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.lib.outbox_models import OutboxRow
from booking.appointments.cancel import cancel_appointment
from booking.appointments.models import Appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.policy import withdraw_until
from booking.appointments.rights import Closed, NotPaidYet, NotYours
from booking.appointments.withdraw import TooLateToWithdraw, WorkIsDone, withdraw
from booking.jobs.finish import finish_repair
from tests.booking.appointments.scene import (
    AT,
    IN_A_MONTH,
    MINUTE,
    NINE,
    book_at,
    confirmed,
    kept_cents,
    pass_sweeps,
    references,
    staff_of,
)
from tests.collective.money import books

PARIS = ZoneInfo("Europe/Paris")


def test_withdrawing_gives_all_back_and_acknowledges_with_the_moment_of_receipt(workshop, provider):
    appointment = confirmed(workshop, provider)
    received = AT + timedelta(hours=3, minutes=4)

    withdrawn = pass_sweeps(withdraw(appointment=appointment, at=received), at=received)

    assert withdrawn.status == Appointment.Status.CANCELLED
    assert kept_cents(withdrawn) == 0
    assert not references()
    mail = OutboxRow.objects.filter(kind="mail", payload__to=appointment.email).latest("pk")
    for said in ("23/11/2026, 12:04", appointment.number, appointment.workshop.seller.legal_name):
        assert said in mail.payload["text"]
        assert said in mail.payload["html"]


def test_the_right_ends_with_the_repair_that_was_asked_to_begin_early(workshop, provider):
    appointment = confirmed(workshop, provider)
    finish_repair(appointment=appointment, by=staff_of(workshop), at=NINE + timedelta(hours=1))

    with pytest.raises(WorkIsDone):
        withdraw(appointment=appointment, at=NINE + timedelta(hours=2))


def test_who_did_not_come_may_still_withdraw(workshop, provider):
    appointment = confirmed(workshop, provider)
    mark_no_show(appointment=appointment, by=staff_of(workshop), at=NINE + timedelta(hours=1))
    assert kept_cents(pass_sweeps(appointment, at=NINE + timedelta(hours=1))) == 600

    withdrawn = withdraw(appointment=appointment, at=NINE + timedelta(days=1))

    assert kept_cents(pass_sweeps(withdrawn, at=NINE + timedelta(days=1))) == 0
    assert not {"758", "4191"} & set(books(workshop)["seller"])


def test_after_the_fourteen_days_it_is_a_cancellation(workshop, provider):
    appointment = confirmed(workshop, provider, IN_A_MONTH)

    with pytest.raises(TooLateToWithdraw):
        withdraw(appointment=appointment, at=AT + timedelta(days=16))


def test_unpaid_closed_and_others_appointments(workshop, provider, stranger):
    with pytest.raises(NotPaidYet):
        withdraw(appointment=book_at(workshop, IN_A_MONTH), at=AT)
    appointment = confirmed(workshop, provider)
    with pytest.raises(NotYours):
        withdraw(appointment=appointment, by=stranger, at=AT)
    cancel_appointment(appointment=appointment, by=None, at=AT + MINUTE)
    with pytest.raises(Closed):
        withdraw(appointment=appointment, at=AT + 2 * MINUTE)


@pytest.mark.parametrize(
    ("booked_at", "until"),
    [
        # Monday 23 November + 14 days = Monday 7 December, to its last hour.
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=PARIS)),
        # Late on the 21st in UTC is Sunday the 22nd in Lille: + 14 days is a Sunday, so Monday counts.
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=PARIS)),
        # 11 December + 14 days is Christmas, a Friday; the next working day is Monday 28.
        (datetime(2026, 12, 11, 9, 0, tzinfo=UTC), datetime(2026, 12, 29, tzinfo=PARIS)),
    ],
)
def test_the_fourteen_days_end_on_a_working_day(booked_at, until):
    assert withdraw_until(booked_at=booked_at, zone=PARIS) == until
