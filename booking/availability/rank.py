"""Order what was found: by what was asked; among equals the least loaded first, then in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

Entry = TypeVar("Entry")


def in_turn(
    entries: Iterable[Entry], *, key: Callable[[Entry], Any], workshop: Callable[[Entry], int], day: date
) -> list[Entry]:
    """
    Sort by `key`; of those that are equal another one comes first each day of the week.

    Equals stand in an order of their own for each week (a digest of both, so that nobody always follows the same
    neighbour) and each day begins one further: over a week, each of up to seven is first as often as any other, or
    once more.
    """
    week = f"{day.isocalendar().year}-{day.isocalendar().week}"
    ordered: list[Entry] = []
    keyed = sorted(((key(entry), place, entry) for place, entry in enumerate(entries)), key=itemgetter(0, 1))
    for _key, equals in groupby(keyed, key=itemgetter(0)):
        group = [entry for _same, _place, entry in equals]
        if len(group) > 1:
            group.sort(key=lambda entry: _digest(week, workshop(entry)))
            turn = day.toordinal() % len(group)
            group = group[turn:] + group[:turn]
        ordered += group
    return ordered


def _digest(week: str, pk: int) -> bytes:
    return sha256(f"{week} {pk}".encode()).digest()
