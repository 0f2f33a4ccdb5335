"""Numbers as a table for people and as rows for programs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.setup.speak import tell

Row = dict[str, Any]
Times = tuple[float, float]  # seconds: by the clock of the wall, and of this process's own work


def show(title: str, columns: dict[str, str], rows: Sequence[Row]) -> None:
    """Print the rows under these headings, by key; what a row lacks is a dash."""
    tell(f"\n{title}")
    cells = [[written(row.get(key)) for key in columns] for row in rows]
    widths = [max(len(heading), *(len(line[n]) for line in cells)) for n, heading in enumerate(columns.values())]
    for line in [list(columns.values()), *cells]:
        placed = enumerate(zip(line, widths, strict=True))
        tell("  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in placed))


def written(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
        case int():
            return f"{value:,}"
    return str(value)


def timed(function: Callable[[], object], times: int) -> list[Times]:
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        function()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return taken


@dataclass(frozen=True, slots=True)
class Median:
    """The median of rounds, each the median of its runs; milliseconds."""

    wall: float
    cpu: float

    @staticmethod
    def of(rounds: Sequence[Sequence[Times]]) -> Median:
        wall, cpu = (
            statistics.median(statistics.median(one[clock] for one in runs) for runs in rounds) * 1000
            for clock in (0, 1)
        )
        return Median(wall, cpu)
