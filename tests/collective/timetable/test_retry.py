"""What lost a race is run again; what is broken is not."""

import pytest
from django.db import OperationalError, transaction

from collective.timetable import retry
from collective.timetable.retry import TRIES, again_when_busy


class Lost(Exception):
    sqlstate = "40P01"


def failing(times: int, error: OperationalError, cause: Exception | None = None):
    calls = []

    @again_when_busy
    def write() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise error from cause
        return "written"

    return write, calls


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(retry.time, "sleep", lambda seconds: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "cause"), [(OperationalError("database is locked"), None), (OperationalError("deadlock"), Lost())]
)
def test_a_lost_race_is_run_again(error, cause):
    write, calls = failing(3, error, cause)
    assert write() == "written"
    assert len(calls) == 4


@pytest.mark.django_db(transaction=True)
def test_a_broken_database_is_not_asked_again_nor_a_busy_one_for_ever():
    broken, calls = failing(9, OperationalError("disk full"))
    with pytest.raises(OperationalError, match="disk full"):
        broken()
    assert len(calls) == 1
    busy, calls = failing(99, OperationalError("database is locked"))
    with pytest.raises(OperationalError, match="locked"):
        busy()
    assert len(calls) == TRIES


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_its_owner_must_begin_again():
    write, calls = failing(1, OperationalError("database is locked"))
    with pytest.raises(OperationalError), transaction.atomic():
        write()
    assert len(calls) == 1
