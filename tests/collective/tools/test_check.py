"""The check finds a loan without its time, and time without its loan."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.lib.clock import database_now
from collective.timetable.models import Occupancy
from collective.timetable.periods import Period
from collective.tools.check import find_loan_faults
from collective.tools.lend import lend, take_back
from collective.tools.models import Loan
from collective.workshops.models import Staff
from tests.factories import StaffFactory, ToolTimeFactory


@pytest.fixture
def lent(db):
    tool, at = ToolTimeFactory().tool, database_now()
    by = StaffFactory(workshop=tool.home, role=Staff.Role.OWNER).user
    period = Period(at - timedelta(hours=1), at + timedelta(hours=5))
    return lend(tool=tool, to=tool.home, period=period, by=by, at=at), by, at


def test_a_loan_and_one_taken_back_are_right(lent):
    loan, by, at = lent
    assert list(find_loan_faults(at=at)) == []
    take_back(loan=loan, by=by, at=at)
    assert list(find_loan_faults(at=at)) == []


def test_a_loan_without_its_time_is_found(lent):
    loan, _by, at = lent
    Occupancy.objects.update(ends_at=at + timedelta(hours=1))
    assert loan.reference in " ".join(find_loan_faults(at=at))
    with pytest.raises(CommandError):
        call_command("check_timetable", stdout=StringIO())


def test_time_without_its_loan_is_found(lent):
    loan, _by, at = lent
    Loan.objects.all().delete()
    assert loan.reference in " ".join(find_loan_faults(at=at))
