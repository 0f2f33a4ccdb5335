"""
From a symptom and some answers to what it probably is. Pure functions: the same answers always say the same.

The rule (data/README.md beside this file): the probability of a cause is proportional to its prior times the factors of
the answers given, as if the answers were independent once the cause is known (naive Bayes). People are shown the causes
above 15 %; a cause of 25 % or more can raise the urgency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.diagnosis.knowledge import UNKNOWN, Answer, Cause, Knowledge, Question

SHOWN_ABOVE = 0.15
RAISES_URGENCY_FROM = 0.25
URGENCY_THAT_STAYS = 2


class UnknownQuestion(BadInput):
    code = "unknown_question"
    message = _("This problem has no question called “%(question)s”.")


class UnknownAnswer(BadInput):
    code = "unknown_answer"
    message = _("“%(value)s” is not one of the answers to the question “%(question)s”.")


@dataclass(frozen=True, slots=True)
class Likely:
    """A cause with its probability, 0 to 1."""

    cause: Cause
    probability: float

    @property
    def is_shown(self) -> bool:
        return self.probability > SHOWN_ABOVE

    @property
    def percent(self) -> int:
        return round(100 * self.probability)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one answer did: by cause, its probability with all answers less what it would be without this one."""

    question: Question
    answer: Answer
    by_cause: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    What it probably is: `likely` holds every cause, the most probable first, and sums to 1.

    `urgency` is 0 to 3; `interventions` are the catalogue codes for the shown causes, in their order, each once;
    `moved` explains, in the order of the questions.
    """

    symptom: str
    answers: Mapping[str, str]
    likely: tuple[Likely, ...]
    urgency: int
    interventions: tuple[str, ...]
    ruled_out: frozenset[str]
    moved: tuple[Moved, ...]

    @property
    def top(self) -> Likely:
        return self.likely[0]

    @property
    def shown(self) -> tuple[Likely, ...]:
        return tuple(likely for likely in self.likely if likely.is_shown)


def assess(knowledge: Knowledge, answers: Mapping[str, str]) -> Assessment:
    """
    Weigh the causes of a symptom by the answers given, a mapping of question id to answer value, in any order.

    :raises UnknownQuestion: for an id that is none of the symptom's questions.
    :raises UnknownAnswer: for a value that is none of its question's answers.
    """
    given = chosen_answers(knowledge, answers)
    probabilities = posterior(knowledge, given.values())
    likely = tuple(
        Likely(cause, probabilities[cause.id])
        for cause in sorted(knowledge.causes, key=lambda cause: -probabilities[cause.id])
    )
    ruled_out = frozenset(code for answer in given.values() for code in answer.rules_out)
    shown = [likely_one for likely_one in likely if likely_one.is_shown]
    return Assessment(
        symptom=knowledge.symptom,
        answers={question_id: answer.value for question_id, answer in given.items()},
        likely=likely,
        urgency=_urgency(knowledge, likely),
        interventions=_fitting(shown, ruled_out),
        ruled_out=ruled_out,
        moved=_explain(knowledge, given, probabilities),
    )


def chosen_answers(knowledge: Knowledge, answers: Mapping[str, str]) -> dict[str, Answer]:
    """Find the answers given, in the order of the questions; no value is "I don't know". Raises as assess() does."""
    chosen = {}
    for question_id, value in answers.items():
        question = knowledge.question(question_id)
        if question is None:
            raise UnknownQuestion(question=str(question_id)[:60])
        answer = question.answer(value or UNKNOWN)
        if answer is None:
            raise UnknownAnswer(question=question.text, value=str(value)[:60])
        chosen[question_id] = answer
    return {question.id: chosen[question.id] for question in knowledge.questions if question.id in chosen}


def posterior(knowledge: Knowledge, answers: Iterable[Answer]) -> dict[str, float]:
    """
    Give the probability of each cause, by its id, after these answers; they sum to 1.

    The factors of each cause are sorted before they are multiplied, so that not even rounding depends on the order
    of the answers. What is loaded leaves no combination of answers without a cause (read_knowledge.py).
    """
    answers = list(answers)
    weights = {
        cause.id: cause.prior * prod(sorted(answer.factors.get(cause.id, 1.0) for answer in answers))
        for cause in knowledge.causes
    }
    total = sum(weights.values())
    return {cause_id: weight / total for cause_id, weight in weights.items()}


def _urgency(knowledge: Knowledge, likely: Iterable[Likely]) -> int:
    grave = [one.cause.safety for one in likely if one.probability >= RAISES_URGENCY_FROM]
    own = [knowledge.urgency] if knowledge.urgency >= URGENCY_THAT_STAYS else []
    return max([*own, *grave], default=knowledge.urgency)


def _fitting(shown: Iterable[Likely], ruled_out: frozenset[str]) -> tuple[str, ...]:
    codes = [code for one in shown for code in one.cause.interventions if code not in ruled_out]
    return tuple(dict.fromkeys(codes))


def _explain(knowledge: Knowledge, given: Mapping[str, Answer], now: Mapping[str, float]) -> tuple[Moved, ...]:
    moved = []
    for question_id, answer in given.items():
        question = knowledge.question(question_id)
        assert question is not None
        without = posterior(knowledge, (other for key, other in given.items() if key != question_id))
        moved.append(Moved(question, answer, {cause_id: now[cause_id] - without[cause_id] for cause_id in now}))
    return tuple(moved)
