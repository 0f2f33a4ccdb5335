"""Twenty people at two servers of one database want a hundred slots, five each: one gets it, four are told so."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from booking.appointments.models import Appointment, Hold
from booking.availability.scan import slots_of
from collective.timetable.check import find_faults
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop
from tests.booking.web.conftest import work_of
from tests.servers import running_servers

PEOPLE, SERVERS, SLOTS = 20, 2, 100
WANTED_BY = 5  # people a slot, of both servers
APART = PEOPLE // WANTED_BY


class Person:
    """Somebody with an address of their own, at one of the servers; `met` counts the statuses they were answered."""

    def __init__(self, number: int, server: str, workshop: str) -> None:
        self.number, self.server, self.workshop = number, server, workshop
        self.session = requests.Session()
        self.met: Counter[tuple[str, int]] = Counter()

    def want(self, starts_at: str) -> None:
        """Hold the slot, and book what is held."""
        wanted = {"workshop": self.workshop, "interventions": ["PUNCTURE"], "starts_at": starts_at}
        held = self._post("holds", wanted)
        if held.status_code == 201:
            contact = {"email": f"person{self.number}@example.org", "phone": "06 12 34 56 78", "pay": "counter"}
            self._post("appointments", contact | {"hold": held.json()["token"], "work_may_begin_early": True})
        else:
            assert held.json()["code"] == "slot_taken", held.text

    def _post(self, door: str, body: dict[str, object]) -> requests.Response:
        # Limits are by address: a new one each time, as people behind a telephone network have.
        headers = {"X-Forwarded-For": f"10.{self.number}.{sum(self.met.values())}.1"}
        answer = self.session.post(f"{self.server}/api/v1/{door}/", json=body, headers=headers, timeout=60)
        self.met[door, answer.status_code] += 1
        return answer


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_each_slot_is_booked_by_one_person(make, at, tmp_path):
    workshop = make(pay_now=Workshop.PayNow.COUNTER, slot_step_minutes=30, horizon_days=29)
    starts = hundred_starts(workshop, at)
    log = tmp_path / "servers.log"

    with running_servers(SERVERS, log=log) as servers:
        people = [Person(number, servers[number % SERVERS], workshop.slug) for number in range(PEOPLE)]
        with ThreadPoolExecutor(PEOPLE) as pool:
            list(pool.map(lambda person: [person.want(one) for one in starts[person.number % APART :: APART]], people))

    met = sum((person.met for person in people), Counter())
    assert met == {("holds", 201): SLOTS, ("holds", 409): SLOTS * (WANTED_BY - 1), ("appointments", 201): SLOTS}
    booked = Appointment.objects.filter(status=Appointment.Status.CONFIRMED).values_list("starts_at", flat=True)
    assert sorted(moment.isoformat() for moment in booked) == starts
    assert Hold.objects.count() == SLOTS
    assert Occupancy.objects.count() == 2 * SLOTS  # a mechanic and a stand each
    assert list(find_faults(at=at)) == []
    assert "Traceback" not in log.read_text()


def hundred_starts(workshop: Workshop, at) -> list[str]:
    """Slots that do not touch: half an hour of work every half hour."""
    first = at.astimezone(workshop.zone).date() + timedelta(days=1)
    slots = slots_of(work=work_of(workshop), first=first, last=first + timedelta(days=9), at=at, limit=SLOTS)
    assert len(slots) == SLOTS
    return [slot.starts_at.isoformat() for slot in slots]
