"""Idempotency keys: the first answer under a key is the answer for a day, errors included."""

import json
from typing import Any, NamedTuple

from tests.stripe_emulator.errors import StripeError

LIFETIME = 24 * 3600  # seconds; Stripe prunes keys once they are at least a day old
SECOND_LIFETIME = 30 * 24 * 3600  # of the second API, where only what succeeded is stored


class Stored(NamedTuple):
    """What is known under a key; `status` is 0 while the first request is still running."""

    fingerprint: str
    created: int
    status: int
    body: Any


class IdempotencyKeys:
    """Not thread-safe by itself: the caller holds the world's lock."""

    def __init__(self) -> None:
        self.stored: dict[str, Stored] = {}

    def begin(self, key: str, fingerprint: str, *, now: int, lifetime: int = LIFETIME) -> Stored | None:
        """
        Claim a key, or return the answer stored under it.

        :raises StripeError: 400 if it served other parameters, 409 if its first request is still running.
        """
        known = self.stored.get(key)
        if known is None or (known.status and now - known.created >= lifetime):
            self.stored[key] = Stored(fingerprint, now, 0, None)
            return None
        if known.fingerprint != fingerprint:
            raise StripeError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        if not known.status:
            raise StripeError(
                f"There is currently another in-progress request using this Idempotency-Key: {key}.",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
            )
        return known

    def finish(self, key: str, status: int, body: Any) -> None:
        self.stored[key] = self.stored[key]._replace(status=status, body=body)

    def forget(self, key: str) -> None:
        """Free a key whose request never began its work."""
        self.stored.pop(key, None)

    def dump(self) -> dict[str, Any]:
        return {key: list(known) for key, known in self.stored.items() if known.status}

    def load(self, dumped: dict[str, Any]) -> None:
        self.stored = {key: Stored(*known) for key, known in dumped.items()}


def fingerprint(method: str, path: str, params: Any) -> str:
    """Return what two requests must share to count as the same request."""
    return json.dumps([method, path, params], sort_keys=True)
