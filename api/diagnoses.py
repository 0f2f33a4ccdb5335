"""Diagnoses: weigh answers, or keep them so that they travel with an appointment."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.errors import NotFound
from api.fields import Answers, Asked, Text
from api.symptoms import BIKE_TYPES, QuestionShown
from backend.lib.clock import database_now
from booking.diagnosis.ask import next_question
from booking.diagnosis.assess import Assessment, assess
from booking.diagnosis.bicycle import PARTS
from booking.diagnosis.keep import LONGEST_COMMENT, MOST_SYMPTOMS, keep_diagnosis
from booking.diagnosis.kept import read_kept
from booking.diagnosis.knowledge import Knowledge
from booking.diagnosis.merge import merge
from booking.diagnosis.models import Diagnosis
from booking.diagnosis.ranges import ranges_over
from booking.diagnosis.symptoms import knowledge_about
from booking.services.offers import Offer

ITEM = {"symptom": "B1", "answers": {"when": "braking"}}


class ItemWanted(Asked):
    symptom = Text(max_length=10, help_text="A code of /symptoms/.")
    answers = Answers(default=dict, help_text="Answer values by question id; not knowing is `unknown`.")


class AssessmentWanted(Asked):
    items = ItemWanted(many=True, min_length=1, max_length=MOST_SYMPTOMS)


class DiagnosisWanted(AssessmentWanted):
    bike_type = serializers.ChoiceField(choices=BIKE_TYPES, default="")
    part = serializers.ChoiceField(choices=PARTS, default="")
    comment = Text(max_length=LONGEST_COMMENT, default="", allow_blank=True)


class CauseShown(serializers.Serializer[Any]):
    text = serializers.CharField()
    probability = serializers.FloatField(help_text="0 to 1; those of one symptom sum to 1.")
    shown = serializers.BooleanField(help_text="Probable enough to be shown to people.")
    safety = serializers.IntegerField(help_text="0 can be ridden ... 3 do not ride.")
    self_repair = serializers.CharField(help_text="yes, assist or no")
    tip = serializers.CharField(required=False)


class MovedShown(serializers.Serializer[Any]):
    question = serializers.CharField()
    answer = serializers.CharField()
    moved = serializers.DictField(
        child=serializers.FloatField(), help_text="By cause, how far this answer moved its probability."
    )


class AssessedItem(serializers.Serializer[Any]):
    symptom = serializers.CharField()
    urgency = serializers.IntegerField(help_text="0 can be ridden ... 3 do not ride.")
    causes = CauseShown(many=True)
    answers = MovedShown(many=True)
    interventions = serializers.ListField(child=serializers.CharField())
    next_question = QuestionShown(allow_null=True, required=False)


class RangeShown(serializers.Serializer[Any]):
    low = serializers.IntegerField()
    high = serializers.IntegerField()


class RangesShown(serializers.Serializer[Any]):
    workshops = serializers.IntegerField(help_text="How many workshops offer all of the suggested work.")
    minutes = RangeShown()
    labour_cents = RangeShown()
    parts_cents = RangeShown()
    total_cents = RangeShown()


class AssessmentShown(serializers.Serializer[Any]):
    items = AssessedItem(many=True)
    urgency = serializers.IntegerField()
    suggested = serializers.ListField(child=serializers.CharField(), help_text="Codes to look for slots with.")
    possible = serializers.ListField(child=serializers.CharField(), help_text="May be needed instead or as well.")
    ranges = RangesShown(allow_null=True)


class KeptItemShown(AssessedItem):
    name = serializers.CharField(help_text="The symptom, in the words of the day it was kept.")
    next_question = None  # nothing is asked any more


class DiagnosisShown(serializers.Serializer[Any]):
    token = serializers.UUIDField(help_text="The only way to it: keep it secret.")
    created_at = serializers.DateTimeField()
    bike_type = serializers.CharField()
    part = serializers.CharField()
    comment = serializers.CharField()
    photos = serializers.IntegerField(help_text="How many photos it carries.")
    items = KeptItemShown(many=True)


class DiagnosesDoor(Door):
    @extend_schema(
        tags=["diagnosis"],
        summary="Keep a diagnosis",
        request=DiagnosisWanted,
        responses={201: DiagnosisShown},
        examples=[OpenApiExample("brakes", value={"items": [ITEM], "bike_type": "city"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """It is assessed anew: of what is sent only symptoms and answers count."""
        wanted = self.read_body(DiagnosisWanted)
        diagnosis = keep_diagnosis(**wanted, photos=(), at=database_now())
        return Response(diagnosis_data(diagnosis), status=201)


class DiagnosisDoor(Door):
    @extend_schema(tags=["diagnosis"], summary="Read a kept diagnosis", responses=DiagnosisShown)
    def get(self, request: Request, token: uuid.UUID) -> Response:
        return Response(diagnosis_data(find_diagnosis(token)))


class AssessDoor(Door):
    @extend_schema(
        tags=["diagnosis"],
        summary="Weigh answers without keeping them",
        request=AssessmentWanted,
        responses=AssessmentShown,
        examples=[OpenApiExample("brakes", value={"items": [ITEM]}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Causes with their probabilities, what each answer moved, the next question, the work and its price ranges."""
        weighed = []
        for item in self.read_body(AssessmentWanted)["items"]:
            knowledge = knowledge_about(item["symptom"])
            weighed.append((knowledge, assess(knowledge, item["answers"])))
        work = merge([assessment for _knowledge, assessment in weighed])
        shown = {
            "items": [_item(knowledge, assessment) for knowledge, assessment in weighed],
            "urgency": work.urgency,
            "suggested": work.suggested,
            "possible": work.possible,
            "ranges": _ranges(work.suggested),
        }
        return Response(AssessmentShown(shown).data)


def find_diagnosis(token: uuid.UUID) -> Diagnosis:
    """:raises NotFound: when none has this token."""
    diagnosis = Diagnosis.objects.filter(token=token).first()
    if diagnosis is None:
        raise NotFound
    return diagnosis


def diagnosis_data(diagnosis: Diagnosis) -> dict[str, Any]:
    fields = ("token", "created_at", "bike_type", "part", "comment")
    said = {name: getattr(diagnosis, name) for name in fields}
    shown = DiagnosisShown(said | {"photos": diagnosis.photos.count(), "items": read_kept(diagnosis)})
    return dict(shown.data)


def _item(knowledge: Knowledge, assessment: Assessment) -> dict[str, Any]:
    words = {cause.id: cause.text for cause in knowledge.causes}
    return {
        "symptom": assessment.symptom,
        "urgency": assessment.urgency,
        "interventions": assessment.interventions,
        "next_question": next_question(knowledge, assessment.answers),
        "causes": [
            {
                "text": likely.cause.text,
                "probability": round(likely.probability, 4),
                "shown": likely.is_shown,
                "safety": likely.cause.safety,
                "self_repair": likely.cause.self_repair,
                "tip": likely.cause.tip,
            }
            for likely in assessment.likely
        ],
        "answers": [
            {
                "question": moved.question.text,
                "answer": moved.answer.text,
                "moved": {words[cause]: round(shift, 4) for cause, shift in moved.by_cause.items()},
            }
            for moved in assessment.moved
        ],
    }


def _ranges(codes: Sequence[str]) -> Any:
    offers = Offer.objects.on_sale().filter(intervention__code__in=codes).select_related("intervention")
    return ranges_over(offers, interventions=codes)
