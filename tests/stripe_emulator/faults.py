"""Faults armed on `POST /_fault`: what a network and a payment provider can do to us."""

import threading
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

API = {
    "error_before": "500, nothing done, key not stored",
    "error_after": "500 stored under the key, although the work is done",
    "lose_response": "the work is done, the connection breaks before the answer",
    "rate_limit": "429, nothing done",
    "lock": "429 lock_timeout, nothing done",
    "delay": "waits `seconds` before the work; the key is in use meanwhile",
}
WEBHOOK = {
    "drop": "never delivered; the event stays in the list",
    "duplicate": "delivered twice",
    "hold": "kept until {on: webhook, do: release}",
    "reorder": "delivered after the next event",
}


class BadFault(ValueError):
    """A fault that the emulator does not know; the message says which it does."""


@dataclass
class Fault:
    """
    One fault, for the next `times` requests or events that match.

    `match` is a pattern with stars: for the API of `POST /v1/refunds`, for webhooks of `charge.refunded`.
    """

    on: str
    do: str
    match: str = "*"
    times: int = 1
    seconds: float = 0
    cents: int = 0

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Fault":
        """:raises BadFault: for what is not a fault."""
        unknown = set(given) - {field.name for field in fields(cls)}
        known = {"api": API, "webhook": WEBHOOK}.get(given.get("on", ""), {})
        if unknown or given.get("do") not in known:
            raise BadFault(f"Unknown fault {given}. On api: {API}. On webhook: {WEBHOOK}.")
        return cls(**given)


class Faults:
    """The faults that are armed, oldest first."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.lock = threading.Lock()

    def arm(self, fault: Fault) -> None:
        with self.lock:
            self.armed.append(fault)

    def take(self, on: str, name: str) -> Fault | None:
        """Return the first fault that strikes this request or event, and count it down."""
        with self.lock:
            for fault in self.armed:
                if fault.on == on and fnmatchcase(name, fault.match):
                    fault.times -= 1
                    self.armed = [left for left in self.armed if left.times > 0]
                    return fault
        return None

    def clear(self) -> None:
        with self.lock:
            self.armed = []

    def listed(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(fault) for fault in self.armed]
