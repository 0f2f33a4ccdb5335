"""
A process of ten clients, of twenty, who want the same slots at once: python -m tests.booking.availability.racer.

Prints one JSON object for test_race.py: who won each slot, and how many times each refusal or error was met.
"""

import json
import os
import sys
import threading
from collections import Counter
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup()

from django.db import connection  # noqa: E402 - Django is set up by then

from booking.availability.needs import work_at  # noqa: E402
from booking.availability.take import take_slot  # noqa: E402
from collective.workshops.models import Workshop  # noqa: E402


def race(workshop_id: int, at: datetime, wishes: dict[int, list[datetime]]) -> dict[str, object]:
    workshop = Workshop.objects.get(pk=workshop_id)
    work = work_at(workshop=workshop, offers=list(workshop.offers.select_related("intervention")), bike_type="city")
    wins: list[tuple[str, int]] = []
    met: Counter[str] = Counter()
    ready = threading.Barrier(len(wishes))

    def client(number: int) -> None:
        ready.wait()
        for starts_at in wishes[number]:
            try:
                take_slot(
                    work=work,
                    starts_at=starts_at,
                    reason="hold",
                    reference=f"hold:{number}-{starts_at:%d%H%M}",
                    expires_at=None,
                    at=at,
                )
            except Exception as error:
                met[f"{type(error).__name__}"] += 1
            else:
                wins.append((starts_at.isoformat(), number))
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"wins": wins, "met": dict(met)}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    moments = [datetime.fromisoformat(text) for text in asked["starts"]]
    apart = asked["of"] // asked["wanted_by"]  # client n wants every slot whose number is n, modulo this
    wanted = {number: moments[number % apart :: apart] for number in range(*asked["clients"])}
    json.dump(race(asked["workshop"], datetime.fromisoformat(asked["at"]), wanted), sys.stdout)
