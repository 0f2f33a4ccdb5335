"""Try again what the database gave up on because somebody else was writing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

TRIES = 8
FIRST_PAUSE = 0.01  # seconds; doubled each time
DEADLOCK, SERIALIZATION = "40P01", "40001"

Given = ParamSpec("Given")
Result = TypeVar("Result")


def is_busy(error: OperationalError) -> bool:
    """Tell a lost race (deadlock, serialization, SQLite's lock) from a broken database."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate in (DEADLOCK, SERIALIZATION) or "locked" in str(error)


def again_when_busy(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """
    Run the function again, after a short random pause, when it lost a race for locks.

    Only when no transaction is open outside: the loser's is gone whole, so whoever opened it must begin it again.
    """

    @wraps(function)
    def persistent(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        tries = 1 if connection.in_atomic_block else TRIES
        for attempt in range(1, tries):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not is_busy(error):
                    raise
                time.sleep(random.uniform(0.5, 1) * FIRST_PAUSE * 2**attempt)
        return function(*args, **kwargs)

    return persistent
