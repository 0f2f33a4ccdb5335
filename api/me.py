"""Who is signed in, and where they work."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.doors import SignedInDoor
from api.fields import Asked, Text
from collective.members.models import Membership, User
from collective.workshops.models import Staff

LANGUAGES = ["fr", "en"]


class MeWanted(Asked):
    name = Text(max_length=120, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)


class MembershipShown(serializers.Serializer[Any]):
    collective = serializers.CharField(source="collective.slug")
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class StaffShown(serializers.Serializer[Any]):
    workshop = serializers.CharField(source="workshop.slug")
    role = serializers.ChoiceField(choices=Staff.Role.choices)


class MeShown(serializers.Serializer[Any]):
    email = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    memberships = MembershipShown(many=True)
    workshops = StaffShown(many=True)


class MeDoor(SignedInDoor):
    @extend_schema(tags=["me"], summary="Read who is signed in", responses=MeShown)
    def get(self, request: Request) -> Response:
        return Response(_data(request.user))

    @extend_schema(tags=["me"], summary="Change one's name or language", request=MeWanted, responses=MeShown)
    def patch(self, request: Request) -> Response:
        wanted = self.read_body(MeWanted)
        for name, value in wanted.items():
            setattr(request.user, name, value)
        if wanted:
            request.user.save(update_fields=list(wanted))
        return Response(_data(request.user))


def _data(user: Any) -> dict[str, Any]:
    person: User = user
    memberships = Membership.objects.of(person).select_related("collective").order_by("pk")
    staff = Staff.objects.live().filter(user=person).select_related("workshop").order_by("pk")
    fields = {name: getattr(person, name) for name in ("email", "name", "language")}
    return dict(MeShown(fields | {"memberships": memberships, "workshops": staff}).data)
