"""
Payments while workers are killed, calls fail and events come in any order: `make campaign WHICH=payments`.

After each part, what the emulator charged and gave back equals the books, to the cent, and the eight invariants hold.
Last the control: with a fresh key for each call the same crash must serve people twice, or the campaign shows nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

from django.db import connection

from backend.setup.speak import tell
from tests.campaigns import kills, storm
from tests.campaigns.control_of_keys import charged_twice_with_fresh_keys
from tests.campaigns.paying import Paying, emulator_beside
from tests.campaigns.result import Result
from tests.money.judge import faults

SEED = 2026
RATE = 0.3  # of the calls go wrong
AT_RANDOM, AT_EACH_STEP = 0.2, 0.02  # kills for each payment asked for: 200 and 20 of a thousand


def run(count: int) -> Result:
    """Take `count` payments in a storm; kill a fifth as many workers at random, a fiftieth at each named step."""
    began, violations = time.monotonic(), []
    rng = random.Random(SEED)
    each, anyhow = max(int(count * AT_EACH_STEP), 1), max(int(count * AT_RANDOM), 1)
    with emulator_beside() as stripe:
        world = Paying(stripe)
        parts: dict[str, Callable[[], Iterable[str]]] = {
            f"{each} kills at each of {kills.STEPS} steps": lambda: [
                *kills.at_each_step(world, each),
                *kills.while_finishing(world, each),
            ],
            f"{anyhow} kills at random": lambda: kills.at_random(world, anyhow, rng),
            "five events in every order": lambda: storm.every_order(world),
            f"{count} payments, {RATE:.0%} of calls fail": lambda: storm.many_payments(world, count, RATE, rng),
        }
        for name, part in parts.items():
            since = time.monotonic()
            found = [*part(), *faults(stripe, at=world.at)]
            violations += [f"{connection.vendor}: {name}: {fault}" for fault in found]
            tell(f"  {name}: {time.monotonic() - since:.0f} s, {len(found)} violations")
        tried = len(stripe.objects("payment_intent"))
        twice = charged_twice_with_fresh_keys(world)  # last: what it leaves behind is wrong on purpose
        tell(f"  control, with fresh keys: {twice} served twice")
        if not twice:
            violations.append("the control, with fresh keys, served nobody twice: the campaign shows nothing")
    return Result("payments", tried, violations, time.monotonic() - began, "payments")
