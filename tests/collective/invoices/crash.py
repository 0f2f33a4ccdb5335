"""
A process that finishes a repair and is killed at a named point of its invoice, as a power cut would.

    python -m tests.collective.invoices.crash after_number 42 7 2026-11-24T09:00:00+00:00
"""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

from tests.collective.payments.crash import die, dying_after, dying_before

POINTS = ("before_number", "after_number", "before_commit", "after_commit", "while_drawing")


def dying_when(call: Callable[..., Any], point: str, wanted: str) -> Callable[..., Any]:
    return call if point != wanted else dying_after(call)


def main(point: str, appointment: int, staff: int, at: datetime) -> None:
    from backend.lib.outbox import sweep_outbox
    from booking.appointments.models import Appointment
    from booking.jobs import finish
    from collective.invoices import issue, make_paper
    from collective.members.models import User

    if point == "before_number":
        issue._next = dying_before(issue._next)
    issue._next = dying_when(issue._next, point, "after_number")
    finish.invoice_repair = dying_when(finish.invoice_repair, point, "before_commit")
    make_paper.draw = dying_when(make_paper.draw, point, "while_drawing")
    finish.finish_repair(appointment=Appointment.objects.get(pk=appointment), by=User.objects.get(pk=staff), at=at)
    if point == "while_drawing":
        sweep_outbox(at=at, kinds=[issue.PAPER])
    die()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), datetime.fromisoformat(sys.argv[4]))
