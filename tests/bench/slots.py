"""
Measure the search for slots: python -m tests.bench.slots (part of `make bench`).

Fills a database of its own with workshops (two mechanics, two stands, 64 % taken), asserts that the plain peer finds
the very same slots, and prints medians: the search core on free-day rows, the whole search, the peer.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import django

WORKSHOPS, DAYS, TAKEN = 50, 30, 0.64
ROUNDS, PEER_WORKSHOPS = 15, 5
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FIRST = date(2026, 11, 24)


def set_up() -> None:
    """Use DATABASE_URL's server, or a SQLite file that goes with the process, through Django's test databases."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    if not os.environ.get("DATABASE_URL"):
        folder = tempfile.mkdtemp(prefix="moyeu-bench-")
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
    django.setup()


def fill(dice: random.Random) -> list[Any]:
    from booking.availability.needs import work_at
    from booking.availability.scan import slots_of
    from collective.timetable.free_days import rebuild_timetable
    from collective.timetable.models import Occupancy
    from tests.factories import open_workshop

    last = FIRST + timedelta(days=DAYS - 1)
    works = []
    for _ in range(WORKSHOPS):
        workshop = open_workshop(at=AT, mechanics=(4, 3), benches=("stand", "lift"), days=DAYS + 2)
        offers = list(workshop.offers.select_related("intervention"))
        work = work_at(workshop=workshop, offers=offers, bike_type="city")
        works.append(work)
        half_hours = slots_of(work=work, first=FIRST, last=last, at=AT)[::2]
        Occupancy.objects.bulk_create(
            Occupancy(
                resource=resource, starts_at=slot.starts_at, ends_at=slot.ends_at, reason="closure", reference="x"
            )
            for resource in workshop.resources.all()
            for slot in half_hours
            if dice.random() < TAKEN
        )
        rebuild_timetable(workshops=[workshop], first=FIRST, last=last, at=AT)
    return works


def median_ms(function: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        function()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def measure() -> None:
    from django.db import connection

    from booking.availability.scan import Window, groups_for, scan
    from booking.availability.search import find_slots
    from tests.bench.plain import plain_slots
    from tests.factories import LILLE

    works = {work.workshop.pk: work for work in fill(random.Random(20261121))}
    groups = groups_for(works)
    last = FIRST + timedelta(days=DAYS - 1)
    window = Window(FIRST, last)

    every = scan(works=works, groups=groups, window=window, at=AT, want=None)
    some = dict(list(works.items())[:PEER_WORKSHOPS])
    for pk, work in some.items():
        peer = plain_slots(work=work, first=FIRST, last=last, at=AT)
        assert [slot.starts_at for slot in every[pk]] == peer, f"the peer disagrees about workshop {pk}"

    asked = {"lat": LILLE[0], "lon": LILLE[1], "radius_km": 5, "interventions": ["PUNCTURE"], "bike_type": "city"}
    first_six = median_ms(lambda: scan(works=works, groups=groups, window=window, at=AT, want=6))
    all_of_it = median_ms(lambda: scan(works=works, groups=groups, window=window, at=AT, want=None))
    page = median_ms(lambda: find_slots(**asked, first=FIRST, last=last, at=AT))
    ours = median_ms(lambda: scan(works=some, groups=groups, window=window, at=AT, want=None))
    theirs = median_ms(lambda: [plain_slots(work=w, first=FIRST, last=last, at=AT) for w in some.values()], rounds=1)

    count = sum(map(len, every.values()))
    print(f"{connection.vendor}: {WORKSHOPS} workshops x {DAYS} days, 4 resources each, {count} free slots")
    print(f"  search core, six slots each   {first_six:9.1f} ms")
    print(f"  search core, every slot       {all_of_it:9.1f} ms")
    print(f"  whole search, a page of 20    {page:9.1f} ms")
    print(f"  {PEER_WORKSHOPS} workshops, every slot: ours {ours:.1f} ms, plain peer {theirs:.0f} ms, identical slots,")
    print(f"  ratio {theirs / ours:.0f}")


def main() -> int:
    set_up()
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment, teardown_test_environment

    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        measure()
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()
    return 0


if __name__ == "__main__":
    sys.exit(main())
