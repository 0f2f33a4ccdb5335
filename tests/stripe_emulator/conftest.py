"""An emulator, a client that checks what it sends, and somebody who takes the webhooks."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest
from stripe import StripeClient

from tests.stripe_emulator import RunningEmulator, running_emulator
from tests.stripe_spec.client import CheckingClient


class Mailbox(ThreadingHTTPServer):
    """Take webhooks: `taken` holds (body, Stripe-Signature); the first `refusals` of them are answered 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Slot)
        self.taken: list[tuple[bytes, str]] = []
        self.refusals = 0


class _Slot(BaseHTTPRequestHandler):
    server: Mailbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refused = self.server.refusals > 0
        self.server.refusals -= refused
        if not refused:
            self.server.taken.append((body, self.headers["Stripe-Signature"]))
        self.send_response(503 if refused else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    server = Mailbox()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def emulator(mailbox: Mailbox) -> Iterator[RunningEmulator]:
    with running_emulator(webhook_url=f"http://127.0.0.1:{mailbox.server_port}/hook") as running:
        yield running


@pytest.fixture
def stripe(emulator: RunningEmulator) -> StripeClient:
    """A client that tries once and checks both ways."""
    return client_of(emulator)


def client_of(emulator: RunningEmulator, **options: Any) -> StripeClient:
    options = {"http_client": CheckingClient(timeout=5), "max_network_retries": 0, **options}
    return StripeClient("sk_test_emulated", base_addresses={"api": emulator.url}, **options)


KEYS = count()


def new_key() -> dict[str, Any]:
    return {"idempotency_key": f"test:{next(KEYS)}"}


@pytest.fixture
def open_session(stripe: StripeClient) -> Callable[..., Any]:
    """Open a session of 35 euros; keyword arguments replace parameters, `capture_method` goes where it belongs."""

    def opened(*, capture_method: str = "automatic", cents: int = 3500, **params: Any) -> Any:
        price = {"currency": "eur", "unit_amount": cents, "product_data": {"name": "Frein <b>avant</b>"}}
        asked: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": "http://127.0.0.1:9/merci?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/retour",
            "locale": "fr",
            "customer_email": "camille@exemple.fr",
            "payment_intent_data": {"capture_method": capture_method, "transfer_group": "g1"},
        }
        return stripe.v1.checkout.sessions.create(asked | params, new_key())

    return opened


ACCOUNT = {
    "contact_email": "atelier@exemple.fr",
    "display_name": "Atelier du Pont",
    "dashboard": "express",
    "identity": {"country": "fr"},
    "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
    "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
    "include": ["configuration.recipient", "requirements"],
}


@pytest.fixture
def seller(stripe: StripeClient, emulator: RunningEmulator) -> Callable[..., str]:
    """Make a seller's account with a status, and return its id."""

    def made(status: str = "active") -> str:
        asked: Any = ACCOUNT
        account = stripe.v2.core.accounts.create(asked, new_key())
        emulator.set_account(account.id, status=status)
        return account.id

    return made


@pytest.fixture
def paid_intent(
    stripe: StripeClient, emulator: RunningEmulator, open_session: Callable[..., Any]
) -> Callable[..., Any]:
    """Pay a session on its page, and return the intent."""

    def paid(**params: Any) -> Any:
        session = open_session(**params)
        emulator.press(session.id)
        return stripe.v1.payment_intents.retrieve(stripe.v1.checkout.sessions.retrieve(session.id).payment_intent)

    return paid
