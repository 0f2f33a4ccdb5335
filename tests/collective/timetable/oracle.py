"""
What every free day should say, worked out minute by minute on the wall clock, without a line of the timetable's own.

Slow and plain: a day is a string of bytes, one a minute; hours are read from their texts, exceptions, bookings and
claims from their rows, and nothing is remembered but what the clocks show.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from opening_hours import OpeningHours
from schedule.models import Event

from collective.timetable.models import Claim, Occupancy, Resource
from collective.workshops.models import DropOffTerms, Workshop

A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - a text of hours names no zone
COUNTED = {"hold", "appointment", "proposal", "offer"}
Said = tuple[datetime, int, int, int, int, int, int]  # t0, ticks, bits, steps, longest, open, taken


@lru_cache(maxsize=4096)
def clock(day: date, zone_name: str) -> tuple[datetime, tuple[int, ...]]:
    """Give the day's first moment, and what the wall clock shows at each of its minutes, in minutes since midnight."""
    zone = ZoneInfo(zone_name)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - A_DAY
    while moment.astimezone(zone).date() < day:
        moment += 5 * A_MINUTE
    first, walls = moment, []
    while (local := moment.astimezone(zone)).date() == day:
        walls.append(local.hour * 60 + local.minute)
        moment += A_MINUTE
    return first, tuple(walls)


@lru_cache(maxsize=512)
def week_of(text: str) -> tuple[frozenset[int], ...]:
    """Give the wall-clock minutes that a weekly text opens, by weekday."""
    week: list[set[int]] = [set() for _weekday in range(7)]
    for starts_at, ends_at, state, _comment in OpeningHours(text).intervals(A_MONDAY, A_MONDAY + 7 * A_DAY):
        if str(state) == "open":
            for minute in range((starts_at - A_MONDAY) // A_MINUTE, (ends_at - A_MONDAY) // A_MINUTE):
                week[minute // 1440].add(minute % 1440)
    return tuple(map(frozenset, week))


@lru_cache(maxsize=4096)
def weekly_minutes(text: str, day: date, zone_name: str) -> bytes:
    _first, walls = clock(day, zone_name)
    minutes = week_of(text)[day.weekday()]
    return bytes(wall in minutes for wall in walls)


@lru_cache(maxsize=64)
def is_holiday(day: date) -> bool:
    return day in holidays.country_holidays("FR", years=day.year)


@dataclass
class Owned:
    """What was said of one calendar: weeks in order, and exceptions in the order in which they were said."""

    seasons: list[tuple[datetime, str]] = field(default_factory=list)
    exceptions: list[tuple[datetime, datetime, bool]] = field(default_factory=list)


class Oracle:
    """The truth at one moment, read once; then asked for any row."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.workshops = {one.pk: one for one in Workshop.objects.all()}
        self.terms = {one.workshop_id: one for one in DropOffTerms.objects.filter(is_on=True)}
        self.resources = list(Resource.objects.select_related("mechanic").order_by("pk"))
        self.stocks = {one.workshop_id for one in self.resources if one.kind == "drop_off"}
        self.said: dict[int | None, Owned] = defaultdict(Owned)
        for event in Event.objects.exclude(title="weekly").order_by("pk"):
            if event.title == "season":
                self.said[event.calendar_id].seasons.append((event.start, event.description))
            else:
                self.said[event.calendar_id].exceptions.append((event.start, event.end, event.title == "open"))
        self.occupancies: dict[int, list[Occupancy]] = defaultdict(list)
        self.claims: dict[int, list[Claim]] = defaultdict(list)
        self.late: dict[int, set[date]] = defaultdict(set)
        for occupancy in Occupancy.objects.select_related("resource"):
            if self.lives(occupancy):
                self.occupancies[occupancy.resource_id].append(occupancy)
            else:
                self._late(occupancy.resource.workshop_id, occupancy.starts_at, occupancy.ends_at)
        for claim in Claim.objects.select_related("resource"):
            if self.lives(claim):
                self.claims[claim.resource.workshop_id].append(claim)
            else:  # those who stay overnight may meet it, came they long before
                terms = self.terms.get(claim.resource.workshop_id)
                days = range(-60 if terms and terms.return_days else 0, (claim.leaves_on - claim.day).days + 1)
                self.late[claim.resource.workshop_id].update(claim.day + n * A_DAY for n in days)
        self._open: dict[tuple[int, date], bytes] = {}
        self._spare: dict[tuple[int, date], list[tuple[int, int, int]]] = {}

    def lives(self, one: Occupancy | Claim) -> bool:
        return one.expires_at is None or one.expires_at > self.at

    def _late(self, workshop: int, starts_at: datetime, ends_at: datetime) -> None:
        moment = starts_at
        while moment < ends_at:
            self.late[workshop].add(moment.astimezone(self.workshops[workshop].zone).date())
            moment += 5 * A_MINUTE

    def workshop_open(self, pk: int, day: date) -> bytes:
        """Say of each minute of the day whether the workshop is open."""
        if (pk, day) not in self._open:
            workshop = self.workshops[pk]
            said = self.said[workshop.calendar_id] if workshop.calendar_id else Owned()
            minutes = self._week(said, day, workshop, otherwise=0)
            if workshop.closed_on_holidays and is_holiday(day):
                minutes = bytearray(len(minutes))
            self._open[pk, day] = bytes(self._except(minutes, said, day, workshop))
        return self._open[pk, day]

    def _week(self, said: Owned, day: date, workshop: Workshop, *, otherwise: int) -> bytearray:
        first, walls = clock(day, workshop.timezone)
        texts = [text for since, text in sorted(said.seasons) if since <= first]
        return bytearray(
            weekly_minutes(texts[-1], day, workshop.timezone) if texts else bytes([otherwise]) * len(walls)
        )

    def _except(self, minutes: bytearray, said: Owned, day: date, workshop: Workshop) -> bytearray:
        for starts_at, ends_at, is_open in said.exceptions:
            paint(minutes, clock(day, workshop.timezone)[0], starts_at, ends_at, int(is_open))
        return minutes

    def resource_open(self, resource: Resource, day: date) -> bytes:
        minutes = self.workshop_open(resource.workshop_id, day)
        if resource.calendar_id is None:
            return minutes
        workshop, said = self.workshops[resource.workshop_id], self.said[resource.calendar_id]
        own = self._except(self._week(said, day, workshop, otherwise=1), said, day, workshop)
        return bytes(a & b for a, b in zip(minutes, own, strict=True))

    def taken(self, resource: Resource, day: date) -> bytes:
        first, walls = clock(day, self.workshops[resource.workshop_id].timezone)
        minutes = bytearray(len(walls))
        for one in self.occupancies[resource.pk]:
            paint(minutes, first, one.starts_at, one.ends_at, 1)
        return bytes(minutes)

    def open_and_taken(self, resource: Resource, day: date) -> tuple[list[bool], list[bool]]:
        """Say of each five minutes whether all of them are open, and whether any is taken."""
        opening, taken = self.resource_open(resource, day), self.taken(resource, day)
        fives = range(0, len(opening), 5)
        return [opening[n : n + 5] == b"\1\1\1\1\1" for n in fives], [1 in taken[n : n + 5] for n in fives]

    def spare(self, workshop: int, day: date) -> list[tuple[int, int, int]]:
        """Give, for skill 1 to 5, ticks that those who have it have open, have taken, and that claims need of them."""
        if (workshop, day) not in self._spare:
            self._spare[workshop, day] = self._count(workshop, day)
        return self._spare[workshop, day]

    def _count(self, workshop: int, day: date) -> list[tuple[int, int, int]]:
        found = []
        team = [
            (one.mechanic.skill_level, *self.open_and_taken(one, day))
            for one in self.resources
            if one.workshop_id == workshop and one.mechanic and one.retired_at is None
        ]
        for skill in range(1, 6):
            able = [(opening, taken) for level, opening, taken in team if level >= skill]
            found.append(
                (
                    sum(sum(opening) for opening, _taken in able),
                    sum(sum(a and b for a, b in zip(opening, taken, strict=True)) for opening, taken in able),
                    sum(
                        (one.minutes + 4) // 5
                        for one in self.claims[workshop]
                        if one.day == day and one.skill_level >= skill
                    ),
                )
            )
        return found

    def is_oversold(self, workshop: int, day: date) -> bool:
        return any(has < taken + claimed for has, taken, claimed in self.spare(workshop, day))

    def row(self, resource: Resource, day: date) -> Said:
        first, walls = clock(day, self.workshops[resource.workshop_id].timezone)
        if resource.kind == "drop_off":
            spare = self.spare(resource.workshop_id, day)
            rooms = self.rooms(resource.workshop_id, day)
            bits = int.from_bytes(struct.pack("<5H", *rooms), "little")
            return first, len(walls) // 5, bits, 0, rooms[0], spare[0][0], spare[0][2]
        opening, taken = self.open_and_taken(resource, day)
        free = [a and not b and not self.is_full(resource, day) for a, b in zip(opening, taken, strict=True)]
        longest = max((len(run) for run in "".join("x" if one else " " for one in free).split()), default=0)
        if resource.mechanic and resource.workshop_id in self.stocks:
            able_to = self.spare(resource.workshop_id, day)[: resource.mechanic.skill_level]
            longest = max(min(longest, *(has - booked - claimed for has, booked, claimed in able_to)), 0)
        both = sum(a and b for a, b in zip(opening, taken, strict=True))
        return first, len(walls) // 5, number(free), number(self.steps(resource, day)), longest, sum(opening), both

    def is_full(self, resource: Resource, day: date) -> bool:
        limit = resource.mechanic.daily_limit if resource.mechanic else None
        if limit is None:
            return False
        zone = self.workshops[resource.workshop_id].zone
        begun = {
            one.reference
            for one in self.occupancies[resource.pk]
            if one.reason in COUNTED and one.starts_at.astimezone(zone).date() == day
        }
        return len(begun) >= limit

    def steps(self, resource: Resource, day: date) -> list[bool]:
        minutes = self.workshop_open(resource.workshop_id, day)
        step = -(-self.workshops[resource.workshop_id].slot_step_minutes // 5)
        starts = [False] * (len(minutes) // 5)
        place = 0
        for run in minutes.replace(b"\0", b" ").split(b" "):
            for tick in range(-(-place // 5), (place + len(run)) // 5, step):
                starts[tick] = True
            place += len(run) + 1
        return starts

    def rooms(self, workshop: int, day: date) -> list[int]:
        terms, leaves_on = self.terms.get(workshop), self.leaves_on(workshop, day)
        if terms is None or leaves_on is None or not self.arrives(workshop, day, terms):
            return [0] * 5
        stay = day
        while stay <= leaves_on:
            if sum(one.day <= stay <= one.leaves_on for one in self.claims[workshop]) >= terms.storage_places:
                return [0] * 5
            stay += A_DAY
        lefts = [(has - taken) * terms.share_bp // 10000 - claimed for has, taken, claimed in self.spare(workshop, day)]
        return [max(min(lefts[:skill]), 0) for skill in range(1, 6)]

    def arrives(self, workshop: int, day: date, terms: DropOffTerms) -> bool:
        _first, walls = clock(day, self.workshops[workshop].timezone)
        opening = self.workshop_open(workshop, day)
        return any(
            terms.arrives_from <= wall < terms.arrives_until and is_open
            for wall, is_open in zip(walls, opening, strict=True)
        )

    def leaves_on(self, workshop: int, day: date) -> date | None:
        terms = self.terms.get(workshop)
        if terms is None or 1 not in self.workshop_open(workshop, day):
            return None
        left, back = terms.return_days, day
        while left:
            back += A_DAY
            if (back - day).days > 35 + 7 * terms.return_days:
                return None
            left -= 1 in self.workshop_open(workshop, back)
        return back


def paint(minutes: bytearray, first: datetime, starts_at: datetime, ends_at: datetime, value: int) -> None:
    """Set the minutes that lie in the period; all of ours begin and end on whole minutes."""
    since = max((starts_at - first) // A_MINUTE, 0)
    until = min((ends_at - first) // A_MINUTE, len(minutes))
    if since < until:
        minutes[since:until] = bytes([value]) * (until - since)


def number(bits: list[bool]) -> int:
    return sum(1 << place for place, is_set in enumerate(bits) if is_set)
