"""What invented customers answered before they came: real diagnoses, made by the real rule."""

import random
from datetime import datetime

from booking.demo.customers import Customer
from booking.demo.diary import Visit
from booking.diagnosis.ask import next_question
from booking.diagnosis.assess import assess
from booking.diagnosis.keep import keep_diagnosis
from booking.diagnosis.knowledge import Knowledge
from booking.diagnosis.models import Diagnosis, Symptom
from booking.diagnosis.symptoms import knowledge_about

TRIES = 6
DIAGNOSED_SHARE = 0.75  # came through the diagnosis
COMMENTS = (
    "",
    "",
    "Ça a commencé mardi, sous la pluie.",
    "Je peux attendre sur place si c’est rapide.",
    "Le vélo dort dehors, il a pris l’eau cet hiver.",
    "C’est le vélo de ma fille, elle en a besoin lundi.",
)


class Complaints:
    """Makes diagnoses that lead to a given intervention; reads the knowledge once."""

    def __init__(self) -> None:
        self.known = {symptom.code: knowledge_about(symptom.code) for symptom in Symptom.objects.current()}

    def make(self, visit: Visit, customer: Customer, rng: random.Random, *, at: datetime) -> Diagnosis | None:
        """Answer at random until the diagnosis recommends the visit's work; None for who knew what they needed."""
        code = visit.offers[0].intervention.code
        leading = [symptom for symptom, known in self.known.items() if leads_to(code, known)]
        for _ in range(TRIES if leading and rng.random() < DIAGNOSED_SHARE else 0):
            symptom = rng.choice(leading)
            answers = answer_at_random(self.known[symptom], rng)
            if code in assess(self.known[symptom], answers).interventions:
                item = {"symptom": symptom, "answers": answers}
                comment = rng.choice(COMMENTS)
                return keep_diagnosis(items=[item], bike_type=customer.bike_type, comment=comment, photos=[], at=at)
        return None


def leads_to(code: str, knowledge: Knowledge) -> bool:
    return any(code in cause.interventions for cause in knowledge.causes)


def answer_at_random(knowledge: Knowledge, rng: random.Random) -> dict[str, str]:
    answers: dict[str, str] = {}
    while question := next_question(knowledge, answers):
        answers[question.id] = rng.choice(question.answers).value
    return answers
