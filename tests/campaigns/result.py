"""What a campaign found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """
    How much was tried, and a sentence for each thing that must not be and was.

    `count` is in `unit`s (requests, steps, cases); the more there are, the more the absence of violations says.
    """

    name: str
    count: int
    violations: Sequence[str]
    seconds: float
    unit: str = "tried"

    def __str__(self) -> str:
        return f"{self.name}: {self.count} {self.unit} in {self.seconds:.0f} s, violations: {len(self.violations)}"

    def __add__(self, other: Result) -> Result:
        return Result(
            self.name,
            self.count + other.count,
            [*self.violations, *other.violations],
            self.seconds + other.seconds,
            self.unit,
        )

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Result:
        return Result(**json.loads(text))
