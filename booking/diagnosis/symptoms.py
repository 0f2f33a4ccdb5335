"""Which symptoms a person is offered, and what is known of one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from booking.diagnosis.bicycle import FEATURES, PARTS, can_happen_to
from booking.diagnosis.knowledge import Knowledge, knowledge_of
from booking.diagnosis.models import Symptom


class UnknownPart(BadInput):
    code = "unknown_part"
    message = _("This bicycle has no part called “%(part)s”.")


class UnknownBikeType(BadInput):
    code = "unknown_bike_type"
    message = _("We do not know the kind of bicycle “%(bike_type)s”.")


class UnknownSymptom(BadInput):
    code = "unknown_symptom"
    message = _("We do not know the problem “%(symptom)s”. Please choose one from the list.")


def symptoms_of(*, part: str = "", bike_type: str = "") -> list[Symptom]:
    """
    List the symptoms a part of the drawing leads to, or all, that can happen to this kind of bicycle.

    An empty `part` is every part, an empty `bike_type` any bicycle.

    :raises UnknownPart: for a part that is not in PARTS.
    :raises UnknownBikeType: for a kind that is not in FEATURES.
    """
    if part and part not in PARTS:
        raise UnknownPart(part=part[:40])
    check_bike_type(bike_type)
    return [
        symptom
        for symptom in Symptom.objects.current()
        if (not part or part in symptom.bike_parts) and can_happen_to(bike_type, symptom.bike_types)
    ]


def check_bike_type(bike_type: str) -> None:
    """:raises UnknownBikeType: for a kind that is not in FEATURES."""
    if bike_type not in FEATURES:
        raise UnknownBikeType(bike_type=bike_type[:40])


def knowledge_about(code: str) -> Knowledge:
    """
    Give what is known of a current symptom.

    :raises UnknownSymptom: when there is none of this code.
    """
    symptom = Symptom.objects.current().filter(code=code).first()
    if symptom is None:
        raise UnknownSymptom(symptom=code[:40])
    return knowledge_of(symptom.code, symptom.urgency, symptom.knowledge)
