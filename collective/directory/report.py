"""What an import did with every row it met."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from backend.lib.sheets import safe_cell

EXAMPLES = 5
COLUMNS = ("row", "osm", "name", "outcome", "reason")


class Writer(Protocol):
    """What a csv.writer can do."""

    def writerow(self, row: Any, /) -> Any: ...


@dataclass
class ImportReport:
    """
    Counts of rows by outcome: new, changed, unchanged, refused; of these last by reason, with the first few ids.

    `broken_off` says why the rest of the file could not be read, and is empty when it was read to its end.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    hours_understood: int = 0
    hours_not_understood: int = 0
    broken_off: str = ""
    sheet: Writer | None = None

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    @property
    def taken(self) -> int:
        return self.rows - self.outcomes["refused"]

    def note(self, *, row: int, osm: str, name: str, outcome: str, reason: str = "") -> None:
        """Count a row, and write it to the sheet when there is one; the reason may be of hours that were kept raw."""
        self.outcomes[outcome] += 1
        if outcome == "refused":
            self.reasons[reason] += 1
            examples = self.examples.setdefault(reason, [])
            if len(examples) < EXAMPLES:
                examples.append(osm or f"row {row}")
        if self.sheet is not None:
            self.sheet.writerow([safe_cell(cell) for cell in (row, osm, name, outcome, reason)])


@contextmanager
def sheet_at(path: Path | None) -> Iterator[Writer | None]:
    """Open a CSV file with its first line written, or nothing when there is no path."""
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        yield writer
