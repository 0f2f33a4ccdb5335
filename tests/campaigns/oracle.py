"""Compare search and taking with a brute-force oracle on random worlds: python -m tests.campaigns oracle."""

from __future__ import annotations

import time

from backend.setup.speak import tell
from tests.booking.availability.compare import differences
from tests.campaigns.result import Result

A_LINE_EVERY = 250  # cases
FIRST_SEED = 1000  # beyond those of the suite


def run(cases: int) -> Result:
    """Compare so many worlds."""
    begun = time.monotonic()
    violations: list[str] = []
    for done in range(1, cases + 1):
        violations += differences(FIRST_SEED + done)
        if done % A_LINE_EVERY == 0:
            tell(f"{done} of {cases} cases, {len(violations)} differences, {time.monotonic() - begun:.0f} s")
    return Result("oracle", cases, violations, time.monotonic() - begun, unit="cases")
