"""Several symptoms in one visit: one list of work, each intervention once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from booking.diagnosis.assess import Assessment


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an intervention stands in a list of work: a cause of a symptom, and how probable it is (0 to 1)."""

    symptom: str
    cause: str
    probability: float


@dataclass(frozen=True, slots=True)
class WorkItem:
    """
    An intervention by its code, with its reasons, the most probable first.

    It is `suggested` when it is the usual remedy of a symptom's first cause; others may be needed instead or as well.
    """

    intervention: str
    reasons: tuple[Reason, ...]
    suggested: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    """What to ask of a workshop: suggested items first, then by probability; `urgency` is the greatest, 0 to 3."""

    items: tuple[WorkItem, ...]
    urgency: int

    @property
    def suggested(self) -> tuple[str, ...]:
        """The codes to look for slots with."""
        return tuple(item.intervention for item in self.items if item.suggested)

    @property
    def possible(self) -> tuple[str, ...]:
        """The codes that may be needed instead or as well."""
        return tuple(item.intervention for item in self.items if not item.suggested)


def merge(assessments: Sequence[Assessment]) -> WorkList:
    """Merge the interventions of several symptoms; the order of the symptoms does not matter but between equals."""
    reasons: dict[str, list[Reason]] = {}
    suggested: set[str] = set()
    for assessment in assessments:
        suggested.update(assessment.interventions[:1])
        for likely in assessment.shown:
            for code in likely.cause.interventions:
                if code not in assessment.ruled_out:
                    reason = Reason(assessment.symptom, likely.cause.id, likely.probability)
                    reasons.setdefault(code, []).append(reason)
    items = [
        WorkItem(code, tuple(sorted(given, key=lambda reason: -reason.probability)), code in suggested)
        for code, given in reasons.items()
    ]
    items.sort(key=lambda item: (not item.suggested, -item.reasons[0].probability))
    return WorkList(tuple(items), urgency=max((assessment.urgency for assessment in assessments), default=0))
