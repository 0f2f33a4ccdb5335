"""
django-appointment answers rounds: this runs in an environment of its own, started by tests/bench/beside.py.

It imports nothing of ours. A line of JSON comes in, a line goes out: `feed` lays the rows that it is given, `slots`
asks django-appointment's own function, as its views do (get_next_available_date_ajax walks the days like this), for
each day and each member of staff.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from typing import Any

ANSWERS = os.fdopen(os.dup(1), "w")  # its loggers write to standard output: they get the error stream instead
os.dup2(2, 1)


def set_up(database: dict[str, Any]) -> None:
    """Use this database, empty, with nothing but the package and what it needs."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "appointment",
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="only for a measurement",
        TIME_ZONE="Europe/Paris",
        USE_TZ=True,
        DEBUG=False,
    )
    django.setup()
    call_command("migrate", "auth", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # the package ships no migrations


def feed(
    *, staff: list[int], hours: dict[str, list[str]], days_off: list[str], visits: list[list[Any]], **asked: int
) -> dict[str, int]:
    """
    Lay the members of staff with their hours and visits: (member, day, start, end), in local time.

    A Config row is laid too: without one the package asks for it again and again.
    """
    from appointment.models import (
        Appointment,
        AppointmentRequest,
        Config,
        DayOff,
        Service,
        StaffMember,
        WorkingHours,
    )
    from django.contrib.auth import get_user_model
    from django.db import connection

    minutes, step = asked["minutes"], asked["step"]
    Config.objects.create(slot_duration=step, lead_time=clock(9), finish_time=clock(18), appointment_buffer_time=0)
    service = Service.objects.create(name="Puncture", duration=timedelta(minutes=minutes), price=15)
    users = get_user_model().objects.bulk_create(get_user_model()(username=f"staff{pk}") for pk in staff)
    members = StaffMember.objects.bulk_create(
        StaffMember(pk=pk, user=user, slot_duration=step, appointment_buffer_time=0)
        for pk, user in zip(staff, users, strict=True)
    )
    WorkingHours.objects.bulk_create(
        WorkingHours(
            staff_member=member,
            day_of_week=int(weekday),
            start_time=clock.fromisoformat(since),
            end_time=clock.fromisoformat(until),
        )
        for member in members
        for weekday, (since, until) in hours.items()
    )
    DayOff.objects.bulk_create(
        DayOff(staff_member=member, start_date=date.fromisoformat(day), end_date=date.fromisoformat(day))
        for member in members
        for day in days_off
    )
    requests = AppointmentRequest.objects.bulk_create(
        AppointmentRequest(
            staff_member_id=pk,
            service=service,
            date=date.fromisoformat(day),
            start_time=clock.fromisoformat(since),
            end_time=clock.fromisoformat(until),
        )
        for pk, day, since, until in visits
    )
    Appointment.objects.bulk_create(Appointment(appointment_request=one, amount_to_pay=0) for one in requests)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"service": service.pk, "visits": len(requests)}


def slots(
    *, staff: list[int], place: dict[str, int], first: str, days: int, count: int | None
) -> list[tuple[datetime, int]]:
    """
    Give (start, workshop) of the free slots of these members from a day on, each once, in order of time.

    With a count, the days after the one on which it is reached are not looked at: no day can be cut, since the last
    member asked may be free first.
    """
    from appointment.models import Service, StaffMember
    from appointment.services import get_available_slots_for_staff
    from appointment.utils.db_helpers import get_weekday_num_from_date

    service = Service.objects.get()
    members = list(StaffMember.objects.filter(pk__in=staff))
    found: list[tuple[datetime, int]] = []
    for day in (date.fromisoformat(first) + timedelta(days=n) for n in range(days)):
        weekday = get_weekday_num_from_date(day)
        of_the_day = {
            (slot, place[str(member.pk)])
            for member in members
            for slot in get_available_slots_for_staff(day, member, weekday, service=service)
        }
        found += sorted(of_the_day)
        if count is not None and len(found) >= count:
            break
    return found[:count]


def measured(*, times: int, **asked: Any) -> dict[str, Any]:
    """Time so many runs, by the clock of the wall and by this process's work; 0: say the slots, and the queries."""
    from django.db import connection

    count = 0

    def counting(execute: Callable[..., Any], *words: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*words)

    with connection.execute_wrapper(counting):
        found = [(place, start.isoformat()) for start, place in slots(**asked)] if times == 0 else None
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        slots(**asked)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return {"slots": found, "queries": count, "taken": taken}


def main() -> None:
    doors: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "feed": lambda asked: feed(**asked),
        "slots": lambda asked: measured(**asked),
    }
    set_up(json.loads(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(doors[asked.pop("do")](asked)), file=ANSWERS, flush=True)


if __name__ == "__main__":
    main()
