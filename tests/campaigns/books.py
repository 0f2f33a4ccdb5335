"""All that moves money, in any order, at length: `make campaign WHICH=books`."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns.result import Result
from tests.money.machine import Money
from tests.stripe_emulator.running import running_emulator

STORY = 50  # steps, at most, before the two workshops begin anew
MOST_AT_ONCE = 50  # stories


@contextmanager
def provider_beside() -> Iterator[None]:
    """Run the emulator, and have the product speak to it."""
    from django.test import override_settings

    with running_emulator() as stripe:
        Money.stripe = stripe
        with override_settings(
            STRIPE_API_BASE=stripe.url,
            STRIPE_SECRET_KEY="sk_test_emulated",
            STRIPE_WEBHOOK_SECRETS=[stripe.webhook_secret],
        ):
            yield


def play(steps: int, *, always_the_same: bool = False) -> Counter[str]:
    """
    Make at least so many steps; count what was done in them.

    :raises AssertionError: with its story, when anything is not as it must be.
    """
    Money.steps = Counter()
    while (left := steps - Money.steps["steps"]) > 0:
        stories = min(max(left // STORY, 1), MOST_AT_ONCE)
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=stories,
                stateful_step_count=STORY,
                deadline=None,
                database=None,
                derandomize=always_the_same,
                phases=(Phase.generate,),  # a story is short enough to be read as it was found
                suppress_health_check=list(HealthCheck),
            ),
        )
    return Money.steps


def run(steps: int) -> Result:
    began = time.monotonic()
    violations = []
    try:
        with provider_beside():
            play(steps)
    except Exception:
        violations.append(traceback.format_exc(limit=-6))
    return Result("books", Money.steps["steps"], violations, time.monotonic() - began, "steps")
