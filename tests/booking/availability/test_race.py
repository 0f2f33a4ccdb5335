"""Twenty clients in two processes want a hundred slots, each five of them: one wins, the others are told, no errors."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command

from booking.availability.needs import work_at
from booking.availability.scan import slots_of
from collective.timetable.check import find_faults
from collective.timetable.models import Occupancy
from tests.factories import open_workshop
from tests.servers import database_url

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CLIENTS, PROCESSES, SLOTS = 20, 2, 100
WANTED_BY = 5  # clients a slot, of both processes
LONGEST = 300  # seconds


def run_race(workshop, starts) -> list[dict]:
    share = CLIENTS // PROCESSES
    asked = {"workshop": workshop.pk, "at": AT.isoformat(), "starts": [moment.isoformat() for moment in starts]}
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.booking.availability.racer",
                json.dumps(asked | {"clients": [n * share, (n + 1) * share], "wanted_by": WANTED_BY, "of": CLIENTS}),
            ],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(PROCESSES)
    ]
    try:
        outputs = [process.communicate(timeout=LONGEST)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return [json.loads(output) for output in outputs]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_slot_has_exactly_one_winner():
    workshop = open_workshop(at=AT, hours="Mo-Su 08:00-18:00", slot_step_minutes=30, horizon_days=10, days=10)
    work = work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type="city")
    first = date(2026, 11, 24)
    slots = slots_of(work=work, first=first, last=first + timedelta(days=9), at=AT)[:SLOTS]
    starts = [slot.starts_at for slot in slots]

    outcomes = run_race(workshop, starts)

    wins = Counter(starts_at for outcome in outcomes for starts_at, _client in outcome["wins"])
    met = sum((Counter(outcome["met"]) for outcome in outcomes), Counter())
    assert wins == Counter(moment.isoformat() for moment in starts)
    assert met == {"SlotTaken": SLOTS * (WANTED_BY - 1)}
    assert Occupancy.objects.count() == 2 * SLOTS
    assert list(find_faults(at=AT, sources={})) == []  # bare occupancies: no hold stands behind them
    call_command("check", tags=["database"], databases=["default"])
