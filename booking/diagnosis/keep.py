"""Keep a diagnosis, so that it travels with the appointment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from backend.lib.images import read_photo
from booking.diagnosis.assess import Assessment, assess
from booking.diagnosis.bicycle import PARTS
from booking.diagnosis.knowledge import knowledge_of
from booking.diagnosis.models import Diagnosis, DiagnosisPhoto, Symptom
from booking.diagnosis.symptoms import UnknownPart, UnknownSymptom, check_bike_type

MOST_SYMPTOMS = 5
MOST_PHOTOS = 3
LONGEST_COMMENT = 2000


class NothingToKeep(BadInput):
    code = "nothing_to_keep"
    message = _("Please choose a problem first.")


class TooManySymptoms(BadInput):
    code = "too_many_symptoms"
    message = _("That is a lot at once: %(most)s problems at most. Tell the others in the comment.")


class TooManyPhotos(BadInput):
    code = "too_many_photos"
    message = _("Please send %(most)s photos at most.")


class CommentTooLong(BadInput):
    code = "comment_too_long"
    message = _("The comment is too long: %(most)s letters at most.")


class UnreadableItem(BadInput):
    code = "unreadable_item"
    message = _("Each item names one symptom, and its answers by question.")


def keep_diagnosis(
    *,
    items: Sequence[Mapping[str, Any]],
    bike_type: str,
    comment: str,
    photos: Sequence[UploadedFile[bytes]],
    at: datetime,
    part: str = "",
) -> Diagnosis:
    """
    Keep what a cyclist answered, assessed anew: of each item only `symptom` and `answers` are read.

    The words people saw are kept too, in both languages, so that a diagnosis still reads the same when the knowledge
    changes. Photos are re-encoded; all are read before anything is written.

    :raises RuleBroken: NothingToKeep, TooManySymptoms, UnreadableItem, UnknownSymptom, UnknownQuestion, UnknownAnswer,
        UnknownBikeType, UnknownPart, CommentTooLong, TooManyPhotos, and what read_photo() raises.
    """
    check_bike_type(bike_type)
    if part and part not in PARTS:
        raise UnknownPart(part=part[:40])
    if len(comment) > LONGEST_COMMENT:
        raise CommentTooLong(most=LONGEST_COMMENT)
    if len(photos) > MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    kept = _assess_all(_answers_by_symptom(items))
    pictures = [read_photo(photo) for photo in photos]
    with transaction.atomic():
        diagnosis = Diagnosis.objects.create(
            created_at=at, bike_type=bike_type, part=part, comment=comment.replace("\x00", "").strip(), items=kept
        )
        for picture in pictures:
            DiagnosisPhoto.objects.create(diagnosis=diagnosis, file=picture, created_at=at)
    return diagnosis


def _answers_by_symptom(items: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    answers: dict[str, dict[str, str]] = {}
    for item in items:
        if not isinstance(item, Mapping) or not isinstance(item.get("answers", {}), Mapping):
            raise UnreadableItem
        given = dict(item.get("answers", {}))
        if not all(isinstance(text, str) for text in (item.get("symptom"), *given, *given.values())):
            raise UnreadableItem
        answers.setdefault(item["symptom"], {}).update(given)
    if not answers:
        raise NothingToKeep
    if len(answers) > MOST_SYMPTOMS:
        raise TooManySymptoms(most=MOST_SYMPTOMS)
    return answers


def _assess_all(answers: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    symptoms = {symptom.code: symptom for symptom in Symptom.objects.current().filter(code__in=answers)}
    kept = []
    for code, given in answers.items():
        if code not in symptoms:
            raise UnknownSymptom(symptom=code[:40])
        symptom = symptoms[code]
        assessment = assess(knowledge_of(code, symptom.urgency, symptom.knowledge), given)
        kept.append(
            {
                "symptom": code,
                "fr": symptom.name_fr,
                "en": symptom.name_en,
                "answers": dict(assessment.answers),
                "assessment": _as_json(assessment),
            }
        )
    return kept


def _as_json(assessment: Assessment) -> dict[str, Any]:
    """Write an assessment as kept.py reads it; probabilities to four places."""
    return {
        "urgency": assessment.urgency,
        "interventions": list(assessment.interventions),
        "ruled_out": sorted(assessment.ruled_out),
        "causes": [
            {
                "id": likely.cause.id,
                "fr": likely.cause.fr,
                "en": likely.cause.en,
                "probability": round(likely.probability, 4),
                "shown": likely.is_shown,
                "safety": likely.cause.safety,
                "self_repair": likely.cause.self_repair,
            }
            for likely in assessment.likely
        ],
        "moved": [
            {
                "question": {"id": moved.question.id, "fr": moved.question.fr, "en": moved.question.en},
                "answer": {"value": moved.answer.value, "fr": moved.answer.fr, "en": moved.answer.en},
                "by_cause": {cause: round(shift, 4) for cause, shift in moved.by_cause.items()},
            }
            for moved in assessment.moved
        ],
    }
