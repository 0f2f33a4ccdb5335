"""One Stripe account in test mode: its objects, clock, keys, faults and webhooks."""

import json
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.stripe_emulator.clock import Clock
from tests.stripe_emulator.faults import Faults
from tests.stripe_emulator.idempotency import IdempotencyKeys
from tests.stripe_emulator.store import Resource, Store, published, write_state
from tests.stripe_emulator.timers import Timers
from tests.stripe_emulator.webhooks import Courier, Endpoint
from tests.stripe_spec import load_spec

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Account:
    """
    How the emulated account is set up: where its events go, and what file it is kept in.

    With a second endpoint the thin events of the second API go there and nowhere else, signed with its own secret.
    """

    webhook_url: str | None = None
    webhook_secret: str = "whsec_emulator"
    state: Path | None = None
    second_url: str | None = None
    second_secret: str = "whsec_second"
    first_wait: float = 0.5  # seconds before a refused webhook comes again; doubles each time

    def endpoints(self) -> list[Endpoint]:
        first, second = self.webhook_url, self.second_url
        found = [Endpoint(first, self.webhook_secret, "snapshots" if second else "all")] if first else []
        return [*found, Endpoint(second, self.second_secret, "thin")] if second else found


class World:
    """Whoever reads or changes the objects holds `lock`."""

    def __init__(self, account: Account, *, base_url: str) -> None:
        self.base_url, self.state = base_url, account.state
        self.lock = threading.RLock()
        self.clock, self.faults, self.spec = Clock(), Faults(), load_spec()
        self.store, self.keys, self.timers = Store(), IdempotencyKeys(), Timers()
        self.courier = Courier(
            endpoints=account.endpoints(),
            faults=self.faults,
            first_wait=account.first_wait,
        )
        if self.state and self.state.exists():
            self._load(json.loads(self.state.read_text()))

    def new(self, kind: str, prefix: str, **fields: Any) -> Resource:
        """Make and keep an object; what is not given and may be null is null."""
        resource = {
            **self.spec.blank(kind),
            "id": f"{prefix}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self.clock.now(),
            **fields,
        }
        return self.store.add(resource)

    def emit(self, type: str, resource: Resource) -> None:
        """Record an event with the object as it is now, and send it."""
        event = self.new(
            "event",
            "evt",
            type=type,
            api_version=API_VERSION,
            data={"object": published(resource)},
            livemode=False,
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        self.courier.send(event)

    def emit_thin(self, type: str, resource: Resource) -> None:
        """Record an event of the second API, which names its object and shows nothing of it, and send it."""
        event = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "v2.core.event",
            "context": None,
            "created": datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "livemode": False,
            "reason": None,
            "related_object": {
                "id": resource["id"],
                "type": resource["object"],
                "url": f"/v2/core/accounts/{resource['id']}",
            },
            "type": type,
            "_pending": 1,
        }
        self.courier.send(self.store.add(event))

    def reset(self) -> None:
        """Forget everything."""
        self.store, self.keys, self.clock.ahead = Store(), IdempotencyKeys(), 0
        self.timers.clear()
        self.faults.clear()
        self.courier.clear()
        self.save()

    def save(self) -> None:
        """Write the state to its file, if there is one."""
        if self.state:
            kept = {"objects": self.store.kinds, "keys": self.keys.dump(), "ahead": self.clock.ahead}
            write_state(self.state, kept)

    def _load(self, kept: dict[str, Any]) -> None:
        self.store.load(kept["objects"])
        self.keys.load(kept["keys"])
        self.clock.ahead = kept["ahead"]
        for event in [*self.store.all("event"), *self.store.all("v2.core.event")]:
            if event.get("pending_webhooks") or event.get("_pending"):
                self.courier.send(event)
