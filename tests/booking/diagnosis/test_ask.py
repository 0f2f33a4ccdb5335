from __future__ import annotations

from collections import Counter

import pytest

from booking.diagnosis.ask import CLEAR_ENOUGH, MOST_QUESTIONS, entropy, expected_gain, next_question
from booking.diagnosis.assess import assess, posterior
from booking.diagnosis.knowledge import UNKNOWN, Knowledge, knowledge_of


def made_of(factors_by_question: dict[str, list[dict[str, float]]], priors: dict[str, int]) -> Knowledge:
    return knowledge_of(
        "S",
        0,
        {
            "questions": [
                {
                    "id": question,
                    "fr": "?",
                    "en": "?",
                    "answers": [
                        {"value": str(at), "fr": "x", "en": "x", "factors": by} for at, by in enumerate(answers)
                    ],
                }
                for question, answers in factors_by_question.items()
            ],
            "causes": [
                {"id": cause, "prior": prior, "fr": "x", "en": "x", "interventions": ["FIX"], "self_repair": "no"}
                | {"safety": 0, "tip_fr": "x", "tip_en": "x", "tools": []}
                for cause, prior in priors.items()
            ],
        },
    )


def test_a_question_that_decides_between_two_equal_causes_gains_one_bit():
    knowledge = made_of({"decides": [{"b": 0}, {"a": 0}], "idle": [{}, {}]}, {"a": 50, "b": 50})
    gains = {question.id: expected_gain(knowledge, [], question) for question in knowledge.questions}
    assert gains == pytest.approx({"decides": 1.0, "idle": 0.0})
    assert next_question(knowledge, {}).id == "decides"
    assert next_question(knowledge, {"decides": "0"}) is None


def test_what_was_answered_is_not_asked_again_even_by_not_knowing():
    knowledge = made_of({"first": [{"b": 0.1}, {"a": 0.1}], "second": [{"b": 0.5}, {"a": 0.5}]}, {"a": 50, "b": 50})
    assert next_question(knowledge, {}).id == "first"
    assert next_question(knowledge, {"first": UNKNOWN}).id == "second"
    assert next_question(knowledge, {"first": UNKNOWN, "second": UNKNOWN}) is None


def test_entropy_of_a_coin_is_one_bit():
    assert entropy([0.5, 0.5]) == 1
    assert entropy([1, 0]) == 0


def walk(knowledge: Knowledge, answers: dict[str, str], chance: float, lengths: Counter[int]) -> None:
    """Follow every way through the questions, each as often as the rule expects it to be taken."""
    question = next_question(knowledge, answers)
    if question is None:
        lengths[len(answers)] += chance
        top = assess(knowledge, answers).top.probability
        left = [one for one in knowledge.questions if one.id not in answers]
        assert top >= CLEAR_ENOUGH or not left or all(gain < 0.05 for gain in gains_of(knowledge, answers, left))
        return
    now = posterior(knowledge, [knowledge.question(key).answer(value) for key, value in answers.items()])
    weights = {
        answer.value: sum(now[cause.id] * answer.factors.get(cause.id, 1) for cause in knowledge.causes)
        for answer in question.answers
        if answer.value != UNKNOWN
    }
    for value, weight in weights.items():
        if weight:
            walk(knowledge, answers | {question.id: value}, chance * weight / sum(weights.values()), lengths)


def gains_of(knowledge: Knowledge, answers: dict[str, str], left: list) -> list[float]:
    given = [knowledge.question(key).answer(value) for key, value in answers.items()]
    return [expected_gain(knowledge, given, question) for question in left]


def test_most_people_answer_two_to_four_questions(known):
    """Over all symptoms alike and every way through them: one question is seldom, five nearly never."""
    lengths: Counter[int] = Counter()
    for knowledge in known.values():
        walk(knowledge, {}, 1 / len(known), lengths)
    assert sum(lengths.values()) == pytest.approx(1)
    assert sum(lengths[number] for number in (2, 3, 4)) > 0.75
    assert lengths[1] < 0.25
    assert max(lengths) <= MOST_QUESTIONS


def test_who_knows_nothing_is_asked_every_question_at_most(known):
    for knowledge in known.values():
        answers: dict[str, str] = {}
        while question := next_question(knowledge, answers):
            answers[question.id] = UNKNOWN
        assert 1 <= len(answers) <= len(knowledge.questions)
