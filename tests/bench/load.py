"""Requests sent when they are due, whatever became of those before: people do not wait for each other to come."""

from __future__ import annotations

import gzip
import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

from tests.bench.report import Row

LONGEST = 60  # seconds for an answer
IDLE = 2  # seconds a connection is kept without a request
PEOPLE = 64  # at most that many answers are waited for at once
_visitors = count()
Visit = Callable[["Client"], bool]  # tells whether it went well


class Client:
    """One person's connection, kept from request to request; each request comes from an address of its own."""

    def __init__(self, server: str) -> None:
        self.host = urlsplit(server).netloc
        self.line = http.client.HTTPConnection(self.host, timeout=LONGEST)
        self.used = time.monotonic()

    def close(self) -> None:
        self.line.close()

    def request(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        """Give the status and the body; what breaks closes the connection, the next request opens another."""
        number = next(_visitors)
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"  # the rate limit is by address
        headers = {"X-Forwarded-For": address, "Content-Type": "application/json", "Accept-Encoding": "gzip"}
        if time.monotonic() - self.used > IDLE:  # the server is about to close it, as browsers know
            self.line.close()
        try:
            self.line.request(method, path, body=body, headers=headers)
            answer = self.line.getresponse()
            said = answer.read()
            self.used = time.monotonic()
        except (OSError, http.client.HTTPException):
            self.line.close()
            raise
        return answer.status, gzip.decompress(said) if answer.headers["Content-Encoding"] == "gzip" else said


@dataclass(slots=True)
class Outcome:
    """Milliseconds from when each visit was due until it was over; how many failed, and how long all of it took."""

    seconds: float = 0
    took: list[float] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)

    def as_row(self) -> Row:
        slices = statistics.quantiles(self.took, n=20) if len(self.took) > 1 else [float("nan")] * 19
        return {
            "done_a_second": len(self.took) / self.seconds,
            "p50_ms": slices[9],
            "p95_ms": slices[18],
            "failed": sum(self.failed.values()),
        }


def pour(servers: Sequence[str], visits: Sequence[Visit], *, a_second: float) -> Outcome:
    """Begin so many visits a second, each when its time has come, and wait for all of them."""
    outcome, lock = Outcome(), threading.Lock()
    own = threading.local()
    began = time.monotonic()

    def pay(number: int, visit: Visit) -> None:
        due = began + number / a_second
        time.sleep(max(0.0, due - time.monotonic()))
        client = own.__dict__.setdefault("client", None) or Client(servers[number % len(servers)])
        own.client = client
        try:
            fault = "" if visit(client) else "refused"
        except (OSError, http.client.HTTPException) as broken:
            fault = type(broken).__name__
        with lock:
            if fault:
                outcome.failed[fault] += 1
            else:
                outcome.took.append((time.monotonic() - due) * 1000)

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(pay, range(len(visits)), visits))
    outcome.seconds = time.monotonic() - began
    return outcome


def press(servers: Sequence[str], visit: Visit, *, people: int, seconds: float) -> Outcome:
    """Let so many people ask again and again, each as soon as they are answered: how much there is at most."""
    outcome, lock = Outcome(), threading.Lock()
    began = time.monotonic()

    def one_person(number: int) -> None:
        client = Client(servers[number % len(servers)])
        while time.monotonic() - began < seconds:
            asked = time.monotonic()
            try:
                fine = visit(client)
            except (OSError, http.client.HTTPException):
                fine = False
            with lock:
                if fine:
                    outcome.took.append((time.monotonic() - asked) * 1000)
                else:
                    outcome.failed["refused"] += 1

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(one_person, range(people)))
    outcome.seconds = time.monotonic() - began
    return outcome
