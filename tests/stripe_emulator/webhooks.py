"""Deliver signed events, and deliver them again until they are taken."""

import heapq
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

from tests.stripe_emulator.envelope import post, wrap
from tests.stripe_emulator.faults import DISTORTED, Faults
from tests.stripe_emulator.store import Resource

LONGEST_WAIT = 60.0  # seconds between two attempts
ATTEMPTS = 60  # about an hour, where Stripe goes on for three days


@dataclass(frozen=True)
class Endpoint:
    """Where events go, signed with which secret; several secrets, with commas, while one takes another's place."""

    url: str
    secret: str
    takes: Literal["all", "snapshots", "thin"] = "all"

    def wants(self, event: Resource) -> bool:
        return self.takes == "all" or (event["object"] == "v2.core.event") == (self.takes == "thin")


@dataclass(frozen=True)
class Delivery:
    """One event for one endpoint. `how` strikes the first attempt only: what comes again comes as it should."""

    event: Resource
    endpoint: Endpoint
    how: str = ""
    attempt: int = 0


class Courier:
    """A thread that delivers events in order, one at a time; what is refused comes back later and blocks nothing."""

    def __init__(self, *, endpoints: list[Endpoint], faults: Faults, first_wait: float = 0.5) -> None:
        self.endpoints, self.faults, self.first_wait = endpoints, faults, first_wait
        self.queue: list[tuple[float, int, Delivery]] = []  # due, sequence
        self.held: list[Resource] = []
        self.late: list[Resource] = []
        self.deliveries: list[dict[str, Any]] = []
        self.sequence = count()
        self.ahead = 0.0
        self.busy = self.stopped = False
        self.wake = threading.Condition()
        threading.Thread(target=self._run, name="stripe-emulator-courier", daemon=True).start()

    def send(self, event: Resource) -> None:
        """Queue an event, unless a fault decides otherwise."""
        if not self.endpoints:
            return
        fault = self.faults.take("webhook", event["type"])
        do = fault.do if fault else ""
        with self.wake:
            if do == "hold":
                self.held.append(event)
            elif do == "reorder":
                self.late.append(event)
            elif do != "drop":
                self._queue(event, do)
                if do == "duplicate":
                    self._queue(event)
                while self.late:
                    self._queue(self.late.pop(0))
            self.wake.notify()

    def release(self, *, backwards: bool = False) -> int:
        """Queue the events that were held, and return how many."""
        with self.wake:
            freed = [*self.held, *self.late]
            self.held, self.late = [], []
            for event in reversed(freed) if backwards else freed:
                self._queue(event)
            self.wake.notify()
        return len(freed)

    def advance(self, seconds: float) -> None:
        """Let the emulator's clock pass: what waits to be tried again waits that much less."""
        with self.wake:
            self.ahead += seconds
            self.wake.notify()

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

    def _now(self) -> float:
        return time.monotonic() + self.ahead

    def _queue(self, event: Resource, how: str = "") -> None:
        for endpoint in self.endpoints:
            if endpoint.wants(event):
                self._push(Delivery(event, endpoint, how))

    def _push(self, delivery: Delivery, *, wait: float = 0) -> None:
        heapq.heappush(self.queue, (self._now() + wait, next(self.sequence), delivery))

    def _run(self) -> None:
        while (delivery := self._next()) is not None:
            statuses = list(_deliver(delivery))
            event = delivery.event
            with self.wake:
                for status in statuses:
                    told = {"event": event["id"], "type": event["type"], "status": status}
                    self.deliveries.append({**told, "url": delivery.endpoint.url})
                if any(200 <= status < 300 for status in statuses):
                    event["pending_webhooks" if event["object"] == "event" else "_pending"] = 0
                elif delivery.attempt + 1 < ATTEMPTS:
                    wait = min(LONGEST_WAIT, self.first_wait * 2**delivery.attempt)
                    self._push(replace(delivery, attempt=delivery.attempt + 1), wait=wait)
                self.busy = False

    def _next(self) -> Delivery | None:
        """Wait for the next delivery that is due; None once stopped."""
        with self.wake:
            while not self.stopped:
                wait = self.queue[0][0] - self._now() if self.queue else None
                if wait is not None and wait <= 0:
                    _, _, delivery = heapq.heappop(self.queue)
                    self.busy = True
                    return delivery
                self.wake.wait(wait)
        return None


def _deliver(delivery: Delivery) -> Iterator[int]:
    """Post one event, and return the status; two, if it goes out twice at once."""
    first = delivery.attempt == 0
    how = delivery.how if first and delivery.how in DISTORTED else ""
    letter = wrap(delivery.event, delivery.endpoint.secret, how=how)
    url = delivery.endpoint.url
    if first and delivery.how == "twice_at_once":
        with ThreadPoolExecutor(2) as pair:
            yield from pair.map(lambda _: post(url, letter), range(2))
    else:
        yield post(url, letter)
