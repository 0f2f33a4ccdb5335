"""Read a kept diagnosis back, in the words of the day it was made and the language of its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.lib.bilingual import in_current_language
from booking.diagnosis.models import Diagnosis


@dataclass(frozen=True, slots=True)
class KeptCause:
    text: str
    probability: float
    shown: bool
    safety: int
    self_repair: str

    @property
    def percent(self) -> int:
        return round(100 * self.probability)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, and by the words of each cause how far it moved it (-1 to 1)."""

    question: str
    answer: str
    moved: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class KeptItem:
    """One symptom of a kept diagnosis; causes the most probable first."""

    symptom: str
    name: str
    urgency: int
    causes: tuple[KeptCause, ...]
    answers: tuple[KeptAnswer, ...]
    interventions: tuple[str, ...]

    @property
    def shown(self) -> tuple[KeptCause, ...]:
        return tuple(cause for cause in self.causes if cause.shown)


def read_kept(diagnosis: Diagnosis) -> list[KeptItem]:
    return [_read_item(item) for item in diagnosis.items]


def _read_item(item: Mapping[str, Any]) -> KeptItem:
    assessment = item["assessment"]
    words = {cause["id"]: _words(cause) for cause in assessment["causes"]}
    return KeptItem(
        symptom=item["symptom"],
        name=_words(item),
        urgency=assessment["urgency"],
        causes=tuple(
            KeptCause(words[cause["id"]], cause["probability"], cause["shown"], cause["safety"], cause["self_repair"])
            for cause in assessment["causes"]
        ),
        answers=tuple(
            KeptAnswer(
                question=_words(moved["question"]),
                answer=_words(moved["answer"]),
                moved={words[cause]: shift for cause, shift in moved["by_cause"].items()},
            )
            for moved in assessment["moved"]
        ),
        interventions=tuple(assessment["interventions"]),
    )


def _words(said: Mapping[str, str]) -> str:
    return in_current_language(fr=said["fr"], en=said["en"])
