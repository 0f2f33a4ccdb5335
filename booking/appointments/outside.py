"""Which open appointments fall outside the hours as they are now, and why: asked before a change of hours is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from booking.appointments.models import Appointment
from collective.timetable.derive import read_days
from collective.timetable.free_days import resources_of
from collective.timetable.hours import Opening, opening_periods, owner_key
from collective.timetable.models import Occupancy, Resource
from collective.timetable.periods import Period, subtract
from collective.timetable.ticks import local_midnight
from collective.workshops.models import Workshop

HAVE_HOURS = (Resource.Kind.MECHANIC, Resource.Kind.BENCH)


@dataclass(frozen=True, slots=True)
class Outside:
    """An open appointment that cannot take place as booked, and the sentence that says why."""

    appointment: Appointment
    why: str


def appointments_outside(*, workshop: Workshop, first: date, last: date, at: datetime) -> list[Outside]:
    """
    Return, in order of time, the open appointments of the local days `first` to `last` that today's hours shut out.

    An exact one: its mechanic, second mechanic or bench is not open for the whole of its work. A drop-off: the
    workshop is closed when the bicycle is to be left, or on the day it is promised back, or more was sold of the day
    than its mechanics have. What is over at `at` is left out. Asked inside a transaction that has changed hours, it
    answers for the changed ones. Four queries at most, ten where bicycles are left.
    """
    found = list(_open_between(workshop, first, last, at=at))
    if not found:
        return []
    taken = _taken_by(found)
    days = [day for one in found for day in _days_of(one, workshop)]
    owners = {taking.resource for takings in taken.values() for taking in takings}
    opening = opening_periods(owners=[workshop, *owners], first=min(days), last=max(days))
    left_on = {one.starts_at.astimezone(workshop.zone).date() for one in found if one.is_drop_off}
    hours = Hours(workshop, opening, at, _days_oversold(workshop, left_on, at=at))
    judged = ((one, hours.what_shuts_out(one, taken[one.reference])) for one in found)
    return [Outside(one, why) for one, why in judged if why]


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening of a workshop and of what its appointments take."""

    workshop: Workshop
    opening: Opening
    at: datetime
    oversold: frozenset[date]

    def what_shuts_out(self, appointment: Appointment, taken: Sequence[Occupancy]) -> str:
        """Say why the appointment cannot take place; nothing when it can."""
        if appointment.is_drop_off:
            return self._why_not_left(appointment)
        work = Period(appointment.starts_at, appointment.ends_at)
        if subtract([work], self._when_open(self.workshop)):
            return _("The workshop is closed then.")
        for taking in taken:
            # Its own part of the work: two mechanics take turns; buffers may lie outside the hours.
            own = Period(taking.starts_at, taking.ends_at).within(work)
            if own and subtract([own], self._when_open(taking.resource)):
                return _why_not_there(taking.resource)
        return ""

    def _why_not_left(self, appointment: Appointment) -> str:
        arrival = Period(appointment.starts_at, appointment.ends_at)
        is_left = arrival.ends_at <= self.at
        if not is_left and not any(arrival.overlaps(period) for period in self._when_open(self.workshop)):
            return _("The workshop is closed when the bicycle is to be left.")
        back_on = (appointment.ready_at or appointment.ends_at).astimezone(self.workshop.zone).date()
        if not self.opening[owner_key(self.workshop)][back_on]:
            return _("The workshop is closed on the day the bicycle is promised back.")
        if arrival.starts_at.astimezone(self.workshop.zone).date() in self.oversold:
            return _("There is too little time left for all the bicycles of that day.")
        return ""

    def _when_open(self, owner: Workshop | Resource) -> list[Period]:
        return [period for periods in self.opening[owner_key(owner)].values() for period in periods]


def _days_oversold(workshop: Workshop, days: Collection[date], *, at: datetime) -> frozenset[date]:
    """Give those of the days, from today on, of which more was sold to bicycles left than the mechanics have."""
    ahead = [day for day in days if day >= at.astimezone(workshop.zone).date()]
    if not ahead:
        return frozenset()
    reads = read_days(resources=resources_of([workshop]), first=min(ahead), last=max(ahead), at=at)
    return frozenset(read.day for read in reads if read.is_oversold and read.day in days)


def _why_not_there(resource: Resource) -> str:
    name = {"name": str(resource)}
    if resource.kind == Resource.Kind.MECHANIC:
        return _("%(name)s is not there then.") % name
    return _("%(name)s cannot be used then.") % name


def _open_between(workshop: Workshop, first: date, last: date, *, at: datetime) -> Iterable[Appointment]:
    begins, ends = local_midnight(first, workshop.zone), local_midnight(last + timedelta(days=1), workshop.zone)
    open_ones = workshop.appointments.filter(status__in=Appointment.OPEN, starts_at__lt=ends)
    ahead = Q(ends_at__gt=max(at, begins)) | Q(ready_at__gt=at, ready_at__gte=begins)
    return open_ones.filter(ahead).select_related("mechanic", "second_mechanic").order_by("starts_at", "pk")


def _days_of(appointment: Appointment, workshop: Workshop) -> tuple[date, date]:
    ends_at = max(appointment.ends_at, appointment.ready_at or appointment.ends_at)
    return appointment.starts_at.astimezone(workshop.zone).date(), ends_at.astimezone(workshop.zone).date()


def _taken_by(appointments: Sequence[Appointment]) -> dict[str, list[Occupancy]]:
    references = [one.reference for one in appointments if not one.is_drop_off]
    rows = Occupancy.objects.filter(reference__in=references, resource__kind__in=HAVE_HOURS)
    taken: dict[str, list[Occupancy]] = defaultdict(list)
    for row in rows.select_related("resource__workshop", "resource__mechanic", "resource__bench").order_by("pk"):
        taken[row.reference].append(row)
    return taken
