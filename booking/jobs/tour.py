"""The day of a mechanic who comes to people: in travel order, when to leave, how far it is, what is too tight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from booking.appointments.models import Appointment
from collective.places.distance import distance_km
from collective.places.point import Point
from collective.places.shortest import round_km, shortest_round
from collective.places.travel import travel_minutes
from collective.timetable.ticks import local_midnight
from collective.workshops.models import Mechanic, Workshop

Status = Appointment.Status
ON_THE_ROAD = (Status.REQUESTED, Status.CONFIRMED, Status.DONE)
WORTH_SAYING_KM = 0.5  # a shorter detour is not worth a call to a customer


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit: there at `arrive_at`, at work from `starts_at` to `ends_at`, gone from `free_at` on."""

    appointment: Appointment
    where: Point | None
    arrive_at: datetime
    starts_at: datetime
    ends_at: datetime
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Leg:
    """
    The way to a stop, the last one back to the base. Minutes and kilometres of road; None when a point is not known.

    `short_minutes` is how much later than due one arrives when the visit before leaves too little time.
    """

    minutes: int | None
    km: float | None
    leave_at: datetime | None
    arrive_at: datetime | None
    short_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Shorter:
    """Another order of the same stops (their places in it), and what it would save on the road."""

    order: tuple[int, ...]
    km: float
    minutes: int


@dataclass(frozen=True, slots=True)
class Tour:
    """One mechanic's day: `legs[i]` leads to `stops[i]`, the last one home."""

    mechanic: Mechanic
    base: Point
    stops: tuple[Stop, ...]
    legs: tuple[Leg, ...]
    shorter: Shorter | None

    @property
    def km(self) -> float:
        return sum(leg.km or 0.0 for leg in self.legs)

    @property
    def minutes(self) -> int:
        return sum(leg.minutes or 0 for leg in self.legs)

    @property
    def is_whole(self) -> bool:
        """Whether every point is known."""
        return all(leg.km is not None for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Moved:
    """One appointment thought of at another time: nothing is written."""

    appointment: Appointment
    starts_at: datetime


def tours(*, workshop: Workshop, day: date, at: datetime, moved: Moved | None = None) -> list[Tour]:
    """
    Give the tour of each mechanic who goes out on the workshop's local day, by name; none when it does not travel.

    `moved` shows the same day as if that one began elsewhen. Two queries, whatever the number of visits.
    """
    if not workshop.is_itinerant:
        return []
    visits = _visits(workshop, day)
    if moved:
        visits = [visit for visit in visits if visit.pk != moved.appointment.pk]
        if moved.starts_at.astimezone(workshop.zone).date() == day:
            visits.append(_at(moved))
    mechanics = {m.pk: m for visit in visits for m in (visit.mechanic, visit.second_mechanic) if m}
    return [
        tour(mechanic=mechanic, workshop=workshop, visits=visits, at=at)
        for mechanic in sorted(mechanics.values(), key=lambda mechanic: (mechanic.name, mechanic.pk))
    ]


def tour(*, mechanic: Mechanic, workshop: Workshop, visits: Iterable[Appointment], at: datetime) -> Tour:
    """Order what this mechanic does of the visits, and reckon the ways between; the base is the workshop's point."""
    base = Point(workshop.lat, workshop.lon)
    stops = [stop for visit in visits if (stop := _stop(visit, mechanic, workshop))]
    stops.sort(key=lambda stop: (stop.starts_at, stop.appointment.pk))
    return Tour(mechanic, base, tuple(stops), _legs(mechanic, base, stops), _shorter(mechanic, base, stops, at=at))


def _visits(workshop: Workshop, day: date) -> list[Appointment]:
    begins = local_midnight(day, workshop.zone)
    ends = local_midnight(day + timedelta(days=1), workshop.zone)
    found = Appointment.objects.filter(
        Q(mechanic__isnull=False) | Q(second_mechanic__isnull=False),
        workshop=workshop,
        status__in=ON_THE_ROAD,
        starts_at__gte=begins,
        starts_at__lt=ends,
    )
    return list(found.select_related("mechanic", "second_mechanic").prefetch_related("lines"))


def _at(moved: Moved) -> Appointment:
    """A copy that nobody saves, at the other time."""
    visit = moved.appointment
    shift = moved.starts_at - visit.starts_at
    second_from = visit.second_from + shift if visit.second_from else None
    copy = Appointment(
        **{field.attname: getattr(visit, field.attname) for field in Appointment._meta.concrete_fields}
        | {"starts_at": moved.starts_at, "ends_at": visit.ends_at + shift, "second_from": second_from}
    )
    copy.mechanic, copy.second_mechanic = visit.mechanic, visit.second_mechanic
    return copy


def _stop(visit: Appointment, mechanic: Mechanic, workshop: Workshop) -> Stop | None:
    starts_at, ends_at = visit.starts_at, visit.ends_at
    if visit.second_mechanic_id and visit.second_from:
        if visit.mechanic_id == mechanic.pk:
            ends_at = visit.second_from
        elif visit.second_mechanic_id == mechanic.pk:
            starts_at = visit.second_from
    if mechanic.pk not in (visit.mechanic_id, visit.second_mechanic_id):
        return None
    where = None if visit.lat is None or visit.lon is None else Point(visit.lat, visit.lon)
    before, after = timedelta(minutes=workshop.buffer_before_minutes), timedelta(minutes=workshop.buffer_minutes)
    return Stop(visit, where, starts_at - before, starts_at, ends_at, ends_at + after)


def _legs(mechanic: Mechanic, base: Point, stops: Sequence[Stop]) -> tuple[Leg, ...]:
    legs: list[Leg] = []
    here: Point | None = base
    free_at: datetime | None = None
    for stop in stops:
        there = stop.where
        legs.append(_leg(mechanic, here, there, free_at=free_at, due_at=stop.arrive_at))
        here, free_at = there, stop.free_at
    if stops:
        legs.append(_leg(mechanic, here, base, free_at=free_at, due_at=None))
    return tuple(legs)


def _leg(
    mechanic: Mechanic, a: Point | None, b: Point | None, *, free_at: datetime | None, due_at: datetime | None
) -> Leg:
    """Leave just in time for what is due, and no sooner than free; home, as soon as free."""
    if a is None or b is None:
        return Leg(None, None, free_at, due_at)
    minutes = travel_minutes(a, b, speed_kmh=mechanic.speed_kmh, detour_percent=mechanic.detour_percent)
    km, ride = road_km(mechanic, distance_km(a, b)), timedelta(minutes=minutes)
    leave_at = free_at if due_at is None else due_at - ride
    assert leave_at
    if free_at and free_at > leave_at:
        return Leg(minutes, km, free_at, free_at + ride, short_minutes=-(-(free_at - leave_at) // timedelta(minutes=1)))
    return Leg(minutes, km, leave_at, leave_at + ride)


def road_km(mechanic: Mechanic, straight_km: float) -> float:
    return straight_km * mechanic.detour_percent / 100


def _shorter(mechanic: Mechanic, base: Point, stops: Sequence[Stop], *, at: datetime) -> Shorter | None:
    """Look for a shorter order of a day that has not begun and whose every point is known."""
    points = [stop.where for stop in stops if stop.where]
    if len(points) < max(len(stops), 2) or stops[0].starts_at <= at:
        return None
    order = shortest_round(base, points)
    better = [points[place] for place in order]
    saved = road_km(mechanic, round_km(base, points) - round_km(base, better))
    if saved < WORTH_SAYING_KM:
        return None
    return Shorter(tuple(order), saved, round(saved / mechanic.speed_kmh * 60))
