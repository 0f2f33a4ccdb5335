"""Who waits for what a workshop has: first cheaply in the database, then by what was wished, then slot by slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import cos, radians

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from booking.appointments.models import Appointment
from booking.appointments.where import where_of
from booking.appointments.work import work_of
from booking.availability.near import FARTHEST_SERVED_KM, Wishes
from booking.availability.needs import Work, works_for
from booking.availability.scan import Slot
from booking.availability.search import slots_of
from booking.waiting.models import SlotOffer, Wait, WaitQuerySet
from collective.places.distance import bounding_box, distance_km
from collective.places.point import Point
from collective.workshops.models import Workshop
from collective.workshops.zones import serves

KM_A_DEGREE = 110.0  # of latitude, rounded down: a box a little wide lets none through that distance_km refuses
LEAST_GAIN = timedelta(minutes=30)  # to be moved up by less is not worth a mail


@dataclass(frozen=True)
class Freed:
    """The local days of a workshop on which time became free."""

    workshop: Workshop
    first: date
    last: date


def waiting_near(workshop: Workshop, *, first: date, last: date) -> WaitQuerySet:
    """
    Give the waits that this workshop might end with a slot from first to last, in order of joining: one indexed query.

    Boxes around points, not distances, and nothing of what is wished: `suits` judges that, one by one.
    """
    here = Q(workshop=None) | Q(workshop=workshop)
    search = Q(appointment=None, first__lte=last, last__gte=first) & here & _within_reach(workshop)
    begins = datetime.combine(first, datetime.min.time(), tzinfo=workshop.zone)
    earlier = Q(
        appointment__workshop=workshop, appointment__status__in=Appointment.OPEN, appointment__starts_at__gt=begins
    )
    return Wait.objects.waiting().filter(search | earlier).order_by("joined_at", "pk")


def without_an_offer(waits: WaitQuerySet) -> WaitQuerySet:
    """Leave out who has an offer to answer: one at a time."""
    unanswered = SlotOffer.objects.open_().filter(person=Lower(OuterRef("email")))
    return waits.exclude(Exists(unanswered))


def _within_reach(workshop: Workshop) -> Q:
    if workshop.is_itinerant:
        box = bounding_box(workshop.lat, workshop.lon, FARTHEST_SERVED_KM)
        return Q(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
    wide = KM_A_DEGREE * max(cos(radians(workshop.lat)) * 0.9, 0.01)  # of longitude, at the workshop or a little north
    return Q(
        lat__gte=workshop.lat - F("radius_km") / KM_A_DEGREE,
        lat__lte=workshop.lat + F("radius_km") / KM_A_DEGREE,
        lon__gte=workshop.lon - F("radius_km") / wide,
        lon__lte=workshop.lon + F("radius_km") / wide,
    )


def suits(wait: Wait, workshop: Workshop) -> bool:
    """Tell whether this workshop is near enough and is what was wished for; its work and slots are another question."""
    if wait.appointment is not None:
        return wait.appointment.workshop_id == workshop.pk
    if wait.workshop_id is not None and wait.workshop_id != workshop.pk:
        return False
    return wishes_of(wait).fit(workshop) and _reaches(wait, workshop)


def _reaches(wait: Wait, workshop: Workshop) -> bool:
    if workshop.is_itinerant:
        return serves(workshop, Point(wait.lat, wait.lon))
    return distance_km(wait, workshop) <= wait.radius_km


def wishes_of(wait: Wait) -> Wishes:
    wished = wait.wishes
    return Wishes(
        frozenset(wished.get("kinds", ())),
        wished.get("ebike_certified", False),
        wished.get("cargo", False),
        wished.get("step_free", False),
        wished.get("solidarity", False),
    )


def work_for(wait: Wait, workshop: Workshop) -> Work | None:
    """Return the work waited for as this workshop does it; None when it does not do all of it."""
    if wait.appointment is not None:
        return work_of(wait.appointment)
    works = works_for(
        interventions=wait.interventions,
        bike_type=wait.bike_type,
        workshops=[workshop],
        certification=wait.wishes.get("certification", ""),
    )
    return works.get(workshop.pk)


def comes_to(wait: Wait, workshop: Workshop) -> Point | None:
    """Return where a mechanic who travels would come; None where the customer does."""
    if wait.appointment is not None:
        return where_of(wait.appointment)
    return Point(wait.lat, wait.lon) if workshop.is_itinerant else None


@dataclass
class Searches:
    """The slots that became free, asked once for each kind of work: many people wait for the same."""

    freed: Freed
    at: datetime
    done: int = 0
    _works: dict[tuple[object, ...], Work | None] = field(default_factory=dict)
    _slots: dict[tuple[Work, Point | None], list[Slot]] = field(default_factory=dict)

    def slots_for(self, wait: Wait) -> tuple[Work, list[Slot]] | None:
        """Give the work waited for and the free slots that would do, in order; None when there are none."""
        work = self._work(wait)
        if work is None:
            return None
        asked = (work, comes_to(wait, self.freed.workshop))
        if asked not in self._slots:
            self.done += 1
            self._slots[asked] = slots_of(
                work=work, first=self.freed.first, last=self.freed.last, at=self.at, where=asked[1]
            )
        slots = [slot for slot in self._slots[asked] if is_wished(wait, slot, self.freed.workshop)]
        return (work, slots) if slots else None

    def _work(self, wait: Wait) -> Work | None:
        same = (wait.appointment_id, *wait.interventions, wait.bike_type, wait.wishes.get("certification", ""))
        if same not in self._works:
            self._works[same] = work_for(wait, self.freed.workshop)
        return self._works[same]


def is_wished(wait: Wait, slot: Slot, workshop: Workshop) -> bool:
    """Tell whether the slot begins when the person can come; for who is to be moved up, sooner than they have."""
    if wait.appointment is not None:
        return slot.starts_at <= wait.appointment.starts_at - LEAST_GAIN
    local = slot.starts_at.astimezone(workshop.zone)
    weekdays, wished = wait.wishes.get("weekdays", ()), wait.wishes
    return (
        wait.first <= local.date() <= wait.last
        and (not weekdays or local.weekday() in weekdays)
        and wished.get("from_hour", 0) <= local.hour
        and local.hour < wished.get("to_hour", 24)
    )


def begin_apart(slots: Iterable[Slot], known: Iterable[datetime], *, apart: timedelta) -> list[Slot]:
    """Leave out slots that begin less than `apart` from a known moment: a no to ten is a no to a quarter past."""
    moments = list(known)
    return [slot for slot in slots if all(abs(slot.starts_at - moment) >= apart for moment in moments)]
