"""What is wrong: symptoms of a part, one closed question at a time, everything changeable by its link."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.bicycle import PARTS
from booking.diagnosis.ask import next_question
from booking.diagnosis.assess import Likely, assess, chosen_answers
from booking.diagnosis.knowledge import UNKNOWN, Knowledge, Question, knowledge_of
from booking.diagnosis.models import Symptom
from booking.diagnosis.symptoms import UnknownSymptom
from booking.web.cyclist.home import part_links, symptoms_url
from booking.web.cyclist.said import ANYWHERE, Said
from booking.web.cyclist.work import CATEGORIES

CAUSES_WHILE_ASKING = 4


@dataclass(frozen=True)
class Named:
    """A symptom to choose, and where that leads."""

    name: str
    url: str


Groups = list[tuple[str | Promise, list[Named]]]


@dataclass(frozen=True)
class Told:
    """One answer given so far, with the link that changes it."""

    question: str
    answer: str
    change_url: str


@dataclass(frozen=True)
class Complaint:
    """A symptom that was named, what is known of it, what was answered."""

    symptom: Symptom
    knowledge: Knowledge
    answers: dict[str, str]
    told: list[Told]
    drop_url: str


@require_safe
def symptoms(request: HttpRequest) -> HttpResponse:
    """List the symptoms of a part of the drawing, or all of them by category."""
    said = Said.read(request.GET)
    known = [one for one in Symptom.objects.current() if _can_happen(one, said) and one.code not in said.symptoms]
    if said.part and said.part != ANYWHERE:
        of_part = [one for one in known if said.part in one.bike_parts]
        groups: Groups = [("", [_named(one, said) for one in of_part])] if of_part else []
    else:
        groups = _by_category(known, said)
    return render(
        request,
        "booking/cyclist/symptoms.html",
        {
            "said": said,
            "part": part_name(said),
            "groups": groups,
            "links": part_links(said),
            "elsewhere_url": symptoms_url(Said(**{**vars(said), "part": ANYWHERE})),
            "back_url": diagnose_url(said) if said.symptoms else reverse("web:home"),
        },
    )


def _can_happen(symptom: Symptom, said: Said) -> bool:
    """An ordinary bicycle has no motor; what else it has, its owner knows better than a filter."""
    return said.electric or symptom.bike_types != ["ebike"]


def _named(symptom: Symptom, said: Said) -> Named:
    return Named(symptom.name, diagnose_url(said.with_symptom(symptom.code)))


def _by_category(known: list[Symptom], said: Said) -> Groups:
    """What has no place on the drawing comes first."""
    elsewhere = [one for one in known if ANYWHERE in one.bike_parts]
    groups: Groups = [(_("No part in particular"), [_named(one, said) for one in elsewhere])]
    for category, title in CATEGORIES.items():
        inside = [one for one in known if one.category == category and one not in elsewhere]
        groups.append((title, [_named(one, said) for one in inside]))
    return [(title, named) for title, named in groups if named]


def part_name(said: Said) -> str | Promise:
    return next((part.name for part in PARTS if part.id == said.part), "")


def diagnose_url(said: Said) -> str:
    return f"{reverse('web:diagnose')}?{said.query}"


def result_url(said: Said) -> str:
    return f"{reverse('web:result')}?{said.query}"


@require_safe
def diagnose(request: HttpRequest) -> HttpResponse:
    """Ask the next question of the first symptom that has one, or the one that is to be changed; then the result."""
    said = Said.read(request.GET)
    if not said.symptoms:
        return redirect(symptoms_url(said))
    told = complaints(said)
    asked = _to_change(told, request.GET.get("changer", "")) or _to_ask(told)
    if asked is None:
        return redirect(result_url(said))
    complaint, question = asked
    others = said.without_answer(complaint.symptom.code, question.id)
    so_far = {key: value for key, value in complaint.answers.items() if key != question.id}
    return render(
        request,
        "booking/cyclist/question.html",
        {
            "said": said,
            "part": part_name(said),
            "complaint": complaint,
            "complaints": told,
            "question": question,
            "answers": [
                (f"{complaint.symptom.code}.{question.id}.{answer.value}", answer) for answer in question.answers
            ],
            "unknown": UNKNOWN,
            "given": complaint.answers.get(question.id, ""),
            "number": len(so_far) + 1,
            "hidden": others.pairs,
            "likely": _front(complaint.knowledge, so_far),
            "change_part_url": symptoms_url(said.without_symptom(complaint.symptom.code)),
        },
    )


def complaints(said: Said) -> list[Complaint]:
    """
    Put together what is known and what was answered of every symptom named.

    :raises UnknownSymptom: for a code that is no symptom of today.
    :raises BadInput: for an answer to a question that is not asked, or not among its answers.
    """
    found = {one.code: one for one in Symptom.objects.current().filter(code__in=said.symptoms)}
    for code in said.symptoms:
        if code not in found:
            raise UnknownSymptom(symptom=code[:40])
    return [_complaint(found[code], said) for code in said.symptoms]


def _complaint(symptom: Symptom, said: Said) -> Complaint:
    knowledge = knowledge_of(symptom.code, symptom.urgency, symptom.knowledge)
    given = chosen_answers(knowledge, said.answers_to(symptom.code))  # judges what the address says
    told = [
        Told(question.text, given[question.id].text, _change_url(said, symptom, question))
        for question in knowledge.questions
        if question.id in given
    ]
    without = said.without_symptom(symptom.code)
    drop_url = diagnose_url(without) if without.symptoms else reverse("web:home")
    answers = {question_id: answer.value for question_id, answer in given.items()}
    return Complaint(symptom, knowledge, answers, told, drop_url)


def _change_url(said: Said, symptom: Symptom, question: Question) -> str:
    return f"{diagnose_url(said)}&changer={symptom.code}.{question.id}"


def _to_change(told: list[Complaint], wanted: str) -> tuple[Complaint, Question] | None:
    code, _dot, question_id = wanted.partition(".")
    for complaint in told:
        if complaint.symptom.code == code and (question := complaint.knowledge.question(question_id)):
            return complaint, question
    return None


def _to_ask(told: list[Complaint]) -> tuple[Complaint, Question] | None:
    for complaint in told:
        if question := next_question(complaint.knowledge, complaint.answers):
            return complaint, question
    return None


def _front(knowledge: Knowledge, answers: dict[str, str]) -> tuple[Likely, ...]:
    return assess(knowledge, answers).likely[:CAUSES_WHILE_ASKING]
