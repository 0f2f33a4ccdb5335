"""What is free, computed from hours, occupancies and claims: one way for whoever reads, judges or writes it down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from collective.timetable.hours import Opening, Owner, opening_periods, owner_key
from collective.timetable.models import Claim, FreeDay, Occupancy, Resource
from collective.timetable.periods import Period
from collective.timetable.promises import Promise, days_ahead, promises_of, terms_of
from collective.timetable.rooms import LEVELS, MOST, Five, at_least, pack, room_ticks, spare_ticks
from collective.timetable.ticks import (
    TICK,
    local_day,
    longest_run,
    mark_open,
    mark_steps,
    mark_taken,
    ticks_of,
    to_bytes,
)
from collective.workshops.models import Workshop

A_DAY = timedelta(days=1)
Reason = Occupancy.Reason
COUNTED = frozenset({Reason.HOLD, Reason.APPOINTMENT, Reason.PROPOSAL, Reason.OFFER})  # towards a daily limit
WITH_DAYS = (Resource.Kind.MECHANIC, Resource.Kind.BENCH, Resource.Kind.DROP_OFF)
JUDGED_TOGETHER = (Resource.Kind.MECHANIC, Resource.Kind.DROP_OFF)


@dataclass(frozen=True, slots=True)
class ResourceDay:
    """
    One mechanic or bench on one local day: bitmaps of what is open, taken, and a start.

    `is_full`: a mechanic who has as many appointments as he takes in a day. `spare`, of a mechanic where days are sold:
    for each skill level, the ticks that nothing has taken of those who have it or more (`rooms.spare_ticks`).
    """

    resource: Resource
    day: date
    whole: Period
    opening: int
    taken: int
    steps: int
    is_full: bool = False
    spare: Five | None = None

    @property
    def free(self) -> int:
        return 0 if self.is_full else self.opening & ~self.taken

    @property
    def cap(self) -> int:
        """The most ticks that one exact appointment may take here, however many follow one another."""
        if self.spare is None or self.resource.mechanic is None:
            return MOST
        return max(min(self.spare[: self.resource.mechanic.skill_level]), 0)

    @property
    def is_oversold(self) -> bool:
        """Tell whether exact appointments and drop-offs take more than there is of the mechanics of his level."""
        if self.spare is None or self.resource.mechanic is None:
            return False
        return min(self.spare[: self.resource.mechanic.skill_level]) < 0

    def as_row(self) -> FreeDay:
        ticks = (self.whole.ends_at - self.whole.starts_at) // TICK
        return FreeDay(
            workshop_id=self.resource.workshop_id,
            resource=self.resource,
            day=self.day,
            t0=self.whole.starts_at,
            ticks=ticks,
            bits=to_bytes(self.free, ticks),
            steps=to_bytes(self.steps, ticks),
            longest=min(longest_run(self.free), self.cap),
            open_ticks=self.opening.bit_count(),
            taken_ticks=(self.opening & self.taken).bit_count(),
        )


@dataclass(frozen=True, slots=True)
class StockDay:
    """What a workshop still sells of one local day to bikes left there: ticks for each skill level."""

    resource: Resource
    day: date
    whole: Period
    opening: Five
    claimed: Five
    rooms: Five
    promise: Promise | None

    def as_row(self) -> FreeDay:
        return FreeDay(
            workshop_id=self.resource.workshop_id,
            resource=self.resource,
            day=self.day,
            t0=self.whole.starts_at,
            ticks=(self.whole.ends_at - self.whole.starts_at) // TICK,
            bits=pack(self.rooms),
            steps=b"",
            longest=self.rooms[0],
            open_ticks=min(self.opening[0], MOST),
            taken_ticks=min(self.claimed[0], MOST),
        )


def judged_together(resources: Iterable[Resource]) -> list[Resource]:
    """
    Give these resources, and where days are sold all mechanics and the stock of their workshops, by id: one query.

    What one of them sells is no longer there for the others: their rows are locked, judged and computed together.
    The workshop, its terms, the mechanic and the bench are at hand.
    """
    given = list(resources)
    selling = Resource.objects.filter(
        workshop__in={r.workshop_id for r in given if r.kind in JUDGED_TOGETHER}, kind=Resource.Kind.DROP_OFF
    )
    others = Q(workshop__in=selling.values("workshop"), kind__in=JUDGED_TOGETHER, retired_at__isnull=True)
    together = Resource.objects.filter(Q(pk__in=[r.pk for r in given]) | others)
    return list(together.select_related("workshop__drop_off", "mechanic", "bench").order_by("pk"))


def among_known(resources: Iterable[Resource], known: Sequence[Resource]) -> list[Resource]:
    """Give the same of resources all of which, with what is judged with them, are in `known`: no query."""
    given = {resource.pk for resource in resources}
    selling = {one.workshop_id for one in known if one.kind == Resource.Kind.DROP_OFF}
    judged = {one.workshop_id for one in known if one.pk in given and one.kind in JUDGED_TOGETHER} & selling
    return [
        one
        for one in known
        if one.pk in given or (one.workshop_id in judged and one.kind in JUDGED_TOGETHER and one.retired_at is None)
    ]


def read_days(
    *,
    resources: Sequence[Resource],
    first: date,
    last: date,
    at: datetime,
    ignoring: str | None = None,
    opening: Opening | None = None,
    together: Sequence[Resource] | None = None,
) -> list[ResourceDay]:
    """
    Read what hours and bookings say of these mechanics' and benches' days: three queries, two with the opening at hand,
    one with what `judged_together` gives of them as well.

    Where the workshop sells days, claims are one more. `ignoring` is a reference whose occupancies and claims count for
    nothing: a person's own hold. Of the others judged together nothing is given, but they count.
    """
    reading = _Reading(resources, first, last, at=at, ignoring=ignoring, opening=opening, together=together)
    return [reading.resource_day(resource, day) for resource, day in reading.wanted() if not _is_stock(resource)]


def read_stock(
    *, resources: Sequence[Resource], first: date, last: date, at: datetime, ignoring: str | None = None
) -> list[StockDay]:
    """Read what is left of the days that these stocks sell; the same queries, and two where bikes stay overnight."""
    reading = _Reading(resources, first, last, at=at, ignoring=ignoring)
    return [reading.stock_day(resource, day) for resource, day in reading.wanted() if _is_stock(resource)]


def read_rows(
    *, together: Sequence[Resource], first: date, last: date, at: datetime, opening: Opening | None = None
) -> list[ResourceDay | StockDay]:
    """Read both, of all that `judged_together` gave."""
    reading = _Reading(together, first, last, at=at, opening=opening, together=together)
    return [
        reading.stock_day(resource, day) if _is_stock(resource) else reading.resource_day(resource, day)
        for resource, day in reading.wanted()
    ]


def _is_stock(resource: Resource) -> bool:
    return resource.kind == Resource.Kind.DROP_OFF


class _Reading:
    """All that the days from first to last of these resources are computed from, fetched at once."""

    def __init__(
        self,
        resources: Sequence[Resource],
        first: date,
        last: date,
        *,
        at: datetime,
        ignoring: str | None = None,
        opening: Opening | None = None,
        together: Sequence[Resource] | None = None,
    ) -> None:
        self.first, self.last = first, last
        self.days = [first + n * A_DAY for n in range((last - first).days + 1)]
        together = judged_together(resources) if together is None else together
        self.resources = [one for one in together if one.kind in WITH_DAYS]
        asked = {resource.pk for resource in resources}
        self.asked = [resource for resource in self.resources if resource.pk in asked]
        self.workshops = {resource.workshop_id: resource.workshop for resource in self.resources}
        self.opening = self._opening(opening)
        self.wholes = {(pk, day): local_day(day, w.zone) for pk, w in self.workshops.items() for day in self.days}
        self.occupancies = self._occupancies(at, ignoring)
        self.claims = self._claims(at, ignoring)
        self.promises = self._promises()
        self._marks: dict[tuple[int, date], tuple[int, int]] = {}
        self._sums: dict[tuple[int, date], tuple[Five, Five, Five]] = {}

    def wanted(self) -> list[tuple[Resource, date]]:
        return [(resource, day) for resource in self.asked for day in self.days]

    def _opening(self, known: Opening | None) -> Opening:
        owners: list[Owner] = [*(one for one in self.resources if not _is_stock(one)), *self.workshops.values()]
        missing = [owner for owner in owners if known is None or owner_key(owner) not in known]
        read = opening_periods(owners=missing, first=self.first, last=self.last) if missing else {}
        return {**(known or {}), **read}

    def _occupancies(self, at: datetime, ignoring: str | None) -> dict[int, list[Occupancy]]:
        since = datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC) - A_DAY
        until = datetime(self.last.year, self.last.month, self.last.day, tzinfo=UTC) + 2 * A_DAY
        found = Occupancy.objects.live(at=at).filter(
            resource__in=[one.pk for one in self.resources if not _is_stock(one)],
            starts_at__lt=until,
            ends_at__gt=since,
        )
        if ignoring:
            found = found.exclude(reference=ignoring)
        by_resource: dict[int, list[Occupancy]] = defaultdict(list)
        for occupancy in found.only("resource_id", "starts_at", "ends_at", "reason", "reference"):
            by_resource[occupancy.resource_id].append(occupancy)
        return by_resource

    def _claims(self, at: datetime, ignoring: str | None) -> dict[int, list[Claim]]:
        """Claims by workshop: those of the days, and whose bikes are there until the last of the days goes back."""
        stocks = {one.pk: one.workshop_id for one in self.resources if _is_stock(one)}
        by_workshop: dict[int, list[Claim]] = {pk: [] for pk in stocks.values()}
        if stocks:
            until = self.last + max(days_ahead(self.workshops[pk]) for pk in by_workshop) * A_DAY
            found = Claim.objects.live(at=at).filter(resource__in=stocks, leaves_on__gte=self.first, day__lte=until)
            for claim in found.exclude(reference=ignoring) if ignoring else found:
                by_workshop[stocks[claim.resource_id]].append(claim)
        return by_workshop

    def _promises(self) -> dict[tuple[int, date], Promise]:
        """What is promised on these days, where the stock is asked for."""
        selling = {one.workshop_id: one.workshop for one in self.asked if _is_stock(one)}
        known = {pk: self.opening[owner_key(workshop)] for pk, workshop in selling.items()}
        return promises_of(selling.values(), known, first=self.first, last=self.last)

    def marks(self, resource: Resource, day: date) -> tuple[int, int]:
        """Give the bitmaps of what is open and what is taken."""
        key = (resource.pk, day)
        if key not in self._marks:
            whole = self.wholes[resource.workshop_id, day]
            taken = (Period(one.starts_at, one.ends_at) for one in self.occupancies[resource.pk])
            self._marks[key] = mark_open(self.opening[owner_key(resource)][day], whole), mark_taken(taken, whole)
        return self._marks[key]

    def sums(self, workshop: Workshop, day: date) -> tuple[Five, Five, Five]:
        """Give, by skill level and above, what the mechanics have open, what of it is taken, and what is claimed."""
        key = (workshop.pk, day)
        if key not in self._sums:
            marks = [
                (one.mechanic.skill_level, *self.marks(one, day))
                for one in self.resources
                if one.workshop_id == workshop.pk and one.mechanic and one.retired_at is None
            ]
            claims = [one for one in self.claims[workshop.pk] if one.day == day]
            self._sums[key] = (
                at_least((level, opening.bit_count()) for level, opening, _taken in marks),
                at_least((level, (opening & taken).bit_count()) for level, opening, taken in marks),
                at_least((one.skill_level, ticks_of(one.minutes)) for one in claims),
            )
        return self._sums[key]

    def resource_day(self, resource: Resource, day: date) -> ResourceDay:
        workshop, whole = resource.workshop, self.wholes[resource.workshop_id, day]
        opening, taken = self.marks(resource, day)
        spare = None
        if resource.mechanic and workshop.pk in self.claims:
            has, booked, claimed = self.sums(workshop, day)
            spare = spare_ticks(opening=has, taken=booked, claimed=claimed)
        steps = mark_steps(self.opening[owner_key(workshop)][day], whole, workshop.slot_step_minutes)
        return ResourceDay(
            resource, day, whole, opening, taken, steps, is_full=self._is_full(resource, whole), spare=spare
        )

    def _is_full(self, resource: Resource, whole: Period) -> bool:
        limit = resource.mechanic.daily_limit if resource.mechanic else None
        if limit is None:
            return False
        begun = {
            one.reference
            for one in self.occupancies[resource.pk]
            if one.reason in COUNTED and whole.starts_at <= one.starts_at < whole.ends_at
        }
        return len(begun) >= limit

    def stock_day(self, resource: Resource, day: date) -> StockDay:
        workshop = resource.workshop
        opening, taken, claimed = self.sums(workshop, day)
        promise, terms = self.promises.get((workshop.pk, day)), terms_of(workshop)
        rooms: Five = (0,) * len(LEVELS)
        if promise and terms and self._has_a_place(workshop, day, promise, terms.storage_places):
            rooms = room_ticks(opening=opening, taken=taken, claimed=claimed, share_bp=terms.share_bp)
        whole = self.wholes[workshop.pk, day]
        return StockDay(resource, day, whole, opening, claimed, rooms, promise)

    def _has_a_place(self, workshop: Workshop, day: date, promise: Promise, places: int) -> bool:
        """Tell whether a storage place is free on every day from the arrival to the return."""
        stay = (day + n * A_DAY for n in range((promise.leaves_on - day).days + 1))
        claims = self.claims[workshop.pk]
        return all(sum(one.day <= each <= one.leaves_on for one in claims) < places for each in stay)
