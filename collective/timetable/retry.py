"""Try again what the database gave up on because somebody else was writing."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
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


_writing = threading.RLock()


def again_when_busy(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """
    Run the function again, after a short random pause, when it lost a race for locks.

    Only when no transaction is open outside: the loser's is gone whole, so whoever opened it must begin it again.
    On SQLite, where one writes at a time and the others look again every tenth of a second, the threads of a process
    wait in line instead: looking again is left to the one at its head.
    """

    @wraps(function)
    def persistent(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        if connection.in_atomic_block:
            return function(*args, **kwargs)
        for attempt in range(1, TRIES):
            try:
                with _writing if connection.vendor == "sqlite" else nullcontext():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not is_busy(error):
                    raise
                time.sleep(random.uniform(0.5, 1) * FIRST_PAUSE * 2**attempt)
        return function(*args, **kwargs)

    return persistent
