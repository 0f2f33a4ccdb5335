"""Faults armed on `POST /_fault`: what a network and a payment provider can do to us."""

import sys
import threading
from dataclasses import asdict, dataclass, fields, replace
from fnmatch import fnmatchcase
from random import Random
from typing import Any

API = {
    "error_before": "500, nothing done, key not stored",
    "error_after": "500 stored under the key, although the work is done",
    "lose_response": "the work is done, the connection breaks before the answer",
    "rate_limit": "429, nothing done",
    "lock": "429 lock_timeout, nothing done",
    "conflict": "409, as if the key were in use; nothing done",
    "revoked": "401, as if our secret key were revoked; nothing done",
    "delay": "waits `seconds` before the work; the key is in use meanwhile",
    "random": "with probability `rate`, one of lose_response, error_before, error_after, rate_limit, delay; by `seed`",
}
DISTORTED = {
    "wrong_secret": "signed by somebody else",
    "unsigned": "without a signature",
    "old": "signed an hour ago",
    "tamper": "changed after it was signed",
    "livemode": "signed, and about real money",
    "bare": "signed, without its object",
    "thin": "signed, as a thin event that only names its object",
    "huge": "signed, and 300 kB long",
}
WEBHOOK = {
    "drop": "never delivered; the event stays in the list",
    "duplicate": "delivered twice",
    "twice_at_once": "delivered twice at the same time",
    "hold": "kept until {on: webhook, do: release}",
    "reorder": "delivered after the next event",
    "random": "with probability `rate`, one of drop, duplicate, twice_at_once, reorder; by `seed`",
    **{name: f"first delivered {how}, then again as it should be" for name, how in DISTORTED.items()},
}
FEE = {"differ": "the next capture costs `cents`, whatever the tariff"}
REFUND = {
    "pend": "the next refund is on its way until it is told to succeed or fail",
    "succeed": "the pending refund `match` arrives",
    "fail": "the refund `match` comes back",
}
CHARGE = {"fail": "the captured charge `match` fails days later, as a direct debit does"}
KNOWN = {"api": API, "webhook": WEBHOOK, "fee": FEE, "refund": REFUND, "charge": CHARGE}
AT_RANDOM = {
    "api": ("lose_response", "error_before", "error_after", "rate_limit", "delay"),
    "webhook": ("drop", "duplicate", "twice_at_once", "reorder"),
}
SHORT_DELAY = 0.05  # seconds


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
    rate: float = 0
    seed: int = 0

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Fault":
        """:raises BadFault: for what is not a fault."""
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown or given.get("do") not in KNOWN.get(given.get("on", ""), {}):
            raise BadFault(f"Unknown fault {given}. There are: {KNOWN}.")
        if given["do"] == "random":
            given = {"times": sys.maxsize, **given}
        return cls(**given)


class Faults:
    """The faults that are armed, oldest first."""

    def __init__(self) -> None:
        self.armed: list[tuple[Fault, Random]] = []
        self.lock = threading.Lock()

    def arm(self, fault: Fault) -> None:
        with self.lock:
            self.armed.append((fault, Random(fault.seed)))

    def take(self, on: str, name: str) -> Fault | None:
        """Return the first fault that strikes this request or event, and count it down."""
        if not self.armed:
            return None
        with self.lock:
            for fault, dice in self.armed:
                if fault.on == on and fnmatchcase(name, fault.match) and (struck := _throw(fault, dice)):
                    fault.times -= 1
                    self.armed = [(left, its) for left, its in self.armed if left.times > 0]
                    return struck
        return None

    def clear(self) -> None:
        with self.lock:
            self.armed = []

    def listed(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(fault) for fault, _ in self.armed]


def _throw(fault: Fault, dice: Random) -> Fault | None:
    if fault.do != "random":
        return fault
    if dice.random() >= fault.rate:
        return None
    return replace(fault, do=dice.choice(AT_RANDOM[fault.on]), seconds=fault.seconds or SHORT_DELAY)
