"""Stripe as the emulator plays it, and our gateway to it, every request and answer checked."""

from collections.abc import Iterator
from typing import Any

import pytest

from collective.payments.gateway import StripeGateway
from tests.stripe_emulator import RunningEmulator, running_emulator
from tests.stripe_spec.client import CheckingClient


class HastyClient(CheckingClient):
    """Check everything, and wait for nothing between two tries."""

    def _sleep_time_seconds(self, *args: Any, **kwargs: Any) -> float:
        return 0


@pytest.fixture
def emulator() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def wire() -> HastyClient:
    """What went over the wire: `wire.calls`."""
    return HastyClient(timeout=2)


@pytest.fixture
def gateway(emulator: RunningEmulator, wire: HastyClient) -> StripeGateway:
    return StripeGateway("sk_test_emulated", api_base=emulator.url, http_client=wire)
