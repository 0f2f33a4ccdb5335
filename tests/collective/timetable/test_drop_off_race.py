"""Twenty writers want one day at once, half for an exact time and half for a bike left there."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from collective.timetable.check import find_faults
from collective.timetable.derive import read_days
from collective.timetable.drop_off import DayFull, claim, sell_days
from collective.timetable.models import Claim, Occupancy
from collective.timetable.occupy import occupy, release
from collective.timetable.periods import Period
from collective.timetable.retry import again_when_busy
from tests.factories import open_workshop

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRITERS = 20


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_day_is_never_sold_twice():
    workshop = open_workshop(
        at=AT, mechanics=(2, 3, 4, 5), hours="Mo-Su 09:00-13:00", horizon_days=3, days=3, slot_step_minutes=30
    )
    sell_days(
        workshop=workshop,
        share_bp=10000,
        arrives_from=540,
        arrives_until=660,
        return_days=1,
        returns_from=600,
        storage_places=99,
        at=AT,
    )
    team = list(workshop.resources.filter(kind="mechanic").select_related("workshop").order_by("pk"))
    met: Counter[str] = Counter()
    ready = threading.Barrier(WRITERS)

    @again_when_busy
    def exact(number: int) -> None:
        starts_at = NINE + (number // 2 % 4) * HOUR
        with transaction.atomic():
            occupy(
                resources=[team[number // 2 % 4], team[(number // 2 + 1) % 4]],
                period=Period(starts_at, starts_at + HOUR),
                reason="hold",
                reference=f"hold:{number}",
                expires_at=None,
                at=AT,
            )

    def day(number: int) -> None:
        claim(
            workshop=workshop,
            day=TUESDAY,
            minutes=60,
            skill_level=number // 2 % 5 + 1,
            reason="hold",
            reference=f"hold:{number}",
            expires_at=None,
            at=AT,
        )

    def writer(number: int) -> None:
        ready.wait()
        try:
            (day if number % 2 else exact)(number)
            met["won"] += 1
            if number % 5 == 0:
                again_when_busy(release)(reference=f"hold:{number}", at=AT)
        except Exception as error:
            met[type(error).__name__] += 1
        connection.close()

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert set(met) <= {"won", DayFull.__name__, "IntegrityError"}
    assert met.total() == WRITERS
    assert met["won"] >= 8
    assert Claim.objects.exists()
    assert Occupancy.objects.exists()
    assert not any(read.is_oversold for read in read_days(resources=team, first=TUESDAY, last=TUESDAY, at=AT))
    assert list(find_faults(at=AT, sources={})) == []
