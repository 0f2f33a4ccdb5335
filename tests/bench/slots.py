"""
The search for slots beside django-appointment's, on the same data and the same engine, the same slots asserted first.

One member of staff there is one mechanic with a bench of their own here. Each round runs ours, then theirs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from backend.setup.speak import Halt
from booking.availability.needs import Work, work_at
from booking.availability.scan import slots_of
from booking.availability.search import find_first
from collective.timetable.hours import opening_periods, owner_key, weekly_ranges
from collective.timetable.models import Occupancy, Resource
from collective.workshops.models import Workshop
from tests.bench.beside import PEER, Peer, running_peer
from tests.bench.report import Median, Row, show, timed
from tests.bench.world import CODE, DAY, MINUTES, World, lay

ROUNDS = 5
FIRST_FEW = 20
COLUMNS = {
    "what": "what",
    "ours_ms": "ours ms",
    "ours_cpu_ms": "(work ms)",
    "ours_queries": "queries",
    "peer_ms": f"{PEER[0]} ms",
    "peer_cpu_ms": "(work ms)",
    "peer_queries": "queries",
    "ratio": "ratio",
    "aim": "aim",
    "slots": "slots",
}
Answer = list[tuple[Work, datetime]]  # each start, with the work at its workshop
Said = list[tuple[int, str]]  # workshop, start as the clock on its wall says


class Question:
    """What both are asked: ours as a call, theirs as the rows that stand for the same people and days."""

    def __init__(self, what: str, aim: int, ask: Callable[[], Answer], theirs: dict[str, Any], runs: int) -> None:
        self.what, self.aim, self.ask, self.theirs, self.runs = what, aim, ask, theirs, runs


def compare(python: Path | None, folder: Path, *, at: datetime) -> list[Row]:
    """Measure one engine, in the test database that Django is set up over; without the peer's Python, ours alone."""
    alone = lay(mechanics=1, each=1, at=at)
    alone.workshops[0].lat += 2  # out of the way of the others
    Workshop.objects.bulk_update(alone.workshops, ["lat"])
    world = lay(mechanics=100, each=5, at=at, seed=7)
    asked = questions(alone, world)
    if python is None:
        rows = [ours(question) for question in asked]
    else:
        with running_peer(python, folder) as peer:
            feed(peer, alone, world)
            rows = [beside(question, peer) for question in asked]
    show(f"Free slots, {connection.display_name}: medians of {ROUNDS} interleaved rounds", COLUMNS, rows)
    return rows


def questions(alone: World, world: World) -> list[Question]:
    one, five = alone.workshops[0], world.workshops[0]
    return [
        of_workshop("one mechanic, one day", 10, one, world, days=1, runs=5),
        of_workshop("five mechanics, a week", 300, five, world, days=7, runs=1),
        of_workshop("five mechanics, a month", 1000, five, world, days=30, runs=1),
        in_area(f"first {FIRST_FEW} of 100 mechanics", 500, world),
    ]


def of_workshop(what: str, aim: int, workshop: Workshop, world: World, *, days: int, runs: int) -> Question:
    offers = list(workshop.offers.filter(intervention__code=CODE).select_related("intervention"))
    work = work_at(workshop=workshop, offers=offers, bike_type="city")
    # From a Monday on: a closed day is no day's work.
    first = world.first + -world.first.weekday() % 7 * DAY if days < 30 else world.first

    def ask() -> Answer:
        found = slots_of(work=work, first=first, last=first + (days - 1) * DAY, at=world.at)
        return [(work, slot.starts_at) for slot in found]

    return Question(what, aim, ask, theirs([workshop], first.isoformat(), days, None), runs)


def in_area(what: str, aim: int, world: World) -> Question:
    question = world.question(mechanics=100)

    def ask() -> Answer:
        return [(first.work, first.slot.starts_at) for first in find_first(**question, count=FIRST_FEW)]

    return Question(what, aim, ask, theirs(world.workshops, world.first.isoformat(), 30, FIRST_FEW), 1)


def theirs(workshops: list[Workshop], first: str, days: int, count: int | None) -> dict[str, Any]:
    mechanics = Resource.objects.filter(workshop__in=workshops, kind=Resource.Kind.MECHANIC)
    place = dict(mechanics.values_list("mechanic_id", "workshop_id"))
    return {"staff": list(place), "place": place, "first": first, "days": days, "count": count}


def said(answer: Answer) -> Said:
    """Say the starts as the peer does, to compare them: neither side is timed while it words what it found."""
    return [
        (work.workshop.pk, starts_at.astimezone(work.workshop.zone).replace(tzinfo=None).isoformat())
        for work, starts_at in answer
    ]


def feed(peer: Peer, *worlds: World) -> None:
    """Give the peer the same people, hours, public holidays and visits."""
    sample, world = worlds[0].workshops[0], worlds[0]
    hours = {
        (one.weekday + 1) % 7: [clock(one.since), clock(one.until)]
        for one in weekly_ranges(owner=sample, on=world.first)
    }
    opening = opening_periods(owners=[sample], first=world.first, last=world.last + 7 * DAY)[owner_key(sample)]
    off = [day.isoformat() for day, periods in opening.items() if not periods and (day.weekday() + 1) % 7 in hours]
    workshops = [workshop for world in worlds for workshop in world.workshops]
    mechanics = Resource.objects.filter(workshop__in=workshops, kind=Resource.Kind.MECHANIC)
    visits = Occupancy.objects.filter(resource__in=mechanics).values_list(
        "resource__mechanic_id", "starts_at", "ends_at"
    )
    laid = peer.ask(
        "feed",
        staff=[resource.mechanic_id for resource in mechanics],
        hours=hours,
        days_off=off,
        visits=[local(sample, *visit) for visit in visits],
        minutes=MINUTES,
        step=sample.slot_step_minutes,
    )
    if laid["visits"] != len(visits):
        raise Halt(f"{PEER[0]} holds {laid['visits']} of {len(visits)} visits.")


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def local(workshop: Workshop, mechanic: int, starts_at: datetime, ends_at: datetime) -> list[Any]:
    start, end = (moment.astimezone(workshop.zone) for moment in (starts_at, ends_at))
    return [mechanic, start.date().isoformat(), start.time().isoformat(), end.time().isoformat()]


def beside(question: Question, peer: Peer) -> Row:
    answer = peer.ask("slots", times=0, **question.theirs)
    found = [(workshop, start) for workshop, start in answer["slots"]]
    mine = said(question.ask())
    demand_same(question, mine, found)
    rounds, peer_rounds = [], []
    for _ in range(ROUNDS):
        rounds.append(timed(question.ask, 5))
        peer_rounds.append(peer.ask("slots", times=question.runs, **question.theirs)["taken"])
    median, peer_median = Median.of(rounds), Median.of(peer_rounds)
    return ours(question, median) | {
        "peer_ms": peer_median.wall,
        "peer_cpu_ms": peer_median.cpu,
        "peer_queries": answer["queries"],
        "ratio": peer_median.wall / median.wall,
        "ratio_cpu": peer_median.cpu / median.cpu,
    }


def demand_same(question: Question, mine: Said, found: Said) -> None:
    """
    Of the first few, two that begin together may be cut either way: their moments must be the same.

    :raises Halt: when the two do not find the same slots, or none.
    """
    if question.theirs["count"]:
        same = [start for _workshop, start in mine] == [start for _workshop, start in found]
    else:
        same = sorted(mine) == sorted(found)
    if not same or not mine:
        differing = sorted(set(mine) ^ set(found))[:5]
        raise Halt(f"{question.what}: ours finds {len(mine)} slots, {PEER[0]} {len(found)}: {json.dumps(differing)}")


def ours(question: Question, median: Median | None = None) -> Row:
    found = len(question.ask())
    median = median or Median.of([timed(question.ask, 5) for _ in range(ROUNDS)])
    return {
        "what": question.what,
        "database": connection.vendor,
        "slots": found,
        "ours_ms": median.wall,
        "ours_cpu_ms": median.cpu,
        "ours_queries": queries_of(question.ask),
        "aim": question.aim,
    }


def queries_of(function: Callable[[], object]) -> int:
    count = 0

    def counting(execute: Callable[..., Any], *words: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*words)

    with connection.execute_wrapper(counting):
        function()
    return count
