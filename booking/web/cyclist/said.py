"""What a cyclist has said so far, carried by the address: it can be shared, and the back button goes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.bicycle import PARTS
from backend.lib.errors import BadInput
from booking.diagnosis.keep import MOST_SYMPTOMS, TooManySymptoms

ELECTRIC = "electrique"
ANYWHERE = "other"  # a noise, a fall: no part of the drawing
Answer = tuple[str, str, str]  # symptom, question, value


class UnreadableAnswer(BadInput):
    code = "unreadable_answer"
    message = _("Part of this address was lost on the way. Please start the diagnosis again.")


@dataclass(frozen=True, kw_only=True)
class Said:
    """The bicycle, the part that was pressed, the symptoms in the order they were named, the answers to each."""

    part: str = ""
    electric: bool = False
    symptoms: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()

    @classmethod
    def read(cls, query: QueryDict) -> Said:
        """
        Read `piece`, `velo`, `s` (symptoms) and `a` (answers as "symptom.question.value"); a later answer replaces.

        :raises UnreadableAnswer: for an answer that is not made so.
        :raises TooManySymptoms: above five.
        """
        symptoms = tuple(dict.fromkeys(query.getlist("s")))
        if len(symptoms) > MOST_SYMPTOMS:
            raise TooManySymptoms(most=MOST_SYMPTOMS)
        answers: dict[tuple[str, str], str] = {}
        for text in query.getlist("a"):
            symptom, question, value = cls._take_apart(text)
            if symptom in symptoms:
                answers[symptom, question] = value
        part = query.get("piece", "")
        return cls(
            part=part if part in {known.id for known in PARTS} | {ANYWHERE} else "",
            electric=query.get("velo") in {ELECTRIC, "vae", "ebike"},
            symptoms=symptoms,
            answers=tuple((symptom, question, value) for (symptom, question), value in answers.items()),
        )

    @staticmethod
    def _take_apart(text: str) -> Answer:
        pieces = text.split(".", 2)
        if len(pieces) != 3 or not all(pieces[:2]):
            raise UnreadableAnswer
        return pieces[0], pieces[1], pieces[2]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as names and values: of a query, or of hidden fields."""
        pairs = [("velo", ELECTRIC)] if self.electric else []
        pairs += [("piece", self.part)] if self.part else []
        pairs += [("s", symptom) for symptom in self.symptoms]
        return pairs + [("a", ".".join(answer)) for answer in self.answers]

    @property
    def query(self) -> str:
        """As it follows the question mark; empty when nothing was said."""
        return urlencode(self.pairs)

    def answers_to(self, symptom: str) -> dict[str, str]:
        """What was answered, by question."""
        return {question: value for of, question, value in self.answers if of == symptom}

    def with_symptom(self, symptom: str) -> Said:
        return replace(self, symptoms=(*(known for known in self.symptoms if known != symptom), symptom))

    def without_symptom(self, symptom: str) -> Said:
        return replace(
            self,
            symptoms=tuple(known for known in self.symptoms if known != symptom),
            answers=tuple(answer for answer in self.answers if answer[0] != symptom),
        )

    def without_answer(self, symptom: str, question: str) -> Said:
        return replace(self, answers=tuple(answer for answer in self.answers if answer[:2] != (symptom, question)))
