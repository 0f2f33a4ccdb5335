"""Symptoms: what may be wrong, in cyclists' words, and the questions about each."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import Door
from api.errors import NotFound
from api.fields import Asked
from api.pages import Pages
from booking.diagnosis.bicycle import FEATURES, PARTS
from booking.diagnosis.knowledge import knowledge_of
from booking.diagnosis.models import Symptom
from booking.diagnosis.symptoms import symptoms_of

BIKE_TYPES = [kind for kind in FEATURES if kind]


class SymptomsQuery(Asked):
    part = serializers.ChoiceField(choices=PARTS, default="", help_text="A part of the drawing.")
    bike_type = serializers.ChoiceField(choices=BIKE_TYPES, default="")


class SymptomListed(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    urgency = serializers.IntegerField(help_text="0 can be ridden ... 3 do not ride.")
    bike_parts = serializers.ListField(child=serializers.CharField())


class AnswerShown(serializers.Serializer[Any]):
    value = serializers.CharField()
    text = serializers.CharField()


class QuestionShown(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    answers = AnswerShown(many=True)


class SymptomShown(SymptomListed):
    questions = QuestionShown(many=True)


class SymptomsDoor(Door):
    query = SymptomsQuery
    pagination_class = Pages

    @extend_schema(
        tags=["diagnosis"], summary="List symptoms", parameters=[SymptomsQuery], responses=SymptomListed(many=True)
    )
    def get(self, request: Request) -> Response:
        """All of them, or those of one part of the drawing and one kind of bicycle."""
        return self.listed(symptoms_of(**self.asked), SymptomListed)


class SymptomDoor(Door):
    @extend_schema(tags=["diagnosis"], summary="Read a symptom and its questions", responses=SymptomShown)
    def get(self, request: Request, code: str) -> Response:
        symptom = Symptom.objects.current().filter(code=code).first()
        if symptom is None:
            raise NotFound
        known = knowledge_of(symptom.code, symptom.urgency, symptom.knowledge)
        return Response(SymptomListed(symptom).data | {"questions": QuestionShown(known.questions, many=True).data})
