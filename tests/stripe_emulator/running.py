"""Run the emulator beside a test, on a free port."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

from tests.stripe_emulator.server import Server
from tests.stripe_emulator.world import Account

PATIENCE = 10.0  # seconds


class RunningEmulator:
    """
    What a test does to the emulator, over HTTP as anybody would.

    `url` is what goes into STRIPE_API_BASE; `webhook_secret` into STRIPE_WEBHOOK_SECRETS.
    """

    def __init__(self, server: Server, webhook_secret: str) -> None:
        self._server = server
        self.url = server.base_url
        self.webhook_secret = webhook_secret

    def fault(self, **fault: Any) -> None:
        """Arm a fault: `fault(on="api", do="lose_response", match="POST /v1/refunds")`; see faults.py."""
        self._knob("POST", "/_fault", fault)

    def release(self, *, backwards: bool = False) -> None:
        """Let held webhooks go."""
        self._knob("POST", "/_fault", {"on": "webhook", "do": "release", "backwards": backwards})

    def advance(self, seconds: int) -> None:
        """Move the emulator's clock forward."""
        self._knob("POST", "/_clock", {"advance": seconds})

    def reset(self) -> None:
        self._knob("POST", "/_reset", {})

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind (`refund`, `event`...), oldest first."""
        return list(self._knob("GET", f"/_objects?kind={quote(kind)}")["objects"][kind].values())

    def totals(self) -> dict[str, int]:
        """Return what moved in all, in cents: captured, held, refunded, fees, transferred… (control.py)."""
        return dict(self._knob("GET", "/_totals"))

    def deliveries(self) -> list[dict[str, Any]]:
        """Return what was delivered: {event, type, status}, in order; status 0 if nobody answered."""
        return list(self._knob("GET", "/_objects?kind=none")["deliveries"])

    def press(self, session_id: str, outcome: str = "pay", *, card: str = "4242424242424242") -> str:
        """
        Press a button of the payment page, and return where it leads.

        `pay` does what `card` has in store (cards.py). `authenticate` leads to the bank's page, where one may
        `confirm`, `fail` or `abandon`; `decline` declines.
        """
        return self._submit(f"/c/pay/{session_id}", {"outcome": outcome, "card": card})

    def onboard(self, url: str, outcome: str = "finish") -> str:
        """Visit an onboarding link and press a button (finish, wait, leave, reject); return where it leads."""
        path = url.removeprefix(self.url)
        try:
            with urllib.request.build_opener(_NoRedirect).open(url, timeout=PATIENCE):
                return self._submit(path, {"outcome": outcome})
        except HTTPError as over:
            with over:
                return str(over.headers.get("Location", ""))

    def set_account(self, account_id: str, **given: Any) -> None:
        """Set a seller's account: status, due, closed, spend; see control.py."""
        self._knob("POST", "/_account", {"id": account_id, **given})

    def dispute(self, **given: Any) -> dict[str, Any]:
        """Open a dispute (charge or intent, reason, amount, inquiry), or end one (dispute, do: win, lose, close)."""
        return dict(self._knob("POST", "/_dispute", given))

    def payout(self, **given: Any) -> dict[str, Any]:
        """Pay out what is available; see payouts.py for wait, fails, unknown, missing, fee."""
        return dict(self._knob("POST", "/_payout", given))

    def balance_of(self, account_id: str) -> int:
        """Return what a seller's account holds, in cents."""
        return int(self._knob("GET", "/_objects?kind=none")["balances"][account_id])

    def _submit(self, path: str, form: dict[str, str]) -> str:
        request = urllib.request.Request(self.url + path, data=urlencode(form).encode(), method="POST")
        try:
            urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE)
        except HTTPError as answer:
            with answer:
                return str(answer.headers.get("Location", ""))
        return ""

    def settle(self) -> None:
        """Wait until no webhook is on its way. :raises TimeoutError: if one keeps being refused."""
        deadline = time.monotonic() + PATIENCE
        while not self._server.world.courier.is_idle():
            if time.monotonic() > deadline:
                raise TimeoutError("Webhooks are still on their way.")
            time.sleep(0.01)

    def _knob(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **named: Any) -> None:
        return None


@contextmanager
def running_emulator(
    *,
    webhook_url: str | None = None,
    second_url: str | None = None,
    state: Path | None = None,
    first_wait: float = 0.05,
) -> Iterator[RunningEmulator]:
    """
    Run an emulator in a thread.

    `first_wait` is the pause in seconds before a refused webhook comes again. Thin events go to `second_url` if there
    is one (secret `whsec_second`).
    """
    account = Account(webhook_url, state=state, second_url=second_url, first_wait=first_wait)
    server = Server(0, account)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield RunningEmulator(server, account.webhook_secret)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
