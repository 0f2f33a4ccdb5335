from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from booking.diagnosis.assess import UnknownAnswer, UnknownQuestion, assess
from booking.diagnosis.knowledge import UNKNOWN, Knowledge, knowledge_of
from booking.diagnosis.read_knowledge import read_knowledge
from booking.services.read_catalogue import read_interventions, read_tools

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['symptom']} {case['expected_top']}")
def test_worked_cases(case, known):
    assessment = assess(known[case["symptom"]], case["answers"])
    assert assessment.top.cause.id == case["expected_top"]
    assert assessment.top.probability == pytest.approx(case["posterior_top"], abs=0.0005)
    usual = [code for code in case["interventions"] if code not in assessment.ruled_out]
    assert list(assessment.interventions[: len(usual)]) == usual


def test_all_worked_cases_are_there():
    assert len(CASES) == 22


def some_knowledge(causes: list[tuple[str, int, int]], factors: list[dict[str, float]], urgency: int = 0) -> Knowledge:
    words = {"fr": "x", "en": "x", "tip_fr": "x", "tip_en": "x"}
    answers = [{"value": str(at), "fr": "x", "en": "x", "factors": by} for at, by in enumerate(factors)]
    data = {
        "questions": [{"id": "q", "fr": "?", "en": "?", "answers": answers}],
        "causes": [
            {"id": name, "prior": prior, "safety": safety, "interventions": [f"FIX-{name}"], "self_repair": "no"}
            | {"tools": [], **words}
            for name, prior, safety in causes
        ],
    }
    return knowledge_of("S", urgency, data)


def test_the_rule_by_hand():
    """Priors 60, 30, 10 times 0.5, 2, 1 are 30, 60, 10: already out of 100."""
    knowledge = some_knowledge([("a", 60, 0), ("b", 30, 1), ("c", 10, 3)], [{"a": 0.5, "b": 2.0}, {}])
    assessment = assess(knowledge, {"q": "0"})
    assert {one.cause.id: one.probability for one in assessment.likely} == pytest.approx({"b": 0.6, "a": 0.3, "c": 0.1})
    assert [one.cause.id for one in assessment.shown] == ["b", "a"]
    assert assessment.interventions == ("FIX-b", "FIX-a")
    assert assessment.moved[0].by_cause == pytest.approx({"a": -0.3, "b": 0.3, "c": 0.0})


@pytest.mark.parametrize(
    ("own", "causes", "shown"),
    [
        (0, [("a", 80, 0), ("b", 20, 3)], 0),  # a grave cause below 25 % does not frighten
        (0, [("a", 75, 0), ("b", 25, 3)], 3),  # at 25 % it does
        (2, [("a", 75, 0), ("b", 25, 1)], 2),  # the symptom's own 2 stays
        (1, [("a", 75, 0), ("b", 25, 0)], 0),  # its own 1 gives way to the causes
        (3, [("a", 75, 0), ("b", 25, 1)], 3),
    ],
)
def test_urgency(own, causes, shown):
    assert assess(some_knowledge(causes, [{}, {}], urgency=own), {}).urgency == shown


def test_what_an_answer_rules_out_is_not_proposed(known):
    """Rim pads for a disc brake, or a bleed for a rim brake, would be work that cannot be done."""
    for brake, never in (
        ("rim", {"BRK-PAD-DISC", "BRK-BLEED", "BRK-DRUM"}),
        ("disc_hydro", {"BRK-PAD-RIM", "BRK-CABLE", "BRK-DRUM"}),
        ("disc_cable", {"BRK-PAD-RIM", "BRK-BLEED"}),
        ("drum", {"BRK-PAD-RIM", "BRK-PAD-DISC", "BRK-BLEED"}),
    ):
        for lever in ("no_resistance", "soft", "hard", UNKNOWN):
            proposed = assess(known["BRK-01"], {"type": brake, "lever": lever}).interventions
            assert proposed
            assert never.isdisjoint(proposed), (brake, lever)


def test_a_question_or_answer_that_does_not_exist_is_refused_in_a_sentence(known):
    with pytest.raises(UnknownQuestion) as refusal:
        assess(known["TYR-01"], {"colour": "red"})
    assert "colour" in str(refusal.value)
    with pytest.raises(UnknownAnswer) as refusal:
        assess(known["TYR-01"], {"speed": "warp"})
    assert "warp" in str(refusal.value)
    assert refusal.value.status == 400


def test_not_to_know_is_always_an_answer_and_moves_nothing_of_itself(known):
    for knowledge in known.values():
        for question in knowledge.questions:
            assert question.answer(UNKNOWN) is not None
    nothing = assess(known["TYR-01"], {})
    for value in ("", UNKNOWN):
        assert assess(known["TYR-01"], {"shock": value}).likely == nothing.likely


def test_the_words_are_the_readers(known):
    question = known["TYR-01"].questions[0]
    with translation.override("fr"):
        assert question.text.startswith("À quelle vitesse")
    with translation.override("en"):
        assert question.text.startswith("How fast")


# Hypothesis needs the knowledge while it collects, before any fixture.
_TOOLS = {row.code for row in read_tools()}
_ROWS = read_knowledge(interventions={row.code for row in read_interventions(tools=_TOOLS)}, tools=_TOOLS)
_ALL = [knowledge_of(row.code, row.fields["urgency"], row.fields["knowledge"]) for row in _ROWS]


@st.composite
def answered(draw) -> tuple[Knowledge, dict[str, str]]:
    knowledge = draw(st.sampled_from(_ALL))
    asked = draw(st.lists(st.sampled_from(knowledge.questions), unique_by=lambda question: question.id))
    answers = {question.id: draw(st.sampled_from(question.answers)).value for question in asked}
    return knowledge, answers


@given(answered())
def test_probabilities_sum_to_one_and_something_is_always_proposed(case):
    knowledge, answers = case
    assessment = assess(knowledge, answers)
    assert sum(one.probability for one in assessment.likely) == pytest.approx(1)
    assert all(0 <= one.probability <= 1 for one in assessment.likely)
    assert assessment.shown
    assert assessment.interventions
    for moved in assessment.moved:
        assert sum(moved.by_cause.values()) == pytest.approx(0, abs=1e-9)


@given(answered(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(case, chance: random.Random):
    knowledge, answers = case
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    assert assess(knowledge, dict(shuffled)) == assess(knowledge, answers)
