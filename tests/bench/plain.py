"""
A plain peer to measure against: slots as booking packages compute them.

Day by day and resource by resource it asks the database for the hours, then for the bookings, and steps through the
opening (django-appointment, Easy!Appointments and others go this way; 16-20 and 7 queries a day in the versions read).
Same rules as ours, none of our code for them: intervals of datetimes and nothing else.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from booking.availability.needs import Work
from collective.timetable.hours import opening_periods, owner_key
from collective.timetable.models import Occupancy, Resource


def plain_slots(*, work: Work, first: date, last: date, at: datetime) -> list[datetime]:
    """Give the starts of one workshop's free slots from first to last."""
    workshop = work.workshop
    found = []
    day = first
    while day <= last:
        (opening,) = opening_periods(owners=[workshop], first=day, last=day).values()
        mechanics = _free_by_kind(work, Resource.Kind.MECHANIC, day)
        benches = _free_by_kind(work, Resource.Kind.BENCH, day)
        for period in opening[day]:
            start = period.starts_at
            while start < period.ends_at:
                until = start + timedelta(minutes=work.minutes + workshop.buffer_minutes)
                late = start < at + workshop.notice
                if not late and _one_is_free(mechanics, start, until) and _one_is_free(benches, start, until):
                    found.append(start)
                start += timedelta(minutes=workshop.slot_step_minutes)
        day += timedelta(days=1)
    return found


def _free_by_kind(work: Work, kind: str, day: date) -> list[tuple[list, list]]:
    """Give, of each resource that can do the work, its opening and what is taken of it: two queries each."""
    can = Resource.objects.filter(workshop=work.workshop, kind=kind, retired_at=None).select_related("workshop")
    if kind == Resource.Kind.MECHANIC:
        can = can.filter(mechanic__skill_level__gte=work.skill_level)
    else:
        can = can.filter(bench__kind__in=work.bench_kinds)
    free = []
    for resource in can:
        opening = opening_periods(owners=[resource], first=day, last=day)[owner_key(resource)][day]
        around = datetime.combine(day, datetime.min.time(), tzinfo=work.workshop.zone)
        taken = Occupancy.objects.filter(
            resource=resource, starts_at__lt=around + timedelta(days=2), ends_at__gt=around - timedelta(days=1)
        )
        free.append((opening, list(taken)))
    return free


def _one_is_free(resources: list[tuple[list, list]], start: datetime, until: datetime) -> bool:
    return any(
        any(period.starts_at <= start and until <= period.ends_at for period in opening)
        and not any(one.starts_at < until and start < one.ends_at for one in taken)
        for opening, taken in resources
    )
