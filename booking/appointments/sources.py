"""What holds, appointments and proposals should have of the timetable: see collective/timetable/sources.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from booking.appointments.models import Appointment, Hold, Proposal
from collective.timetable.periods import Period
from collective.timetable.sources import Due, Source
from collective.workshops.models import Workshop


class Booked(Protocol):
    """A hold, an appointment, a proposal, an offer: who is there when."""

    mechanic_id: int | None
    second_mechanic_id: int | None
    second_from: datetime | None
    starts_at: datetime
    ends_at: datetime


SEATED = (
    Appointment.Status.REQUESTED,
    Appointment.Status.CONFIRMED,
    Appointment.Status.DONE,
    Appointment.Status.NO_SHOW,
)  # an unpaid one still lives on its hold


def holds(at: datetime) -> Iterator[Due]:
    """What is kept while a person books, until it is booked, given back or over."""
    live = Hold.objects.live(at=at).select_related("workshop")
    return map(due_to, live.iterator())


def appointments(at: datetime) -> Iterator[Due]:
    """What is booked, past and to come."""
    seated = Appointment.objects.filter(status__in=SEATED).select_related("workshop")
    return map(due_to, seated.iterator())


def proposals(at: datetime) -> Iterator[Due]:
    """Times proposed and not answered; one that overlaps the present time takes nothing more."""
    waiting = Proposal.objects.open_().filter(expires_at__gt=at).select_related("appointment__workshop")
    return (replace(_due(one, one.appointment.workshop), is_optional=True) for one in waiting.iterator())


def due_to(booked: Hold | Appointment) -> Due:
    """Say what a hold or an appointment should have: minutes of a day, or its mechanics' time."""
    return _due(booked, booked.workshop)


def _due(booked: Hold | Appointment | Proposal, workshop: Workshop) -> Due:
    if booked.drop_off_minutes is not None:
        day = booked.starts_at.astimezone(workshop.zone).date()
        return Due(booked.reference, workshop=workshop.pk, day=day, minutes=booked.drop_off_minutes)
    return Due(booked.reference, time=time_of(booked))


def time_of(booked: Booked) -> tuple[tuple[int, Period], ...]:
    """Give each mechanic's part of the work, without the buffers around it."""
    assert booked.mechanic_id is not None
    if booked.second_mechanic_id is None or booked.second_from is None:
        return ((booked.mechanic_id, Period(booked.starts_at, booked.ends_at)),)
    return (
        (booked.mechanic_id, Period(booked.starts_at, booked.second_from)),
        (booked.second_mechanic_id, Period(booked.second_from, booked.ends_at)),
    )


SOURCES: dict[str, Source] = {"hold:": holds, "appointment:": appointments, "proposal:": proposals}
