"""A workshop open every day, its slots from the present moment on, and a provider in memory behind the pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from backend.lib.clock import database_now
from booking.appointments.models import Appointment, Hold
from booking.availability.needs import Work, works_for
from booking.availability.scan import Slot, slots_of
from booking.diagnosis.models import Symptom
from collective.payments import gateway
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop
from tests.booking.appointments import scene
from tests.booking.appointments.provider import MemoryProvider
from tests.factories import open_workshop

EVERY_DAY = "Mo-Su 08:00-20:00"


@pytest.fixture(autouse=True)
def _french():
    """A request for an English page leaves its language to the thread."""
    with translation.override("fr"):
        yield


@pytest.fixture
def at(db) -> datetime:
    """The present moment: pages read the database's own clock, which no test can turn back."""
    return database_now()


@pytest.fixture
def provider(monkeypatch) -> MemoryProvider:
    memory = MemoryProvider()
    monkeypatch.setattr(gateway, "provider", lambda: memory)
    return memory


@pytest.fixture
def make(at, provider):
    """Return `make(**fields)`: a workshop that sells PUNCTURE, 30 minutes for 15 € and 5 € of parts."""

    def make_workshop(**fields: object) -> Workshop:
        workshop = open_workshop(
            at=at, hours=EVERY_DAY, days=30, **{"deposit_bp": 3000, "email": "atelier@example.org"} | fields
        )
        SharingKey.objects.get_or_create(
            collective=workshop.collective,
            valid_from=date(2026, 1, 1),
            defaults={"name": "2026", "fund_bp": 1000, "platform_bp": 200},
        )
        return workshop

    return make_workshop


@pytest.fixture
def workshop(make) -> Workshop:
    """Asks for a deposit of 30 %, confirms itself."""
    return make(slug="le-pave", name="Atelier du Pavé")


def work_of(workshop: Workshop) -> Work:
    return works_for(interventions=["PUNCTURE"], bike_type="city", workshops=[workshop])[workshop.pk]


def some_slots(workshop: Workshop, at: datetime) -> list[Slot]:
    """Its slots from tomorrow on, so that no test runs into the notice it asks for."""
    today = at.astimezone(workshop.zone).date()
    first, last = today + timedelta(days=1), today + timedelta(days=10)
    return slots_of(work=work_of(workshop), first=first, last=last, at=at)


@pytest.fixture
def slot(workshop, at) -> Slot:
    return some_slots(workshop, at)[0]


@pytest.fixture
def hold(workshop, slot, at) -> Hold:
    return scene.hold_at(workshop, slot.starts_at, at=at)


@pytest.fixture
def typed(hold) -> dict[str, str]:
    """What a person writes on the page of a held slot."""
    return {"email": "camille@example.org", "phone": "06 12 34 56 78", "pay": "deposit", "work_may_begin_early": "on"}


@pytest.fixture
def booked(workshop, slot, at, provider) -> Appointment:
    """A confirmed appointment with its deposit of 6 € paid."""
    return scene.confirmed(workshop, provider, slot.starts_at, at=at)


@pytest.fixture
def symptoms(db, symptom_rows) -> None:
    Symptom.objects.bulk_create(Symptom(code=row.code, **row.fields) for row in symptom_rows)
