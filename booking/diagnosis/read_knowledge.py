"""Read the knowledge files, line by line, and refuse what assess.py could not live with."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any

from backend.lib.datafile import Spot, read_yaml
from booking.diagnosis.assess import posterior
from booking.diagnosis.bicycle import ALL_FEATURES, ANY_BIKE, PARTS
from booking.diagnosis.knowledge import Answer, knowledge_of
from booking.services.categories import CATEGORIES
from booking.services.read_catalogue import Row, read_code

DATA = Path(__file__).parent / "data"
PRIORS_SUM_TO = 100
SELF_REPAIR = ("yes", "assist", "no")
MOST_LIKELY_FACTOR = 100


def read_knowledge(folder: Path = DATA, *, interventions: Collection[str], tools: Collection[str]) -> list[Row]:
    """
    Read every `<category>.yaml` of a folder, in the order of the categories.

    :raises DataFileError: with file and line of whatever is wrong.
    """
    rows: dict[str, Row] = {}
    for path in sorted(folder.glob("*.yaml"), key=_place_of_category):
        file = read_yaml(path)
        file.only("symptoms")
        for spot in file["symptoms"].items():
            row = _read_symptom(spot, len(rows), interventions, tools)
            if row.code in rows:
                raise spot.wrong(f"{row.code} stands in the files twice")
            rows[row.code] = row
    return list(rows.values())


def _place_of_category(path: Path) -> tuple[int, str]:
    """Order the files; one that is named after no category comes last and is refused at its first symptom."""
    place = CATEGORIES.index(path.stem) if path.stem in CATEGORIES else len(CATEGORIES)
    return place, path.stem


def _read_symptom(spot: Spot, position: int, interventions: Collection[str], tools: Collection[str]) -> Row:
    spot.only("code", "fr", "en", "urgency", "bike_types", "parts", "questions", "causes")
    if spot.path.stem not in CATEGORIES:
        raise spot.wrong(f"the file is named after no category: {', '.join(CATEGORIES)}")
    causes = _read_causes(spot["causes"], interventions, tools)
    usable = {code for cause in causes for code in cause["interventions"]}
    knowledge = {
        "questions": _read_questions(spot["questions"], {cause["id"] for cause in causes}, usable),
        "causes": causes,
    }
    row = Row(
        code=read_code(spot["code"], longest=10),
        fields={
            "category": spot.path.stem,
            "position": position,
            "name_fr": spot["fr"].text(longest=160),
            "name_en": spot["en"].text(longest=160),
            "urgency": spot["urgency"].integer(least=0, most=3),
            "bike_types": _codes(spot["bike_types"], {ANY_BIKE, *ALL_FEATURES}),
            "bike_parts": _codes(spot["parts"], PARTS),
            "knowledge": knowledge,
        },
    )
    _check_every_combination(spot, knowledge)
    return row


def _read_causes(spot: Spot, interventions: Collection[str], tools: Collection[str]) -> list[dict[str, Any]]:
    causes = [_read_cause(cause, interventions, tools) for cause in spot.items()]
    _check_once(spot, [cause["id"] for cause in causes])
    priors = sum(cause["prior"] for cause in causes)
    if abs(priors - PRIORS_SUM_TO) > 1e-9:
        raise spot.wrong(f"the priors sum to {priors:g}, not to {PRIORS_SUM_TO}")
    return causes


def _read_cause(spot: Spot, interventions: Collection[str], tools: Collection[str]) -> dict[str, Any]:
    spot.only("id", "prior", "fr", "en", "interventions", "self_repair", "safety", "tip_fr", "tip_en", "tools")
    return {
        "id": read_code(spot["id"], longest=30),
        "prior": spot["prior"].number(least=0.1, most=PRIORS_SUM_TO),
        "fr": spot["fr"].text(longest=160),
        "en": spot["en"].text(longest=160),
        "interventions": _codes(spot["interventions"], interventions),
        "self_repair": spot["self_repair"].one_of(SELF_REPAIR),
        "safety": spot["safety"].integer(least=0, most=3),
        "tip_fr": spot["tip_fr"].text(longest=300),
        "tip_en": spot["tip_en"].text(longest=300),
        "tools": _codes(spot["tools"], tools, may_be_empty=True),
    }


def _read_questions(spot: Spot, causes: Collection[str], interventions: Collection[str]) -> list[dict[str, Any]]:
    questions = [_read_question(question, causes, interventions) for question in spot.items()]
    _check_once(spot, [question["id"] for question in questions])
    return questions


def _read_question(spot: Spot, causes: Collection[str], interventions: Collection[str]) -> dict[str, Any]:
    spot.only("id", "fr", "en", "answers")
    answers = [_read_answer(answer, causes, interventions) for answer in spot["answers"].items()]
    if len(answers) < 2:
        raise spot["answers"].wrong("a question needs two answers at least")
    _check_once(spot["answers"], [answer["value"] for answer in answers])
    return {
        "id": read_code(spot["id"], longest=30),
        "fr": spot["fr"].text(longest=200),
        "en": spot["en"].text(longest=200),
        "answers": answers,
    }


def _read_answer(spot: Spot, causes: Collection[str], interventions: Collection[str]) -> dict[str, Any]:
    spot.only("value", "fr", "en", "factors", "rules_out")
    factors = {
        cause.one_of(causes): factor.number(least=0, most=MOST_LIKELY_FACTOR)
        for cause, factor in spot["factors"].pairs()
    }
    answer: dict[str, Any] = {
        "value": read_code(spot["value"], longest=30),
        "fr": spot["fr"].text(longest=120),
        "en": spot["en"].text(longest=120),
        "factors": factors,
    }
    if rules_out := spot.get("rules_out"):
        answer["rules_out"] = _codes(rules_out, interventions)
    return answer


def _codes(spot: Spot, known: Collection[str], *, may_be_empty: bool = False) -> list[str]:
    codes = [code.one_of(known) for code in spot.items()]
    if not codes and not may_be_empty:
        raise spot.wrong("the list is empty")
    _check_once(spot, codes)
    return codes


def _check_once(spot: Spot, codes: list[str]) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise spot.wrong(f"“{code}” stands here twice")


def _check_every_combination(spot: Spot, data: dict[str, Any]) -> None:
    """No answers may leave a person without any cause, nor the first cause without anything that mends it."""
    knowledge = knowledge_of("", 0, data)
    for combination in product(*(question.answers for question in knowledge.questions)):
        given = dict(zip((question.id for question in knowledge.questions), combination, strict=True))
        said = ", ".join(f"{question} {answer.value}" for question, answer in given.items())
        if not any(_is_left(cause.id, combination) for cause in knowledge.causes):
            raise spot["questions"].wrong(f"no cause is left after {said}")
        probabilities = posterior(knowledge, combination)
        _, top = max(((probabilities[cause.id], cause) for cause in knowledge.causes), key=itemgetter(0))
        ruled_out = {code for answer in combination for code in answer.rules_out}
        if ruled_out.issuperset(top.interventions):
            raise spot["questions"].wrong(f"nothing is left to mend “{top.id}” after {said}")


def _is_left(cause: str, combination: tuple[Answer, ...]) -> bool:
    return all(answer.factors.get(cause, 1) > 0 for answer in combination)
