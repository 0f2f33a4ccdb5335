"""Deliver signed events, and deliver them again until they are taken."""

import hashlib
import heapq
import hmac
import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from tests.stripe_emulator.faults import Faults
from tests.stripe_emulator.store import Resource, published

ANSWER_WITHIN = 10  # seconds
LONGEST_WAIT = 60.0  # seconds between two attempts
ATTEMPTS = 60  # about an hour, where Stripe goes on for three days


def sign(payload: bytes, secret: str, *, at: int) -> str:
    """Return the Stripe-Signature header of a payload: HMAC-SHA256 over `<at>.<payload>`."""
    digest = hmac.new(secret.encode(), b"%d." % at + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """A thread that delivers events in order, one at a time; what is refused comes back later and blocks nothing."""

    def __init__(self, *, url: str | None, secret: str, faults: Faults, first_wait: float = 0.5) -> None:
        self.url, self.secret, self.faults, self.first_wait = url, secret, faults, first_wait
        self.queue: list[tuple[float, int, int, Resource]] = []  # due, sequence, attempt, event
        self.held: list[Resource] = []
        self.late: list[Resource] = []
        self.deliveries: list[dict[str, Any]] = []
        self.sequence = 0
        self.busy = self.stopped = False
        self.wake = threading.Condition()
        threading.Thread(target=self._run, name="stripe-emulator-courier", daemon=True).start()

    def send(self, event: Resource) -> None:
        """Queue an event, unless a fault decides otherwise."""
        if not self.url:
            return
        fault = self.faults.take("webhook", event["type"])
        do = fault.do if fault else ""
        with self.wake:
            if do == "hold":
                self.held.append(event)
            elif do == "reorder":
                self.late.append(event)
            elif do != "drop":
                self._push(event)
                if do == "duplicate":
                    self._push(event)
                while self.late:
                    self._push(self.late.pop(0))
            self.wake.notify()

    def release(self, *, backwards: bool = False) -> int:
        """Queue the events that were held, and return how many."""
        with self.wake:
            freed = [*self.held, *self.late]
            self.held, self.late = [], []
            for event in reversed(freed) if backwards else freed:
                self._push(event)
            self.wake.notify()
        return len(freed)

    def clear(self) -> None:
        with self.wake:
            self.queue, self.held, self.late, self.deliveries = [], [], [], []

    def stop(self) -> None:
        with self.wake:
            self.stopped = True
            self.wake.notify()

    def is_idle(self) -> bool:
        """Tell whether nothing is on its way; held events do not count."""
        with self.wake:
            return not self.queue and not self.busy

    def _push(self, event: Resource, *, attempt: int = 0, wait: float = 0) -> None:
        self.sequence += 1
        heapq.heappush(self.queue, (time.monotonic() + wait, self.sequence, attempt, event))

    def _run(self) -> None:
        while (taken := self._next()) is not None:
            attempt, event = taken
            status = self._deliver(event)
            is_taken = 200 <= status < 300
            with self.wake:
                self.deliveries.append({"event": event["id"], "type": event["type"], "status": status})
                if is_taken:
                    event["pending_webhooks" if event["object"] == "event" else "_pending"] = 0
                elif attempt + 1 < ATTEMPTS:
                    self._push(event, attempt=attempt + 1, wait=min(LONGEST_WAIT, self.first_wait * 2**attempt))
                self.busy = False

    def _next(self) -> tuple[int, Resource] | None:
        """Wait for the next event that is due; None once stopped."""
        with self.wake:
            while not self.stopped:
                wait = self.queue[0][0] - time.monotonic() if self.queue else None
                if wait is not None and wait <= 0:
                    _, _, attempt, event = heapq.heappop(self.queue)
                    self.busy = True
                    return attempt, event
                self.wake.wait(wait)
        return None

    def _deliver(self, event: Resource) -> int:
        """Post one event, and return the status; 0 if nobody answered."""
        target = urlsplit(self.url or "")
        payload = json.dumps(published(event)).encode()
        # The signature carries the machine's time, since the receiver compares it with its own clock.
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (emulator)",
            "Stripe-Signature": sign(payload, self.secret, at=int(time.time())),
        }
        connection = http.client.HTTPConnection(target.hostname or "", target.port or 80, timeout=ANSWER_WITHIN)
        try:
            connection.request("POST", target.path or "/", payload, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
