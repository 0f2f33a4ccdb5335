"""What is known of one symptom, as plain values: no database, no request, no language but the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.lib.bilingual import in_current_language

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `factors` by cause, 1 where none is written; `rules_out`: interventions that make no sense then."""

    value: str
    fr: str
    en: str
    factors: Mapping[str, float]
    rules_out: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return in_current_language(fr=self.fr, en=self.en)


DO_NOT_KNOW = Answer(UNKNOWN, "Je ne sais pas", "I don’t know", {})


@dataclass(frozen=True, slots=True)
class Question:
    """A closed question; the answer `unknown` is always among its answers."""

    id: str
    fr: str
    en: str
    answers: tuple[Answer, ...]

    @property
    def text(self) -> str:
        return in_current_language(fr=self.fr, en=self.en)

    def answer(self, value: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.value == value), None)


@dataclass(frozen=True, slots=True)
class Cause:
    """
    What may be wrong: `prior` out of 100, `safety` 0 (can be ridden) to 3 (do not ride).

    `interventions` are catalogue codes, the most usual first; `tools` are codes of tool kinds, for who repairs alone;
    `self_repair` is "yes" (alone), "assist" (with help) or "no".
    """

    id: str
    prior: float
    fr: str
    en: str
    interventions: tuple[str, ...]
    self_repair: str
    safety: int
    tip_fr: str
    tip_en: str
    tools: tuple[str, ...]

    @property
    def text(self) -> str:
        return in_current_language(fr=self.fr, en=self.en)

    @property
    def tip(self) -> str:
        return in_current_language(fr=self.tip_fr, en=self.tip_en)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that assess.py needs to know of one symptom."""

    symptom: str
    urgency: int
    questions: tuple[Question, ...]
    causes: tuple[Cause, ...]

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)


def knowledge_of(symptom: str, urgency: int, data: Mapping[str, Any]) -> Knowledge:
    """Make the knowledge of a symptom from Symptom.knowledge, which read_knowledge.py has checked."""
    return Knowledge(
        symptom=symptom,
        urgency=urgency,
        questions=tuple(_question(question) for question in data["questions"]),
        causes=tuple(
            Cause(**{**cause, "interventions": tuple(cause["interventions"]), "tools": tuple(cause["tools"])})
            for cause in data["causes"]
        ),
    )


def _question(data: Mapping[str, Any]) -> Question:
    answers = tuple(Answer(**{**answer, "rules_out": tuple(answer.get("rules_out", ()))}) for answer in data["answers"])
    if all(answer.value != UNKNOWN for answer in answers):
        answers += (DO_NOT_KNOW,)
    return Question(data["id"], data["fr"], data["en"], answers)
