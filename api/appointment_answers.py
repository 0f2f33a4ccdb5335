"""What a workshop does with an appointment: answer, propose, close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.appointment_data import AppointmentShown, appointment_data, find_for_staff, with_all
from api.doors import SignedInDoor
from api.errors import NotFound
from api.fields import Asked, Day, Moment, Nothing, Text
from api.pages import Pages
from api.tenders import GivenWanted, given_of
from backend.lib.clock import database_now
from booking.appointments.accept import accept_appointment
from booking.appointments.models import Appointment
from booking.appointments.no_show import mark_no_show
from booking.appointments.propose import propose_time
from booking.appointments.refuse import LONGEST_REASON, refuse_appointment
from booking.jobs.pick_up import finish_at_pick_up
from collective.timetable.ticks import local_midnight
from collective.workshops.models import Workshop


class DayQuery(Asked):
    first = Day(required=False, help_text="From this day on, local to the workshop.")
    last = Day(required=False)
    status = serializers.ChoiceField(choices=Appointment.Status.choices, required=False)


class RefuseWanted(Asked):
    reason = Text(max_length=LONGEST_REASON, help_text="The customer reads it.")


class ProposeWanted(Asked):
    starts_at = Moment(required=False)
    day = Day(required=False, help_text="Instead of starts_at: a day on which the bicycle is left.")


class DoneWanted(Asked):
    tenders = serializers.ListField(
        child=GivenWanted(),
        required=False,
        max_length=10,
        help_text="What is given now, in order: nothing when empty. Without it: all that was left, in cash.",
    )


class OfWorkshopDoor(SignedInDoor):
    query = DayQuery
    pagination_class = Pages

    @extend_schema(
        tags=["workshop"],
        summary="List a workshop's appointments",
        parameters=[DayQuery],
        responses=AppointmentShown(many=True),
    )
    def get(self, request: Request, slug: str) -> Response:
        """For its people and the collective's coordinators; in order of time."""
        workshop = Workshop.objects.visible_to(request.user).filter(slug=slug).first()
        if workshop is None:
            raise NotFound
        rows: Any = with_all(Appointment.objects.filter(workshop=workshop))
        if first := self.asked.get("first"):
            rows = rows.filter(starts_at__gte=local_midnight(first, workshop.zone))
        if last := self.asked.get("last"):
            rows = rows.filter(starts_at__lt=local_midnight(last + timedelta(days=1), workshop.zone))
        if status := self.asked.get("status"):
            rows = rows.filter(status=status)
        return self.listed(rows.order_by("starts_at", "pk"), AppointmentShown)


class AcceptDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Accept a request", request=None, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """The card that was reserved is charged."""
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_for_staff(key, request.user, at=at)
        return Response(appointment_data(accept_appointment(appointment=appointment, by=by, at=at)))


class RefuseDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Refuse a request", request=RefuseWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """The card is charged nothing."""
        at, wanted = database_now(), self.read_body(RefuseWanted)
        appointment, by = find_for_staff(key, request.user, at=at)
        return Response(appointment_data(refuse_appointment(appointment=appointment, by=by, at=at, **wanted)))


class ProposeDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Propose another time", request=ProposeWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """It is kept until the customer answers; nothing moves before."""
        at, wanted = database_now(), self.read_body(ProposeWanted)
        appointment, by = find_for_staff(key, request.user, at=at)
        proposal = propose_time(appointment=appointment, by=by, at=at, **wanted)
        return Response(appointment_data(proposal.appointment))


class DoneDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Mark a repair done", request=DoneWanted, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        """What was paid becomes revenue and is shared out."""
        at, wanted = database_now(), self.read_body(DoneWanted)
        appointment, by = find_for_staff(key, request.user, at=at)
        tenders = [given_of(one) for one in wanted["tenders"]] if "tenders" in wanted else None
        return Response(appointment_data(finish_at_pick_up(appointment=appointment, by=by, tenders=tenders, at=at)))


class NoShowDoor(SignedInDoor):
    refusals = (410,)

    @extend_schema(tags=["workshop"], summary="Say that nobody came", request=None, responses=AppointmentShown)
    def post(self, request: Request, key: str) -> Response:
        self.read_body(Nothing)
        at = database_now()
        appointment, by = find_for_staff(key, request.user, at=at)
        return Response(appointment_data(mark_no_show(appointment=appointment, by=by, at=at)))
