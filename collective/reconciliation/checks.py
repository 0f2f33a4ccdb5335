"""
What is checked: each domain registers a function that says what is wrong with its own rows.

What is booked for lives above the money, which cannot ask it: it registers from there (booking/apps.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from collective.ledger.check import what_is_wrong_in_the_books
from collective.payments.check import what_disagrees_with_the_payments, what_waits_for_a_person
from collective.payments.check_holds import what_is_wrong_with_holds
from collective.payments.distribution.check import what_disagrees_with_the_transfers

PEOPLE = "people"  # nothing is wrong in the rows, and somebody has to act
Check = Callable[[datetime], Iterable[str]]
_checks: dict[str, Check] = {
    "books": lambda at: what_is_wrong_in_the_books(),
    "payments": lambda at: what_disagrees_with_the_payments(),
    PEOPLE: lambda at: what_waits_for_a_person(),
    "transfers": lambda at: what_disagrees_with_the_transfers(),
    "holds": what_is_wrong_with_holds,
}


def register_checks(checks: Mapping[str, Check]) -> None:
    """Have `check(at)` yield a sentence for each fault at that moment, a fixed number of queries however many rows."""
    _checks.update(checks)


def run_checks(*, at: datetime) -> dict[str, list[str]]:
    """Return what each check says, in the order they were registered."""
    return {name: list(check(at)) for name, check in _checks.items()}
