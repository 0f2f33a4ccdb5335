"""Killed at every step, then started again: the slot is offered once, to one person, and is never lost."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as django_settings

from backend.lib.outbox import LEASE
from booking.appointments.models import Appointment
from booking.waiting.accept import accept_offer
from booking.waiting.ask_earlier import ask_earlier
from booking.waiting.models import SlotOffer
from collective.timetable.models import Occupancy
from tests.booking.appointments.scene import AT, MINUTE, NEXT_WEEK, NINE, book_at, hold_at, mails, references
from tests.booking.waiting.crash import ACCEPTING, OFFERING
from tests.booking.waiting.scene import (
    FULL,
    join,
    leave_half_an_hour,
    offered_to,
    open_offers,
    pass_freed,
    say_freed,
)
from tests.collective.payments.test_crash import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def crash(point, at, *more):
    environment = {**os.environ, "DATABASE_URL": database_url(), "MOYEU_DEBUG": "", "MOYEU_DEMO": ""}
    command = [sys.executable, "-m", "tests.booking.waiting.crash", point, at.isoformat(), *more]
    died = subprocess.run(command, env=environment, cwd=django_settings.BASE_DIR, capture_output=True, timeout=120)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()


@pytest.fixture
def full(counter):
    """Half an hour is free on Tuesday; two people wait for it."""
    leave_half_an_hour(counter)
    join("ana")
    join("bob", at=AT + MINUTE)
    return counter


@pytest.mark.parametrize("point", OFFERING)
def test_an_offer_is_made_once(full, point):
    at = AT + 10 * MINUTE
    say_freed(full, at=at)

    crash(point, at)
    assert SlotOffer.objects.count() == (point == "after_commit")
    assert (references() == {FULL}) == (point != "after_commit")
    pass_freed(at=at + LEASE)
    pass_freed(at=at + LEASE)

    (offer,) = open_offers()
    assert offered_to() == ["ana"]
    assert references() == {FULL, offer.reference}
    assert len(mails("ana@example.org")) == 2  # joined, offered


@pytest.mark.parametrize("point", ACCEPTING)
def test_an_offer_is_accepted_once(full, point):
    at = AT + 10 * MINUTE
    say_freed(full, at=at)
    pass_freed(at=at)
    (offer,) = open_offers()

    crash(point, at + MINUTE, str(offer.token))
    assert Appointment.objects.count() == (point == "accept_after_commit")
    appointment = accept_offer(offer=offer, work_may_begin_early=True, at=at + 2 * MINUTE)

    assert Appointment.objects.get() == appointment
    assert references() == {FULL, appointment.reference}
    assert offered_to() == []


@pytest.mark.parametrize("point", ACCEPTING)
def test_an_appointment_has_one_time_at_every_moment(counter, point):
    appointment = book_at(counter, NEXT_WEEK)
    ask_earlier(appointment=appointment, by=None, at=AT)
    say_freed(counter, at=AT + MINUTE)
    pass_freed(at=AT + MINUTE)
    (offer,) = open_offers()

    crash(point, AT + 2 * MINUTE, str(offer.token))
    appointment.refresh_from_db()
    moved = point == "accept_after_commit"
    assert appointment.starts_at == (NINE if moved else NEXT_WEEK)
    taken = Counter(Occupancy.objects.values_list("reference", "starts_at"))
    assert set(taken) == (
        {(appointment.reference, NINE)} if moved else {(appointment.reference, NEXT_WEEK), (offer.reference, NINE)}
    )
    accept_offer(offer=offer, at=AT + 3 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.starts_at == NINE
    assert references() == {appointment.reference}
    hold_at(counter, NEXT_WEEK, at=AT + 3 * MINUTE + timedelta(seconds=1))
