"""
What slots there are, worked out the slow way: a minute and a start at a time, on aware datetimes, with plain loops.

It imports nothing of the product. It knows a small world (people, benches, tools and what is taken of them) and the
rules as they are said to people:

- A workshop is open in its weekly ranges by the wall clock, not on public holidays if it says so, and then the
  exceptions hold in the order in which they were said. A person with hours of its own works within them.
- Time is sold in fives of minutes of the clock: one begun is taken, one not wholly open is closed. Nothing crosses
  local midnight.
- A slot starts when an opening of that local day begins or any number of steps later; after the notice, within the
  horizon.
- Someone able is free from the buffer before to the buffer after, and likewise a bench, which then is cleaned.
- Two share the work, where they may: the first the hardest lines, the second the others, at one bench.
- Whoever moves arrives from what they did before and reaches what they do after.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import asin, ceil, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
FIVE = timedelta(minutes=5)
DAY = timedelta(days=1)
# Public holidays in mainland France while the worlds of the tests last.
HOLIDAYS = {
    *((2026, 11, 1), (2026, 11, 11), (2026, 12, 25), (2027, 1, 1), (2027, 3, 29), (2027, 5, 1), (2027, 5, 6)),
    *((2027, 5, 8), (2027, 5, 17), (2027, 7, 14), (2027, 8, 15), (2027, 11, 1), (2027, 11, 11), (2026, 8, 15)),
}
COUNTED = {"hold", "appointment", "proposal", "offer"}
Spot = tuple[float, float]  # latitude, longitude
Range = tuple[int, int, int]  # weekday, minutes of the wall clock since, until


@dataclass
class Taken:
    starts_at: datetime
    ends_at: datetime
    reference: str
    reason: str = "appointment"
    expires_at: datetime | None = None
    spot: Spot | None = None


@dataclass
class Said:
    """An exception to the hours."""

    starts_at: datetime
    ends_at: datetime
    is_open: bool


@dataclass
class Person:
    skill: int
    certifications: list[str] = field(default_factory=list)
    limit: int | None = None
    speed_kmh: int = 15
    detour_percent: int = 130
    hours: list[Range] | None = None  # its own; none: whenever the workshop is open
    taken: list[Taken] = field(default_factory=list)


@dataclass
class Stand:
    kind: str
    cleaning: int = 0
    taken: list[Taken] = field(default_factory=list)


@dataclass
class Kit:
    """A shared tool, of a kind."""

    kind: int
    home: Spot
    hand_over: int = 15
    speed_kmh: int = 15
    detour_percent: int = 130
    taken: list[Taken] = field(default_factory=list)


@dataclass
class Piece:
    """One line of the work: its minutes alone, those for this type of bicycle if they differ, what it asks for."""

    minutes: int
    skill: int
    other_minutes: int | None = None
    is_ebike: bool = False
    borrows: int | None = None


@dataclass
class Left:
    """A bike left for a day."""

    day: date
    minutes: int
    skill: int
    expires_at: datetime | None = None


@dataclass
class World:
    zone: str
    at: datetime
    first: date
    last: date
    pieces: list[Piece]
    people: list[Person]
    stands: list[Stand]
    weekly: list[Range]
    kits: list[Kit] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    holidays: bool = False  # closed on them
    comes: bool = False  # to people
    door: Spot = (50.6311, 3.0586)
    where: Spot | None = None
    step: int = 15
    before: int = 0
    after: int = 0
    setup: int = 0
    two: bool = False
    notice: int = 60
    horizon: int = 62
    bike: str = "city"
    certification: str = ""
    sells_days: bool = False
    left: list[Left] = field(default_factory=list)


class Day:
    """One local day of a world: which minutes are open, whose fives are free."""

    def __init__(self, world: World, day: date) -> None:
        self.world = world
        self.day = day
        zone = ZoneInfo(world.zone)
        self.begins = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        after = day + DAY
        self.ends = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
        self.open = self._open_minutes()
        self.of_person = [self._within(person.hours) for person in world.people]
        self.spare = [self._spare(level) for level in range(1, 6)] if world.sells_days else []

    def _open_minutes(self) -> set[datetime]:
        world = self.world
        opened: set[datetime] = set()
        if not (world.holidays and (self.day.year, self.day.month, self.day.day) in HOLIDAYS):
            opened = self._by_the_clock(world.weekly)
        minute = self.begins
        while minute < self.ends:
            for said in world.said:
                if said.starts_at <= minute < said.ends_at:
                    if said.is_open:
                        opened.add(minute)
                    else:
                        opened.discard(minute)
            minute += MINUTE
        return opened

    def _by_the_clock(self, ranges: list[Range]) -> set[datetime]:
        """What clocks skip counts as if they had not changed yet; of what they repeat the first is meant."""
        zone = ZoneInfo(self.world.zone)
        found: set[datetime] = set()
        for weekday, since, until in ranges:
            if weekday != self.day.weekday():
                continue
            midnight = datetime(self.day.year, self.day.month, self.day.day)  # noqa: DTZ001 - of the wall clock
            minute = (midnight + since * MINUTE).replace(tzinfo=zone).astimezone(UTC)
            end = (midnight + until * MINUTE).replace(tzinfo=zone).astimezone(UTC)
            while minute < end:
                if self.begins <= minute < self.ends:
                    found.add(minute)
                minute += MINUTE
        return found

    def _within(self, hours: list[Range] | None) -> set[datetime]:
        return self.open if hours is None else self.open & self._by_the_clock(hours)

    def starts(self) -> list[datetime]:
        """Every moment at which a slot may start, were everybody free."""
        step = ceil(self.world.step / 5) * FIVE
        found = []
        minute = self.begins
        while minute < self.ends:
            if minute in self.open and (minute == self.begins or minute - MINUTE not in self.open):
                start = self._next_five(minute)
                end = minute
                while end in self.open and end < self.ends:
                    end += MINUTE
                while start + FIVE <= end:
                    found.append(start)
                    start += step
            minute += MINUTE
        return found

    def _next_five(self, minute: datetime) -> datetime:
        while (minute - self.begins) % FIVE:
            minute += MINUTE
        return minute

    def is_free(self, opened: set[datetime], taken: list[Taken], since: datetime, until: datetime) -> bool:
        """Every five minutes that the time touches is wholly open, and touched by nothing taken."""
        five = since - (since - self.begins) % FIVE
        while five < until:
            if any(five + n * MINUTE not in opened for n in range(5)):
                return False
            if any(self._counts(one) and one.starts_at < five + FIVE and five < one.ends_at for one in taken):
                return False
            five += FIVE
        return True

    def _counts(self, taken: Taken) -> bool:
        return taken.expires_at is None or taken.expires_at > self.world.at

    def is_full(self, person: Person) -> bool:
        begun = {
            one.reference
            for one in person.taken
            if self._counts(one) and one.reason in COUNTED and self.begins <= one.starts_at < self.ends
        }
        return person.limit is not None and len(begun) >= person.limit

    def left_for(self, person: Person) -> int:
        """How many fives one exact appointment with this person may take, where days are sold to bikes left there."""
        return min(self.spare[: person.skill]) if self.world.sells_days else 10_000

    def _spare(self, level: int) -> int:
        """How many fives nothing has taken of those with this skill or more."""
        fives = 0
        for person, opened in zip(self.world.people, self.of_person, strict=True):
            five = self.begins
            while person.skill >= level and five < self.ends:
                fives += self.is_free(opened, person.taken, five, five + FIVE)
                five += FIVE
        for bike in self.world.left:
            lives = bike.expires_at is None or bike.expires_at > self.world.at
            if bike.day == self.day and bike.skill >= level and lives:
                fives -= ceil(bike.minutes / 5)
        return fives


def slots(world: World) -> list[tuple[datetime, datetime]]:
    """Every slot of the world from its first to its last day, with its end, in order."""
    lengths = minutes_of(world)
    length = sum(lengths) * MINUTE
    found = []
    today = world.at.astimezone(ZoneInfo(world.zone)).date()
    day = world.first
    while day <= world.last:
        if today <= day <= today + world.horizon * DAY:
            seen = Day(world, day)
            found += [
                (start, start + length)
                for start in seen.starts()
                if start >= world.at + world.notice * MINUTE and can_start(seen, start, lengths)
            ]
        day += DAY
    return found


def minutes_of(world: World) -> list[int]:
    """The minutes of each piece at this visit: what is set up once counts in the longest of them only."""
    alone = [piece.minutes if piece.other_minutes is None else piece.other_minutes for piece in world.pieces]
    longest = alone.index(max(alone))
    return [
        minutes if place == longest or not world.setup else max(5, minutes - world.setup)
        for place, minutes in enumerate(alone)
    ]


def can_start(day: Day, start: datetime, lengths: list[int]) -> bool:
    world = day.world
    end = start + sum(lengths) * MINUTE
    if not _has_a_stand(day, start - world.before * MINUTE, end + world.after * MINUTE):
        return False
    if not all(_has_a_kit(world, kind, start, end) for kind in {piece.borrows for piece in world.pieces} - {None}):
        return False
    asked = list(zip(world.pieces, lengths, strict=True))
    if _has_a_person(day, asked, start, start - world.before * MINUTE, end + world.after * MINUTE):
        return True
    if not world.two or len(asked) < 2 or world.sells_days:
        return False
    hardest = sorted(asked, key=lambda one: (-one[0].skill, -one[1]))
    for count in range(1, len(hardest)):
        change = start + sum(minutes for _piece, minutes in hardest[:count]) * MINUTE
        first = _has_a_person(day, hardest[:count], start, start - world.before * MINUTE, change)
        if first and _has_a_person(day, hardest[count:], start, change, end + world.after * MINUTE):
            return True
    return False


def _has_a_person(day: Day, asked: list[tuple[Piece, int]], start: datetime, since: datetime, until: datetime) -> bool:
    world = day.world
    skill = max(piece.skill for piece, _minutes in asked)
    certification = world.certification if any(piece.is_ebike for piece, _minutes in asked) else ""
    fives = ceil((until - start) / FIVE) - (since - start) // FIVE
    for person, opened in zip(world.people, day.of_person, strict=True):
        if person.skill < skill or (certification and certification not in person.certifications):
            continue
        if day.is_full(person) or not day.is_free(opened, person.taken, since, until) or fives > day.left_for(person):
            continue
        if not world.comes or _fits(world, person, since, until):
            return True
    return False


def _fits(world: World, person: Person, since: datetime, until: datetime) -> bool:
    """Arrives from each job before, reaches each job after; the way from home is nobody's business."""
    here = world.where or world.door
    for one in person.taken:
        if one.expires_at is not None and one.expires_at <= world.at:
            continue
        way = travel(one.spot, here, person.speed_kmh, person.detour_percent) if one.spot else timedelta(0)
        if since < one.ends_at + way and one.starts_at < until + way:
            return False
    return True


def _has_a_stand(day: Day, since: datetime, until: datetime) -> bool:
    kinds = {"stand", "cargo", "lift"}
    if day.world.bike == "cargo":
        kinds = {"cargo", "lift"}
    if day.world.comes:
        kinds = {"van"}
    return any(
        stand.kind in kinds and day.is_free(day.open, stand.taken, since, until + stand.cleaning * MINUTE)
        for stand in day.world.stands
    )


def _has_a_kit(world: World, kind: int, start: datetime, end: datetime) -> bool:
    return any(kit.kind == kind and _kit_comes(world, kit, start, end) for kit in world.kits)


def _kit_comes(world: World, kit: Kit, start: datetime, end: datetime) -> bool:
    here = world.where if world.comes and world.where else world.door

    def way(spot: Spot) -> timedelta:
        return (
            timedelta(0)
            if spot == here
            else travel(spot, here, kit.speed_kmh, kit.detour_percent) + (kit.hand_over * MINUTE)
        )

    live = [one for one in kit.taken if one.expires_at is None or one.expires_at > world.at]
    for one in live:
        there = way(one.spot or kit.home)
        if start < one.ends_at + there and one.starts_at < end + there:
            return False
    if any(world.at < one.ends_at <= start for one in live):
        return True  # it comes from there
    stands = kit.home
    for one in sorted(live, key=lambda one: one.starts_at):
        if one.ends_at <= world.at:
            stands = one.spot or kit.home
    return start >= world.at + way(stands)


def travel(a: Spot, b: Spot, speed_kmh: int, detour_percent: int) -> timedelta:
    """The great circle, times the detour, at the speed, in minutes rounded up."""
    if a == b:
        return timedelta(0)
    lat_a, lat_b = radians(a[0]), radians(b[0])
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    km = 2 * 6371.0088 * asin(sqrt(half))
    return max(ceil(km * detour_percent / 100 * 60 / speed_kmh - 1e-6), 1) * MINUTE
