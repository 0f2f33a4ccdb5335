"""Stripe as the emulator plays it, and our gateway to it, every request and answer checked."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.lib.clock import database_now
from collective.payments.ask import ask_payment, open_payment
from collective.payments.gateway import StripeGateway
from collective.payments.models import Payment
from tests.collective.money import a_workshop
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


@pytest.fixture
def stripe(emulator: RunningEmulator, gateway: StripeGateway, settings: Any, monkeypatch: Any) -> RunningEmulator:
    """The emulator as the use cases meet it."""
    settings.STRIPE_WEBHOOK_SECRETS = [emulator.webhook_secret]
    monkeypatch.setattr("collective.payments.gateway.provider", lambda: gateway)
    return emulator


@pytest.fixture
def at() -> datetime:
    """The moment of the emulator's clock too: pages expire by it."""
    return database_now()


@pytest.fixture
def asked(db: None, stripe: RunningEmulator, at: datetime) -> Callable[..., Payment]:
    """A payment of 96 euros; keyword arguments replace what is asked."""

    def ask(**fields: Any) -> Payment:
        workshop = fields.pop("workshop", None) or a_workshop()
        return ask_payment(
            **{
                "purpose": "appointment",
                "subject": f"appointment:{workshop.pk}",
                "workshop": workshop,
                "label": "Révision complète",
                "email": "camille@exemple.fr",
                "language": "fr",
                "amount_cents": 9600,
                "capture": "now",
                "success_url": "http://127.0.0.1:8000/merci",
                "cancel_url": "http://127.0.0.1:8000/retour",
                "expires_at": at + timedelta(minutes=10),
                "at": at,
                **fields,
            }
        )

    return ask


@pytest.fixture
def opened(asked: Callable[..., Payment], at: datetime) -> Callable[..., Payment]:
    def open_one(**fields: Any) -> Payment:
        payment = asked(**fields)
        open_payment(payment=payment, at=at)
        return payment

    return open_one


@pytest.fixture
def paid(opened: Callable[..., Payment], stripe: RunningEmulator) -> Callable[..., Payment]:
    """A payment whose person pressed the button; we have not looked yet."""

    def pay(**fields: Any) -> Payment:
        payment = opened(**fields)
        stripe.press(payment.session_id)
        return payment

    return pay
