"""
How much of a day may still be sold, by exact appointments and by drop-offs: plain arithmetic on ticks, no database.

Work that needs skill s may be done by whoever has s or more. All that was sold can be done when, for each level t, what
needs t or more is no more than what those of t or more have: sums "of t or more" are all that counts (the nested sets
make Hall's condition these five inequalities). A list of five numbers here is always by level, 1 to 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import accumulate

LEVELS = range(1, 6)
MOST = 2**15 - 1  # what a small integer of the database holds: 113 whole days
WHOLE = 10000  # a share is in basis points

Five = tuple[int, ...]


def at_least(ticks: Iterable[tuple[int, int]]) -> Five:
    """Sum up pairs of a level and ticks: of each level, the ticks of that one and those above."""
    sums = [0] * len(LEVELS)
    for level, some in ticks:
        for t in range(level):
            sums[t] += some
    return tuple(sums)


def spare_ticks(*, opening: Sequence[int], taken: Sequence[int], claimed: Sequence[int]) -> Five:
    """Give what neither exact appointments nor drop-offs have taken; less than 0 once hours were changed afterwards."""
    return tuple(c - e - d for c, e, d in zip(opening, taken, claimed, strict=True))


def room_ticks(*, opening: Sequence[int], taken: Sequence[int], claimed: Sequence[int], share_bp: int) -> Five:
    """Give, for each level, the longest drop-off needing it that may still be sold of the share of what is free."""
    lefts = (share_bp * (c - e) // WHOLE - d for c, e, d in zip(opening, taken, claimed, strict=True))
    return tuple(min(max(left, 0), MOST) for left in accumulate(lefts, min))


def pack(rooms: Sequence[int]) -> bytes:
    return struct.pack("<5H", *rooms)


def unpack(raw: bytes | memoryview) -> Five:
    """Read the five numbers of a stock's free day."""
    return struct.unpack("<5H", bytes(raw))
