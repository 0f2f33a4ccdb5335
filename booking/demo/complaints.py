"""What invented customers answered before they came: real diagnoses, made by the real rule."""

import random
from datetime import datetime

from booking.diagnosis.ask import next_question
from booking.diagnosis.assess import assess
from booking.diagnosis.keep import keep_diagnosis
from booking.diagnosis.knowledge import Knowledge
from booking.diagnosis.models import Diagnosis, Symptom
from booking.diagnosis.symptoms import knowledge_about

TRIES = 6
COMMENTS = (
    "",
    "",
    "Ça a commencé mardi, sous la pluie.",
    "Je peux attendre sur place si c’est rapide.",
    "Le vélo dort dehors, il a pris l’eau cet hiver.",
    "C’est le vélo de ma fille, elle en a besoin lundi.",
)


def symptoms_leading_to(code: str) -> list[str]:
    """Return the codes of the symptoms of which a cause is mended by the intervention `code`."""
    return [
        symptom.code
        for symptom in Symptom.objects.current()
        if any(code in cause["interventions"] for cause in symptom.knowledge["causes"])
    ]


def complain(symptoms: list[str], code: str, *, bike_type: str, rng: random.Random, at: datetime) -> Diagnosis | None:
    """Answer at random until the diagnosis recommends `code`; None when it does not within a few tries."""
    for _ in range(TRIES if symptoms else 0):
        symptom = rng.choice(symptoms)
        knowledge = knowledge_about(symptom)
        answers = answer_at_random(knowledge, rng)
        if code in assess(knowledge, answers).interventions:
            item = {"symptom": symptom, "answers": answers}
            return keep_diagnosis(items=[item], bike_type=bike_type, comment=rng.choice(COMMENTS), photos=[], at=at)
    return None


def answer_at_random(knowledge: Knowledge, rng: random.Random) -> dict[str, str]:
    answers: dict[str, str] = {}
    while question := next_question(knowledge, answers):
        answers[question.id] = rng.choice(question.answers).value
    return answers
