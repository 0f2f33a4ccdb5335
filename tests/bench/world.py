"""
A world to measure in: workshops around a town, each with hours, mechanics, benches, and 64 % of their time taken.

Rows are laid in bulk: what a year of bookings would write one by one. Free days come from the product's own function,
given the opening of one workshop, since all have the same hours.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any

from django.db import connection
from django.db.models import Model

from backend.setup.speak import Halt
from booking.services.models import Intervention
from booking.services.offers import Offer
from collective.timetable.free_days import read_days, rebuild_timetable
from collective.timetable.hours import Opening, opening_periods, owner_key, set_weekly_hours
from collective.timetable.models import FreeDay, Occupancy, Resource
from collective.timetable.periods import Period
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Bench, Mechanic, Workshop
from tests.engines import without_guard
from tests.factories import LILLE, CollectiveFactory, InterventionFactory, SellerFactory, WorkshopFactory

HOURS = "Mo-Fr 09:00-18:00; Sa 10:00-16:00; PH off"  # one range a day: a peer knows no other
DAYS = 30
DAY = timedelta(days=1)
CODE, WITH_A_TOOL = "PUNCTURE", "BLEED"  # the second borrows a tool of the collective
MINUTES = 30
A_COLLECTIVE = 40  # workshops, that share
ITS_TOOLS = 4  # of the kind that WITH_A_TOOL borrows
A_VISIT = (60, 90, 120, 180)  # minutes
TAKEN = 0.64
KM_A_DEGREE = 111.2
AREA_KM, IN_AREA = 30.0, 1000  # so many mechanics live within so many km; as the square of the distance elsewhere
AT_ONCE = 20_000  # rows a statement
JUDGED = 1000  # of more mechanics the occupancies are too many for the guard to judge in a minute


@dataclass(slots=True)
class World:
    """What was laid: workshops from the middle of the town outwards, and the days that are open to searches."""

    at: datetime
    first: date
    workshops: list[Workshop] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)  # a mechanic, their bench, the next mechanic…
    tools: list[Resource] = field(default_factory=list)

    @property
    def last(self) -> date:
        return self.first + (DAYS - 1) * DAY

    def question(self, *, mechanics: int, code: str = CODE) -> dict[str, Any]:
        """What a person asks whose circle holds so many mechanics."""
        lat, lon = LILLE
        return {
            "lat": lat,
            "lon": lon,
            "radius_km": radius_of(mechanics),
            "interventions": [code],
            "bike_type": "city",
            "first": self.first,
            "last": self.last,
            "at": self.at,
        }


def radius_of(mechanics: int) -> float:
    return AREA_KM * math.sqrt(mechanics / IN_AREA)


def lay(*, mechanics: int, each: int, at: datetime, seed: int = 20261121) -> World:
    """Lay a world of that many mechanics, so many to `each` workshop, with a bench for every one of them."""
    world = World(at=at, first=at.date() + DAY)
    world.workshops = lay_workshops(mechanics // each, each)
    sample = world.workshops[0]
    set_weekly_hours(owner=sample, hours=HOURS, from_on=world.first - 60 * DAY)
    copy_hours(sample, world.workshops[1:])
    lay_offers(world.workshops)
    world.resources = lay_resources(world.workshops, each)
    opening = opening_periods(owners=[sample], first=world.first - DAY, last=world.last + DAY)[owner_key(sample)]
    world.tools = lay_tools(world.workshops)
    with without_guard(put_back=mechanics <= JUDGED):  # then all is judged at once
        insert(Occupancy, loans(world, opening, random.Random(seed)))
        middle = len(world.resources) // 4 * 2  # no bench without its mechanic
        parts = [world.resources[:middle], world.resources[middle:]]
        side_by_side([partial(lay_time, world, some, opening, seed + n) for n, some in enumerate(parts, start=1)])
    analyse()
    return world


def lay_time(world: World, resources: list[Resource], opening: dict[date, list[Period]], seed: int) -> None:
    """Lay what is taken of these resources, then their free days, which come from it."""
    insert(Occupancy, occupancies(resources, opening, random.Random(seed)))
    insert(FreeDay, free_days(world, resources, opening))


def side_by_side(parts: Sequence[Callable[[], None]]) -> None:
    """
    Do the parts at once, each in a process of its own; one after the other on SQLite, where one writes at a time.

    :raises Halt: when one breaks; its words are above.
    """
    if connection.vendor == "sqlite":
        for part in parts:
            part()
        return
    connection.close()  # no connection survives a fork
    children = [get_context("fork").Process(target=part) for part in parts]
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        raise Halt("The rows to measure could not be laid: what broke is above.")


def lay_workshops(count: int, each: int) -> list[Workshop]:
    """Spread them evenly over a disc, as the seeds of a sunflower lie."""
    lat, lon = LILLE
    made = []
    for place in range(count):
        if place % A_COLLECTIVE == 0:
            number = place // A_COLLECTIVE
            seller = SellerFactory(collective=CollectiveFactory(slug=f"collective-{count}-{number}"))
        km = radius_of((place + 0.5) * each)
        angle = place * math.pi * (3 - math.sqrt(5))
        made.append(
            WorkshopFactory.build(
                seller=seller,
                collective=seller.collective,
                lat=lat + km * math.cos(angle) / KM_A_DEGREE,
                lon=lon + km * math.sin(angle) / KM_A_DEGREE / math.cos(math.radians(lat)),
            )
        )
    return Workshop.objects.bulk_create(made, batch_size=1000)


def copy_hours(sample: Workshop, others: Sequence[Workshop]) -> None:
    from schedule.models import Calendar, Event  # django-scheduler's rows, as hours.py wrote them for the first

    events = list(Event.objects.filter(calendar_id=sample.calendar_id))
    slugs = [f"workshop-{workshop.pk}" for workshop in others]
    calendars = Calendar.objects.bulk_create([Calendar(name=slug, slug=slug) for slug in slugs], batch_size=2000)
    for workshop, calendar in zip(others, calendars, strict=True):
        workshop.calendar = calendar
    Workshop.objects.bulk_update(others, ["calendar"], batch_size=500)
    fields = ("start", "end", "title", "description", "rule_id", "end_recurring_period")
    Event.objects.bulk_create(
        [
            Event(calendar=calendar, **{name: getattr(event, name) for name in fields})
            for calendar in calendars
            for event in events
        ],
        batch_size=2000,
    )


def lay_offers(workshops: Sequence[Workshop]) -> None:
    kind, _made = ToolKind.objects.get_or_create(
        code="bleed-kit", defaults={"name_fr": "Purge", "name_en": "Bleed kit", "price_cents": 9000}
    )
    for code, borrowed in ((CODE, None), (WITH_A_TOOL, kind)):
        intervention = InterventionFactory(code=code)
        assert isinstance(intervention, Intervention)
        what = {"intervention": intervention, "borrows": borrowed, "minutes": MINUTES, "labour_cents": 1500}
        Offer.objects.bulk_create([Offer(workshop=workshop, **what) for workshop in workshops], batch_size=2000)


def lay_tools(workshops: Sequence[Workshop]) -> list[Resource]:
    """Give each collective ITS_TOOLS, at home at as many workshops."""
    homes = [one for place, one in enumerate(workshops) if place % A_COLLECTIVE % (A_COLLECTIVE // ITS_TOOLS) == 0]
    kind = ToolKind.objects.get(code="bleed-kit")
    tools = Tool.objects.bulk_create(
        [Tool(collective=home.collective, kind=kind, name="Purge", home=home) for home in homes]
    )
    kits = [Resource(workshop=tool.home, kind=Resource.Kind.TOOL, tool=tool) for tool in tools]
    return Resource.objects.bulk_create(kits)


def lay_resources(workshops: Sequence[Workshop], each: int) -> list[Resource]:
    """Give, workshop by workshop, each mechanic's resource followed by that of the bench they always stand at."""
    seats = [(workshop, place) for workshop in workshops for place in range(each)]
    mechanics = Mechanic.objects.bulk_create(
        [Mechanic(workshop=workshop, name=f"M{place}", skill_level=4) for workshop, place in seats], batch_size=2000
    )
    benches = Bench.objects.bulk_create(
        [Bench(workshop=workshop, name=f"B{place}") for workshop, place in seats], batch_size=2000
    )
    pairs = zip(mechanics, benches, strict=True)
    resources = [resource for mechanic, bench in pairs for resource in pair(mechanic, bench)]
    return Resource.objects.bulk_create(resources, batch_size=2000)


def pair(mechanic: Mechanic, bench: Bench) -> tuple[Resource, Resource]:
    return (
        Resource(workshop=mechanic.workshop, kind=Resource.Kind.MECHANIC, mechanic=mechanic),
        Resource(workshop=bench.workshop, kind=Resource.Kind.BENCH, bench=bench),
    )


def occupancies(
    resources: list[Resource], opening: dict[date, list[Period]], dice: random.Random
) -> Iterator[dict[str, Any]]:
    """Give the visits to each mechanic at their bench: a shop that is well booked."""
    for mechanic, bench in zip(resources[::2], resources[1::2], strict=True):
        for day, periods in opening.items():
            for place, visit in enumerate(visit for period in periods for visit in visits(period, dice)):
                row = {"starts_at": visit.starts_at, "ends_at": visit.ends_at, "reason": Occupancy.Reason.APPOINTMENT}
                row["reference"] = f"appointment:{mechanic.pk}-{day.toordinal()}-{place}"
                yield row | {"resource_id": mechanic.pk}
                yield row | {"resource_id": bench.pk}


def loans(world: World, opening: dict[date, list[Period]], dice: random.Random) -> Iterator[dict[str, Any]]:
    """Give the visits for which each tool is lent, at its home: as many as a mechanic has."""
    for number, tool in enumerate(world.tools):
        for day, periods in opening.items():
            for place, visit in enumerate(visit for period in periods for visit in visits(period, dice)):
                yield {
                    "resource_id": tool.pk,
                    "starts_at": visit.starts_at,
                    "ends_at": visit.ends_at,
                    "reason": Occupancy.Reason.APPOINTMENT,
                    "reference": f"loan:{number}-{day.toordinal()}-{place}",
                    "lat": tool.workshop.lat,
                    "lon": tool.workshop.lon,
                }


def visits(opening: Period, dice: random.Random) -> Iterator[Period]:
    """Cut an opening into visits and pauses on the quarter of an hour, so that TAKEN of it is taken on average."""
    quarter = timedelta(minutes=15)
    mean_pause = sum(A_VISIT) / len(A_VISIT) * (1 - TAKEN) / TAKEN / 15  # quarters
    start = opening.starts_at + dice.randrange(round(1.4 * mean_pause)) * quarter
    while start < opening.ends_at:
        end = min(start + timedelta(minutes=dice.choice(A_VISIT)), opening.ends_at)
        yield Period(start, end)
        start = end + dice.randrange(round(2 * mean_pause) + 1) * quarter


def free_days(world: World, resources: list[Resource], opening: dict[date, list[Period]]) -> Iterator[dict[str, Any]]:
    """Compute rows by the product's own function, a few days of many resources at a time."""
    days = [day for day in opening if world.first <= day <= world.last]
    rest = iter(resources)
    while some := list(islice(rest, 2000)):
        owners = [*some, *{resource.workshop_id: resource.workshop for resource in some}.values()]
        for few in (days[start : start + 3] for start in range(0, len(days), 3)):
            known: Opening = dict.fromkeys(map(owner_key, owners), {day: opening[day] for day in few})
            for read in read_days(resources=some, first=few[0], last=few[-1], at=world.at, opening=known):
                yield values_of(read.as_row())


def values_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def insert(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Put many rows by the shortest way that the database has: COPY, or one statement for many."""
    rest = iter(rows)  # some at a time: what makes them asks the same connection
    while some := list(islice(rest, AT_ONCE)):
        fields = [model._meta.get_field(name.removesuffix("_id")) for name in some[0]]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
                    for row in some:
                        copy.write_row(list(row.values()))
                continue
            places = ", ".join(["%s"] * len(fields))
            values = [[f.get_db_prep_save(row[f.attname], connection) for f in fields] for row in some]
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})", values)


def analyse() -> None:
    """Let the database know what it holds, as it would by itself after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def check_sample(world: World, count: int = 3) -> None:
    """Assert that a rebuild of some workshops writes the very same free days, and that about TAKEN is taken."""
    some = [*world.workshops[:count], *world.workshops[-count:]]
    rows = FreeDay.objects.filter(workshop__in=some, day__range=(world.first, world.last)).order_by("resource", "day")
    before = [comparable(row) for row in rows]
    rebuild_timetable(workshops=some, first=world.first, last=world.last, at=world.at)
    after = [comparable(row) for row in rows.all()]
    assert before == after, "the free days that were laid are not those that rebuild_timetable writes"
    assert len(before) == len({resource.pk for resource in world.resources if resource.workshop in some}) * DAYS


def comparable(row: FreeDay) -> dict[str, Any]:
    return {
        field.attname: bytes(value) if isinstance(value := getattr(row, field.attname), memoryview) else value
        for field in FreeDay._meta.concrete_fields
        if not field.primary_key
    }


def share_taken(world: World) -> float:
    """Give the share of the opening of the resources near the middle that is taken, by the rows that searches read."""
    some = world.workshops[:40]
    opening = opening_periods(owners=some, first=world.first, last=world.last)
    total = sum(
        (period.ends_at - period.starts_at).total_seconds() / 300
        for workshop in some
        for periods in opening[owner_key(workshop)].values()
        for period in periods
    )
    each = len([resource for resource in world.resources if resource.workshop_id == some[0].pk])
    free = sum(
        int.from_bytes(bytes(bits)).bit_count()
        for bits in FreeDay.objects.filter(workshop__in=some).values_list("bits", flat=True)
    )
    return 1 - free / (total * each)
