"""All that writes the timetable, in any order, at length, against the oracle: `make campaign WHICH=timetable`."""

from __future__ import annotations

import time
import traceback
from collections import Counter

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns.result import Result
from tests.collective.timetable.machine import Timetable

STORY = 50  # steps, at most, before the two workshops begin anew
MOST_AT_ONCE = 100  # stories


def play(steps: int, *, always_the_same: bool = False) -> Counter[str]:
    """
    Make at least so many steps, each followed by a comparison of every free day; count what was done in them.

    :raises AssertionError: with the shortest story found, when a free day is not what the oracle says.
    """
    Timetable.steps = Counter()
    while (left := steps - Timetable.steps["steps"]) > 0:
        stories = min(max(left // STORY, 1), MOST_AT_ONCE)
        run_state_machine_as_test(
            Timetable,
            settings=settings(
                max_examples=stories,
                stateful_step_count=STORY,
                deadline=None,
                database=None,
                derandomize=always_the_same,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Timetable.steps


def run(steps: int) -> Result:
    began = time.monotonic()
    violations = []
    try:
        play(steps)
    except Exception:
        violations.append(traceback.format_exc(limit=-6))
    return Result("timetable", Timetable.steps["steps"], violations, time.monotonic() - began, "steps")
