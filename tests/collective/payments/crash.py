"""
A process that runs the due operations and is killed at a named point, as a power cut would.

    python -m tests.collective.payments.crash after_call 2026-11-21T09:00:00+00:00
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

POINTS = ("before_call", "after_call", "before_commit", "after_commit")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_before(call: Callable[..., Any]) -> Callable[..., Any]:
    def dying(*args: Any, **kwargs: Any) -> Any:
        die()

    return dying


def dying_after(call: Callable[..., Any]) -> Callable[..., Any]:
    def dying(*args: Any, **kwargs: Any) -> Any:
        call(*args, **kwargs)
        die()

    return dying


def main(point: str, at: datetime) -> None:
    from backend.lib.outbox import sweep_outbox
    from collective.payments import operations
    from collective.payments.distribution import distribute
    from collective.payments.distribution.order import KIND

    if point == "before_call":
        operations.perform = dying_before(operations.perform)
    elif point == "after_call":
        operations.perform = dying_after(operations.perform)
    elif point == "before_commit":
        operations.take_word = dying_after(operations.take_word)
        operations.settle_distribution = dying_after(operations.settle_distribution)
    if point == "before_plan":
        distribute._plan_transfers = dying_after(distribute._plan_transfers)
    sweep_outbox(at=at, kinds=[KIND])
    operations.run_operations(at=at)
    die()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
