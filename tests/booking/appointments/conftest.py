"""A workshop in Lille that sells one repair of 20 €, with a provider in memory."""

import pytest

from collective.members.models import User
from collective.payments import gateway
from collective.workshops.models import Workshop
from tests.booking.appointments.provider import MemoryProvider
from tests.booking.appointments.scene import make_workshop
from tests.factories import UserFactory


@pytest.fixture
def provider(monkeypatch) -> MemoryProvider:
    memory = MemoryProvider()
    monkeypatch.setattr(gateway, "provider", lambda: memory)
    return memory


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
