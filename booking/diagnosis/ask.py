"""Which question to ask next: the one from whose answer we expect to learn most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log2

from booking.diagnosis.assess import chosen_answers, posterior
from booking.diagnosis.knowledge import UNKNOWN, Answer, Knowledge, Question

# Stop when the first cause is this probable: a further answer would seldom change what is asked of the workshop...
CLEAR_ENOUGH = 0.80
# ...or when no question promises this much (bits; a coin's fall is 1).
WORTH_ASKING = 0.03
MOST_QUESTIONS = 5


def next_question(knowledge: Knowledge, answers: Mapping[str, str]) -> Question | None:
    """
    Choose the question to ask after these answers, or None when enough is known.

    The expected information gain of a question is how much less uncertain (C. E. Shannon's entropy) the causes will be
    on average once it is answered (D. V. Lindley, Annals of Mathematical Statistics 27, 1956). "I don't know" teaches
    nothing and is left out. At least one question is asked of everybody.

    :raises UnknownQuestion, UnknownAnswer: as assess() does.
    """
    given = chosen_answers(knowledge, answers)
    now = posterior(knowledge, given.values())
    if len(given) >= MOST_QUESTIONS or (given and max(now.values()) >= CLEAR_ENOUGH):
        return None
    gains = {
        question.id: expected_gain(knowledge, list(given.values()), question)
        for question in knowledge.questions
        if question.id not in given
    }
    best = max(gains, key=lambda question_id: gains[question_id], default=None)  # the first of equals
    if best is None or (given and gains[best] < WORTH_ASKING):
        return None
    return knowledge.question(best)


def expected_gain(knowledge: Knowledge, given: list[Answer], question: Question) -> float:
    """
    Give the expected information gain of a question after the answers given, in bits; never negative.

    It is the mutual information of cause and answer when each pair is as probable as the cause now is, times the
    answer's factor: an answer without factors is as common as another, for want of better knowledge.
    """
    before = posterior(knowledge, given)
    answers = [answer for answer in question.answers if answer.value != UNKNOWN]
    pairs = [[before[cause.id] * answer.factors.get(cause.id, 1.0) for cause in knowledge.causes] for answer in answers]
    chances = [sum(pair) for pair in pairs]
    whole = sum(chances)
    overall = [sum(column) / whole for column in zip(*pairs, strict=True)]
    remaining = sum(
        chance / whole * entropy([weight / chance for weight in pair])
        for pair, chance in zip(pairs, chances, strict=True)
        if chance > 0
    )
    return max(0.0, entropy(overall) - remaining)


def entropy(probabilities: Iterable[float]) -> float:
    """Give the entropy of a distribution, in bits."""
    return -sum(chance * log2(chance) for chance in probabilities if chance > 0)
