"""
The race: two servers, twenty people, and every slot wanted by all of them.

First the control: without locks and without the database's guard the same race must take slots twice, or the race
shows nothing. Then, over HTTP, people hold and book, move, want what expires and answer what the waiting list offers,
while two processes sweep. Each slot takes three resources: a mechanic, a bench and a tool of the collective.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.db.models import F

from backend.lib.clock import database_now
from backend.setup.speak import tell
from booking.appointments.models import Appointment, Hold
from booking.availability.needs import Work, work_at
from booking.availability.scan import slots_of
from booking.services.offers import Offer
from collective.sharing.models import SharingKey
from collective.timetable.check import find_faults
from collective.timetable.models import Occupancy, Resource
from collective.tools.models import Tool, ToolKind
from collective.workshops.models import Workshop
from tests.campaigns.control import double_bookings_without_guards
from tests.campaigns.person import Person
from tests.campaigns.result import Result
from tests.factories import open_workshop
from tests.servers import running, running_servers

PEOPLE, SERVERS = 20, 2
AT_EACH = 3  # occupancies a slot
CODE = "BLEED"
DAYS = 60
EVERY_HOUR = "Mo-Su 07:00-19:00"  # slots of half an hour, twelve a day
OF_THE_REST = 10  # one slot in so many is moved, expires or is freed for who waits
QUIET = 120  # seconds at most until the sweepers have nothing left to do


@dataclass(slots=True)
class Race:
    """One race: its people at its servers, and what must not have been."""

    workshop: Workshop
    people: list[Person]
    violations: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(sum(person.met.values()) for person in self.people)

    def demand(self, what: str, found: object, due: object) -> None:
        if found != due:
            self.violations.append(f"{connection.vendor}: {what}: {found}, and not {due}")

    def all_at_once(self, act: Callable[[Person], None]) -> None:
        with ThreadPoolExecutor(PEOPLE) as pool:
            list(pool.map(act, self.people))

    def free(self, count: int) -> list[str]:
        """The next `count` free slots, as the API says them."""
        at, work = database_now(), work_of(self.workshop)
        first = local_day(self.workshop, at) + timedelta(days=2)  # a day that may still be cancelled
        slots = slots_of(work=work, first=first, last=first + timedelta(days=DAYS - 3), at=at, limit=count)
        self.demand("slots to race for", len(slots), count)
        return [slot.starts_at.isoformat() for slot in slots]


def run(slots: int) -> Result:
    """Race for so many slots; a tenth of that are then moved to, expire, and are freed for who waits."""
    began = time.monotonic()
    workshop = lay(at=database_now())
    violations = []
    twice = double_bookings_without_guards(workshop, work_of(workshop), at=database_now())
    tell(f"  control, without locks and guard: {twice} occupancies overlap")
    if not twice:
        violations.append("the control, without locks and without guard, took nothing twice: the race shows nothing")
    race = Race(workshop, [])
    deadlocks = deadlocks_so_far()
    with TemporaryDirectory(prefix="moyeu-race-") as folder:
        log = Path(folder) / "servers.log"
        with running_servers(SERVERS, log=log) as servers, sweeping(log, Path(folder)):
            race.people = [Person(number, servers[number % SERVERS], workshop.slug, CODE) for number in range(PEOPLE)]
            for act in (hold_and_book, move, expire, wait_for_others):
                since = time.monotonic()
                act(race, slots if act is hold_and_book else max(slots // OF_THE_REST, 1))
                tell(f"  {act.__name__}: {time.monotonic() - since:.0f} s, {race.count} requests so far")
        race.all_at_once(Person.leave)
        judge(race, log.read_text(errors="replace"))
    race.demand("deadlocks", deadlocks_so_far() - deadlocks, 0)
    return Result("race", race.count, violations + race.violations, time.monotonic() - began, "requests")


def lay(*, at: datetime) -> Workshop:
    """Make a workshop with one mechanic, one bench, and work for which the collective's only tool is needed."""
    workshop = open_workshop(
        at=at,
        hours=EVERY_HOUR,
        days=DAYS,
        offers={CODE: 30},
        slot_step_minutes=60,
        horizon_days=DAYS,
        closed_on_holidays=False,
        pay_now=Workshop.PayNow.COUNTER,
        email="atelier@example.org",
    )
    kind = ToolKind.objects.create(code="race-kit", name_fr="Purge", name_en="Bleed kit", price_cents=9000)
    tool = Tool.objects.create(collective=workshop.collective, kind=kind, name="Purge", home=workshop)
    Resource.objects.create(workshop=workshop, kind=Resource.Kind.TOOL, tool=tool)
    Offer.objects.filter(workshop=workshop).update(borrows=kind)
    SharingKey.objects.create(
        collective=workshop.collective, valid_from=date(2026, 1, 1), name="2026", fund_bp=0, platform_bp=0
    )
    return workshop


def work_of(workshop: Workshop) -> Work:
    offers = list(workshop.offers.select_related("intervention"))
    return work_at(workshop=workshop, offers=offers, bike_type="city")


def local_day(workshop: Workshop, moment: datetime) -> date:
    return moment.astimezone(workshop.zone).date()


@contextmanager
def sweeping(log: Path, folder: Path) -> Iterator[None]:
    """Let two processes make the rounds, one after the other without a pause."""
    command = ["-m", "tests.campaigns.sweeper"]
    with running(command, command, log=log, MOYEU_VAR_DIR=str(folder)):
        yield


def hold_and_book(race: Race, count: int) -> None:
    """All want all slots: one gets each, and sends the order twice at once, as an impatient finger does."""
    starts = race.free(count)
    race.all_at_once(lambda person: [person.hold_and_book(one) for one in starts] and None)
    met = sum((person.met for person in race.people), Counter[tuple[str, int]]())
    race.demand("slots held", met["holds", 201], count)
    race.demand("people told that the slot is taken", met["holds", 409], count * (len(race.people) - 1))
    booked = Appointment.objects.filter(status=Appointment.Status.CONFIRMED)
    race.demand("booked, each once", sorted(booked_starts(booked)), sorted(starts))


def booked_starts(rows: Any) -> list[str]:
    return [moment.isoformat() for moment in rows.values_list("starts_at", flat=True)]


def move(race: Race, count: int) -> None:
    """All want to move one of their appointments to the same slots."""
    before = Appointment.objects.filter(status=Appointment.Status.CONFIRMED).count()
    starts = race.free(count)
    moved_before = sum(person.met["move", 200] for person in race.people)
    race.all_at_once(lambda person: [person.move(one) for one in starts] and None)
    race.demand("moved", sum(person.met["move", 200] for person in race.people) - moved_before, count)
    booked = Appointment.objects.filter(status=Appointment.Status.CONFIRMED)
    race.demand("appointments after the moves", booked.count(), before)
    race.demand("slots moved to", booked.filter(starts_at__in=starts).count(), count)


def expire(race: Race, count: int) -> None:
    """Slots are held, their holds run out, and all want them while the sweepers clear them away."""
    starts = race.free(count)
    first = race.people[0]
    tokens = [token for one in starts if (token := first.hold(one))]
    race.demand("slots held before they expire", len(tokens), count)
    past = database_now() - timedelta(seconds=1)
    Occupancy.objects.filter(reference__in=[f"hold:{token}" for token in tokens]).update(expires_at=past)
    Hold.objects.filter(token__in=tokens).update(expires_at=past)
    before = sum(person.met["holds", 201] for person in race.people)
    race.all_at_once(lambda person: [person.hold(one) for one in starts] and None)
    race.demand("expired slots held again", sum(person.met["holds", 201] for person in race.people) - before, count)


def wait_for_others(race: Race, count: int) -> None:
    """People wait; appointments are cancelled; what is offered is accepted twice at once."""
    from booking.waiting.models import SlotOffer

    join_waiting_list(race.workshop, count)
    race.all_at_once(lambda person: person.cancel(-(-count // len(race.people))))
    until = time.monotonic() + QUIET
    while SlotOffer.objects.count() < count and time.monotonic() < until:
        time.sleep(0.5)
    offers = list(SlotOffer.objects.select_related("wait"))
    race.demand("people offered a slot", len({offer.wait_id for offer in offers}), count)
    race.demand("slots offered, each once", len({offer.starts_at for offer in offers}), len(offers))
    accepted = accept_twice(race, offers)
    race.demand("appointments of who waited", len(accepted), count)


def join_waiting_list(workshop: Workshop, count: int) -> None:
    from booking.waiting.join import join_wait

    at = database_now()
    today = local_day(workshop, at)
    for number in range(count):
        join_wait(
            email=f"waiting{number}@example.org",
            phone="06 12 34 56 78",
            language="fr",
            lat=workshop.lat,
            lon=workshop.lon,
            radius_km=5,
            interventions=[CODE],
            bike_type="city",
            first=today,
            last=today + timedelta(days=DAYS - 2),
            workshop=workshop,
            at=at,
        )


def accept_twice(race: Race, offers: Sequence[Any]) -> set[int]:
    """Accept each offer from two threads; give the appointments."""
    from booking.waiting.accept import accept_offer

    accepted: set[int] = set()
    lock = threading.Lock()

    def accept(offer: Any) -> None:
        try:
            appointment = accept_offer(offer=offer, work_may_begin_early=True, at=database_now())
            with lock:
                accepted.add(appointment.pk)
        except Exception as error:
            race.violations.append(f"{connection.vendor}: accepting an offer: {type(error).__name__}: {error}")
        finally:
            connection.close()

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(accept, [offer for offer in offers for _twice in range(2)]))
    return accepted


def judge(race: Race, log: str) -> None:
    """What holds at the end, whatever was won: nothing twice, nothing half, no error."""
    met = sum((person.met for person in race.people), Counter[tuple[str, int]]())
    race.demand("answers above 499", sum(count for (_door, status), count in met.items() if status >= 500), 0)
    race.demand("requests that broke", sum((person.broken for person in race.people), Counter[str]()), Counter())
    race.demand("tracebacks in the servers' words", log.count("Traceback"), 0)
    race.violations.extend(f"{connection.vendor}: {fault}" for fault in find_faults(at=database_now()))
    held = Occupancy.objects.values("reference").distinct().count()
    race.demand("resources taken", Occupancy.objects.count(), AT_EACH * held)
    overlapping = Occupancy.objects.filter(
        resource__occupancies__id__gt=F("id"),
        resource__occupancies__starts_at__lt=F("ends_at"),
        resource__occupancies__ends_at__gt=F("starts_at"),
    )
    race.demand("overlaps", overlapping.count(), 0)


def deadlocks_so_far() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
