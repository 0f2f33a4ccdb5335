"""A workshop in Lille that sells one repair of 20 €, with a provider in memory."""

from datetime import date

import pytest

from collective.members.models import User
from collective.payments import gateway
from collective.sharing.models import SharingKey
from collective.workshops.models import Workshop
from tests.booking.appointments.provider import MemoryProvider
from tests.booking.appointments.scene import AT
from tests.factories import StaffFactory, UserFactory, open_workshop

FUND_BP, PLATFORM_BP = 600, 300


@pytest.fixture
def provider(monkeypatch) -> MemoryProvider:
    memory = MemoryProvider()
    monkeypatch.setattr(gateway, "provider", lambda: memory)
    return memory


def make_workshop(**fields) -> Workshop:
    workshop = open_workshop(at=AT, **{"email": "atelier@example.org", "deposit_bp": 3000} | fields)
    SharingKey.objects.get_or_create(
        collective=workshop.collective,
        valid_from=date(2026, 1, 1),
        defaults={"name": "2026", "fund_bp": FUND_BP, "platform_bp": PLATFORM_BP},
    )
    return workshop


@pytest.fixture
def workshop(db, provider) -> Workshop:
    """Asks for a deposit of 30 %, confirms itself."""
    return make_workshop()


@pytest.fixture
def by_hand(db, provider) -> Workshop:
    """Asks for a deposit, confirms by hand."""
    return make_workshop(confirms=Workshop.Confirms.BY_HAND)


@pytest.fixture
def counter(db, provider) -> Workshop:
    """Is paid at the counter, confirms itself."""
    return make_workshop(pay_now=Workshop.PayNow.COUNTER)


@pytest.fixture
def stranger(db) -> User:
    return UserFactory(email="stranger@example.org")


def staff_of(workshop: Workshop) -> User:
    return StaffFactory(workshop=workshop, user__email=f"moussa{workshop.pk}@example.org").user
