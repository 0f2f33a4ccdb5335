from datetime import datetime
from typing import Any

import pytest

from backend.lib.clock import database_now
from tests.collective.payments.distribution.provider import PayingProvider


@pytest.fixture
def provider(monkeypatch: Any) -> PayingProvider:
    playing = PayingProvider()
    monkeypatch.setattr("collective.payments.gateway.provider", lambda: playing)
    return playing


@pytest.fixture
def at(db: None) -> datetime:
    return database_now()
