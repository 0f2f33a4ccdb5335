"""
Measure how long each refusal of impossible hours takes, and print a table: the aim is 50 ms each.

    python -m tests.bench.refusals

What is refused is what tests/bad_input/hours.py lists, beside an area that crosses itself, a step of nothing and a
calendar of 50 MB. Only the domain is measured: no database, no HTTP; a time is the median of five.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import django

AIM_MS = 50
TIMES = 5
Refusal = Callable[[], object]


def refusals() -> Iterator[tuple[str, str, Refusal]]:
    """Yield each refusal: what it is about, its code, and what raises it."""
    from collective.timetable.read_hours import read_hours
    from collective.timetable.read_ics import Meaning
    from collective.workshops.models import Workshop
    from collective.workshops.ranges import BOOKING_RULES, check_numbers
    from collective.workshops.zones import check_area
    from tests.bad_input.hours import BAD, FIFTY_MEGABYTES

    workshop = Workshop(timezone="Europe/Paris", postcode="59000")
    first = datetime.now(UTC).date()
    for bad in BAD:
        given = bad.given()
        yield (
            bad.name,
            bad.code,
            lambda given=given, bad=bad: read_hours(given=given, owner=workshop, meaning=bad.meaning, first=first),  # type: ignore[misc]  # its defaults give it no type
        )
    large = b"BEGIN:VCALENDAR\r\n" + b"x" * FIFTY_MEGABYTES
    yield (
        "a calendar of 50 MB",
        "calendar_too_large",
        lambda: read_hours(given=large, owner=workshop, meaning=Meaning.OPENINGS, first=first),
    )
    bow_tie = [[50.6, 3.0], [50.7, 3.1], [50.6, 3.1], [50.7, 3.0]]
    yield "an area that crosses itself", "area_crosses_itself", lambda: check_area(bow_tie)
    rules = {"slot_step_minutes": 0}
    yield "a step between slots of 0", "number_out_of_range", lambda: check_numbers(rules, BOOKING_RULES)


def measure_refusals() -> list[tuple[str, str, float]]:
    """Give each refusal with its code and the median of its milliseconds; none that is not refused passes."""
    from backend.lib.errors import RuleBroken

    measured = []
    for name, code, refuse in refusals():
        took = []
        for _time in range(TIMES):
            began = time.perf_counter()
            try:
                refuse()
            except RuleBroken as rule:
                took.append((time.perf_counter() - began) * 1000)
                said = rule.code
            else:
                raise AssertionError(f"{name} was not refused")
            if said != code:
                raise AssertionError(f"{name} was refused by {said}, not {code}")
        measured.append((name, code, statistics.median(took)))
    return measured


def main() -> int:
    print(f"{'refused':<44}{'code':<24}{'median ms':>10}")
    measured = measure_refusals()
    for name, code, took in sorted(measured, key=lambda one: -one[2]):
        print(f"{name:<44}{code:<24}{took:>10.2f}{'' if took < AIM_MS else '  over the aim'}")
    late = sum(took >= AIM_MS for _name, _code, took in measured)
    print(f"{len(measured)} refusals, {late} over {AIM_MS} ms")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    sys.exit(main())
