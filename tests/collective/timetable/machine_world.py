"""The little world of the machine: what there is at its beginning, and what holds at every moment of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from backend.lib.errors import RuleBroken
from collective.timetable.change_hours import (
    change_weekly_hours,
)
from collective.timetable.check import find_faults
from collective.timetable.free_days import extend_horizon
from collective.timetable.hours import Owner
from collective.timetable.models import FreeDay, Resource
from collective.timetable.sources import Due
from collective.workshops.models import Workshop
from tests.collective.timetable.oracle import A_DAY, Oracle, Said
from tests.factories import (
    BenchTimeFactory,
    CollectiveFactory,
    MechanicTimeFactory,
    OfferFactory,
    StaffFactory,
    ToolTimeFactory,
    UserFactory,
    WorkshopFactory,
)

# A zone, and a local day about which something happens to its clocks, to the year, or nothing at all.
AROUND = [
    ("Europe/Paris", date(2026, 10, 25)),
    ("Europe/Paris", date(2027, 3, 28)),
    ("Europe/Paris", date(2026, 11, 11)),
    ("Europe/Paris", date(2027, 5, 1)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/St_Johns", date(2026, 11, 1)),
    ("America/Havana", date(2027, 3, 14)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 12, 31)),
    ("Africa/Casablanca", date(2027, 2, 7)),
    ("Africa/Casablanca", date(2027, 3, 14)),
    ("Africa/Cairo", date(2027, 4, 30)),
    ("Pacific/Chatham", date(2027, 4, 4)),
    ("Pacific/Kiritimati", date(2026, 12, 25)),
    ("Atlantic/Azores", date(2027, 3, 28)),
]
# None begins or ends in the hours that clocks skip or repeat: what those mean is the matter of test_hours.
WEEKS = [
    "Mo-Su 08:00-12:00,14:00-19:00",
    "Mo-Su 00:00-24:00",
    "Mo-Fr 09:00-18:30",
    "Tu,Th,Sa,Su 10:00-12:05; We,Fr 13:00-24:00",
    "Mo-Sa 04:10-10:10,10:25-20:00",
    "off",
]
OWN_WEEKS = [*WEEKS, "24/7"]
MOST_TAKEN = 14  # at once: beyond, a day is full and every try alike
HORIZON = 3


class World(RuleBasedStateMachine):
    """Two workshops in two zones; one sells days and shares a tool with the other."""

    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.number = 0
        self.due: dict[str, Due] = {}
        self.is_consented = False
        self.oversold: set[tuple[int, date]] = set()

    def teardown(self) -> None:
        try:
            if hasattr(self, "at"):
                faults = self.faults()
                assert not faults, faults
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)

    @initialize(first=st.sampled_from(AROUND), second=st.sampled_from(AROUND), days_before=st.integers(0, 3))
    def open_two_workshops(self, first: tuple[str, date], second: tuple[str, date], days_before: int) -> None:
        zone, day = first
        self.at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC) - days_before * A_DAY
        together = CollectiveFactory(slug="together")
        self.owner = UserFactory()
        self.workshops = [
            WorkshopFactory(
                seller__collective=together,
                timezone=name,
                notice_minutes=0,
                horizon_days=HORIZON,
                buffer_minutes=buffer,
                accepted_at=self.at - A_DAY,
            )
            for name, buffer in ((zone, 0), (second[0], 10))
        ]
        for workshop in self.workshops:
            self.owner = StaffFactory(
                workshop=workshop, role="owner", **({"user": self.owner} if self.owner else {})
            ).user
            for skill in (2, 4):
                MechanicTimeFactory(mechanic__workshop=workshop, mechanic__skill_level=skill)
            BenchTimeFactory(bench__workshop=workshop)
            OfferFactory(workshop=workshop, intervention__code="PUNCTURE", intervention__skill_level=2, minutes=45)
        self.tool = ToolTimeFactory(tool__home=self.workshops[0], tool__hand_over_minutes=0)
        for workshop in self.workshops:
            change_weekly_hours(owner=workshop, hours=WEEKS[0], from_on=self.today(workshop), at=self.at)
        self.sell(self.workshops[0], share_bp=8000, return_days=1, storage_places=3)
        extend_horizon(at=self.at)

    # --- What there is ---------------------------------------------------------------------------------------

    def today(self, workshop: Workshop) -> date:
        return self.at.astimezone(workshop.zone).date()

    def workshop(self, index: int) -> Workshop:
        return Workshop.objects.select_related("drop_off").get(pk=self.workshops[index % 2].pk)

    def in_use(self, workshop: Workshop, *kinds: str) -> list[Resource]:
        found = Resource.objects.filter(workshop=workshop, kind__in=kinds, retired_at=None).order_by("pk")
        return list(found.select_related("workshop", "mechanic"))

    def owned(self, index: int) -> Owner:
        workshop = self.workshop(index)
        owners = [workshop, *self.in_use(workshop, "mechanic", "bench")]
        return owners[index // 2 % len(owners)]

    def moment(self, workshop: Workshop, minutes: int) -> datetime:
        day = self.today(workshop)
        return datetime(day.year, day.month, day.day, tzinfo=workshop.zone).astimezone(UTC) + timedelta(minutes=minutes)

    def new(self, kind: str = "v") -> str:
        """Give a reference never used: of a visit, whose mechanics are known (v), or of what has none (l)."""
        self.number += 1
        return f"{kind}:{self.number}"

    def one_of(self, index: int) -> str | None:
        """Give the reference of something taken, if anything is."""
        taken = sorted(self.due)
        return taken[index % len(taken)] if taken else None

    def attempt(self, step: Callable[[], Any]) -> Any:
        """Give what the step gives, None when it is refused: then nothing of it may be left."""
        with suppress(RuleBroken, IntegrityError), transaction.atomic():
            return step()
        self.steps["refused"] += 1
        return None

    # --- What holds at every moment --------------------------------------------------------------------------

    @invariant()
    def every_free_day_is_right(self) -> None:
        if not hasattr(self, "at"):
            return
        self.steps["steps"] += 1
        oracle = Oracle(self.at)
        by_id = {resource.pk: resource for resource in oracle.resources}
        today = {workshop.pk: self.today(workshop) for workshop in self.workshops}
        rows = FreeDay.objects.filter(resource__retired_at=None)
        seen = set()
        for row in rows:
            seen.add((row.resource_id, row.day))
            if row.day >= today[row.workshop_id] and row.day not in oracle.late[row.workshop_id]:
                due = oracle.row(by_id[row.resource_id], row.day)
                assert says(row) == due, (row.resource_id, row.day, by_id[row.resource_id].kind)
        self.nothing_is_lacking(oracle, seen)
        self.nothing_is_taken_twice(oracle)
        self.nothing_is_oversold(oracle)

    def nothing_is_lacking(self, oracle: Oracle, seen: set[tuple[int, date]]) -> None:
        for resource in oracle.resources:
            if resource.retired_at is None and resource.kind != "tool":
                workshop = oracle.workshops[resource.workshop_id]
                days = (self.today(workshop) + n * A_DAY for n in range(workshop.horizon_days))
                assert all((resource.pk, day) in seen for day in days)

    def nothing_is_taken_twice(self, oracle: Oracle) -> None:
        for taken in oracle.occupancies.values():
            in_order = sorted((one.starts_at, one.ends_at) for one in taken)
            assert all(one[1] <= other[0] for one, other in zip(in_order, in_order[1:], strict=False))

    def nothing_is_oversold(self, oracle: Oracle) -> None:
        """Unless hours were changed, or the team, after it was sold."""
        oversold = {
            (pk, self.today(workshop) + n * A_DAY)
            for pk, workshop in oracle.workshops.items()
            if pk in oracle.stocks
            for n in range(7)
            if oracle.is_oversold(pk, self.today(workshop) + n * A_DAY)
        }
        assert self.is_consented or oversold <= self.oversold, oversold - self.oversold
        self.oversold, self.is_consented = oversold, False

    def faults(self) -> list[str]:
        return list(find_faults(at=self.at, sources={"v:": lambda at: self.due.values()}))


def says(row: FreeDay) -> Said:
    """Give what a stored row says, in the oracle's words."""
    bits, steps = (int.from_bytes(bytes(raw), "little") for raw in (row.bits, row.steps))
    return row.t0, row.ticks, bits, steps, row.longest, row.open_ticks, row.taken_ticks
