"""The race's control: what happens without locks and without the database's guard, to know that the race can fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from booking.availability.needs import Work
from booking.availability.scan import slots_of
from collective.timetable import retry
from collective.timetable.free_days import rebuild_timetable
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop
from tests.engines import without_guard
from tests.servers import database_url

SLOTS, PROCESSES, CLIENTS = 10, 2, 20
LONGEST = 300  # seconds


def double_bookings_without_guards(workshop: Workshop, work: Work, *, at: datetime) -> int:
    """Race without locks and guard, count the pairs that overlap, and put everything back as it was."""
    first = at.astimezone(workshop.zone).date() + timedelta(days=1)
    slots = slots_of(work=work, first=first, last=first + timedelta(days=30), at=at, limit=SLOTS)
    try:
        with without_guard():
            try:
                race(workshop, [slot.starts_at.isoformat() for slot in slots], at=at)
                return Occupancy.objects.filter(
                    resource__occupancies__id__gt=F("id"),
                    resource__occupancies__starts_at__lt=F("ends_at"),
                    resource__occupancies__ends_at__gt=F("starts_at"),
                ).count()
            finally:
                Occupancy.objects.all().delete()
    finally:
        rebuild_timetable(workshops=[workshop], first=first, last=first + timedelta(days=31), at=at)


def race(workshop: Workshop, starts: list[str], *, at: datetime) -> None:
    share = CLIENTS // PROCESSES
    asked = {"workshop": workshop.pk, "at": at.isoformat(), "starts": starts, "of": CLIENTS, "wanted_by": CLIENTS}
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.campaigns.unlocked",
                json.dumps(asked | {"clients": [n * share, (n + 1) * share]}),
            ],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # refusals of every kind: only what stands in the end counts
        )
        for n in range(PROCESSES)
    ]
    try:
        for process in processes:
            process.wait(timeout=LONGEST)
    finally:
        for process in processes:
            process.kill()
            process.wait()


def without_locks() -> AbstractContextManager[Any]:
    """
    Take the locks off in this process: no row is locked on PostgreSQL.

    SQLite's lock is the transaction, which is exclusive from its beginning: there each statement stands alone.
    """
    if connection.vendor == "postgresql":
        return patch.object(QuerySet, "select_for_update", lambda rows, **_how: rows)
    retry._writing = nullcontext()  # type: ignore[assignment]  # what guards nothing, on purpose
    return patch.object(transaction, "atomic", lambda *_args, **_words: nullcontext())
