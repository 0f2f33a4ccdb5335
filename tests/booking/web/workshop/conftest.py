"""People around the workshop, each in a browser of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from booking.appointments.models import Appointment
from booking.diagnosis.keep import keep_diagnosis
from booking.diagnosis.models import Diagnosis, Symptom
from collective.members.models import Membership, User
from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.web.conftest import some_slots
from tests.booking.web.cyclist.test_result import a_photo
from tests.factories import MembershipFactory, StaffFactory, UserFactory


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def moussa(workshop) -> User:
    """Works there."""
    return StaffFactory(workshop=workshop, user__email="moussa@example.org", user__name="Moussa Diallo").user


@pytest.fixture
def inside(moussa) -> Client:
    return browser(moussa)


@pytest.fixture
def stranger(make) -> Client:
    """Works elsewhere."""
    return browser(StaffFactory(workshop=make(slug="ailleurs", lat=45.0)).user)


@pytest.fixture
def coordinator(workshop) -> Client:
    """Sees the inside, answers nobody."""
    role = Membership.Role.COORDINATOR
    return browser(MembershipFactory(collective=workshop.collective, user=UserFactory(), role=role).user)


@pytest.fixture
def request_(make, at, provider) -> Appointment:
    """Waits for the word of a workshop that confirms by hand."""
    by_hand = make(slug="a-la-main", confirms=Workshop.Confirms.BY_HAND)
    return scene.confirmed(by_hand, provider, some_slots(by_hand, at)[0].starts_at, at=at)


@pytest.fixture
def answerer(request_) -> Client:
    return browser(StaffFactory(workshop=request_.workshop).user)


@pytest.fixture
def begun(booked, at) -> Appointment:
    """The same appointment, of this very moment."""
    return bring_to(booked, at)


def diagnose(appointment: Appointment, *, at: datetime, comment: str = "") -> Diagnosis:
    """Give it a diagnosis with a photo; `symptoms` must be there."""
    items = [{"symptom": Symptom.objects.earliest("pk").code, "answers": {}}]
    appointment.diagnosis = keep_diagnosis(items=items, bike_type="city", comment=comment, photos=[a_photo()], at=at)
    appointment.save(update_fields=["diagnosis"])
    return appointment.diagnosis


def bring_to(appointment: Appointment, moment: datetime) -> Appointment:
    appointment.starts_at, appointment.ends_at = moment, moment + timedelta(minutes=30)
    appointment.save(update_fields=["starts_at", "ends_at"])
    return appointment
