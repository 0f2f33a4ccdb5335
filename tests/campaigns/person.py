"""Somebody at one of the servers, with an address of their own; counts what they were answered."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from typing import Any

from tests.bench.load import Client


class Person:
    """`met` counts answers by door and status; `booked` has manage tokens by appointment, `moved` those that moved."""

    def __init__(self, number: int, server: str, workshop: str, code: str) -> None:
        self.number, self.server, self.workshop, self.code = number, server, workshop, code
        self.client, self.second = Client(server), Client(server)
        self.met: Counter[tuple[str, int]] = Counter()
        self.broken: Counter[str] = Counter()
        self.booked: dict[str, str] = {}
        self.moved: list[str] = []

    def leave(self) -> None:
        self.client.close()
        self.second.close()

    def hold(self, starts_at: str) -> str:
        """Hold the slot; give the hold's token, nothing when somebody was faster."""
        wanted = {"workshop": self.workshop, "interventions": [self.code], "starts_at": starts_at}
        status, body = self.post(self.client, "holds", "/api/v1/holds/", wanted)
        return str(body["token"]) if status == 201 else ""

    def hold_and_book(self, starts_at: str) -> None:
        if token := self.hold(starts_at):
            contact = {"email": f"person{self.number}@example.org", "phone": "06 12 34 56 78", "pay": "counter"}
            order = contact | {"hold": token, "work_may_begin_early": True}
            again = threading.Thread(target=self.order, args=(self.second, order))
            again.start()
            self.order(self.client, order)
            again.join()

    def order(self, client: Client, order: dict[str, Any]) -> None:
        status, body = self.post(client, "appointments", "/api/v1/appointments/", order)
        if status == 201:
            self.booked[body["number"]] = body["manage_token"]  # both times that it was ordered: one appointment

    def move(self, starts_at: str) -> None:
        """Try to move an appointment there that was not moved yet, so that no slot won is given up again."""
        if left := [key for key in self.booked.values() if key not in self.moved]:
            path = f"/api/v1/appointments/{left[0]}/move/"
            if self.post(self.client, "move", path, {"starts_at": starts_at})[0] == 200:
                self.moved.append(left[0])

    def cancel(self, count: int) -> None:
        for key in list(self.booked.values())[:count]:
            self.post(self.client, "cancel", f"/api/v1/appointments/{key}/cancel/", {})

    def post(self, client: Client, door: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            status, answer = client.request("POST", path, json.dumps(body))
            said = json.loads(answer)
        except (OSError, http.client.HTTPException, ValueError) as broken:
            self.broken[type(broken).__name__] += 1
            return 0, {}
        self.met[door, status] += 1
        return status, said
