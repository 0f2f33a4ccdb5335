"""A repair that is done and not paid yet, and who may say how it is paid."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from booking.appointments.models import Appointment
from booking.jobs.finish import finish_repair
from booking.jobs.settle import bill_of, settle
from booking.tenders.bill import left_cents
from booking.tenders.given import Given
from booking.tenders.models import Tender
from collective.members.models import User
from collective.workshops.models import Staff, Workshop
from tests.booking.appointments.scene import NINE, book_at, make_workshop, staff_of
from tests.collective.money import books
from tests.factories import StaffFactory

DONE_AT = NINE.replace(hour=10)
_keys = count(1)


def given(means: str, amount: int | None = None, **more: Any) -> Given:
    needed = {"number": "0001234"} if means == "cheque" else {}
    return Given(**{"means": means, "amount": amount, "key": f"key-{next(_keys)}", "evidence": needed} | more)


@pytest.fixture
def workshop(db) -> Workshop:
    """15 € of labour, 30 minutes, and 5 € of parts; paid at the counter."""
    return make_workshop(pay_now="counter")


@pytest.fixture
def staff(workshop) -> User:
    return staff_of(workshop)


@pytest.fixture
def owner(workshop) -> User:
    return StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user


@pytest.fixture
def done(workshop, staff) -> Appointment:
    """Finished, nothing paid: 20 € are owed."""
    return finish_repair(appointment=book_at(workshop), by=staff, tenders=[], at=DONE_AT)


@pytest.fixture
def pay(done, staff):
    def pay(means: str, amount: int | None = None, **more: Any) -> Tender:
        return settle(appointment=done, given=given(means, amount, **more), by=staff, at=DONE_AT)

    return pay


@pytest.fixture
def left(done):
    return lambda: left_cents(bill_of(done))


@pytest.fixture
def seller(workshop):
    return lambda: books(workshop)["seller"]


@pytest.fixture
def stranger_staff(db) -> User:
    """Works elsewhere."""
    return staff_of(make_workshop(name="Ailleurs"))
