"""What a workshop's pages show of an appointment: read once, so that templates neither ask nor reckon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from booking.appointments.models import Appointment
from booking.diagnosis.kept import KeptCause, KeptItem, read_kept
from booking.jobs.finish import what_forbids_finishing
from collective.members.models import User
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop

Status = Appointment.Status
ON_THE_LIST = (Status.REQUESTED, Status.CONFIRMED, Status.DONE, Status.NO_SHOW)


@dataclass(frozen=True)
class Visit:
    """One appointment on a list: `bench` is a name or empty, `cause` the likeliest one of its diagnosis."""

    appointment: Appointment
    bench: str
    cause: KeptCause | None
    symptom: str
    works: tuple[str, ...]
    photos: int
    paid_cents: int
    may_finish: bool

    @property
    def minutes(self) -> int:
        return int((self.appointment.ends_at - self.appointment.starts_at).total_seconds() // 60)

    @property
    def left_cents(self) -> int:
        return self.appointment.total_cents - self.paid_cents

    @property
    def mark(self) -> str:
        """How the time line draws it: asks, done or still to come."""
        if self.appointment.status == Status.REQUESTED:
            return "asks"
        return "" if self.appointment.status == Status.CONFIRMED else "done"


@dataclass(frozen=True)
class DayOfVisits:
    day: date
    visits: tuple[Visit, ...]


def visits_between(workshop: Workshop, first: date, last: date, *, by: User, at: datetime) -> list[Visit]:
    """Return the visits of the local days `first` to `last`, in order of time. Four queries."""
    begins = datetime.combine(first, time(), workshop.zone)
    ends = datetime.combine(last + timedelta(days=1), time(), workshop.zone)
    within = Q(starts_at__gte=begins, starts_at__lt=ends)
    return read_visits(workshop.appointments.filter(within, status__in=ON_THE_LIST), by=by, at=at)


def waiting_for_an_answer(workshop: Workshop, *, by: User, at: datetime) -> list[Visit]:
    requests = workshop.appointments.filter(status=Status.REQUESTED, starts_at__gt=at)
    return read_visits(requests, by=by, at=at)


def read_visits(appointments: QuerySet[Appointment], *, by: User, at: datetime) -> list[Visit]:
    found = list(
        appointments.select_related("workshop", "mechanic", "diagnosis", "payment")
        .prefetch_related("lines")
        .annotate(photo_count=Count("diagnosis__photos"))
        .order_by("starts_at", "pk")
    )
    benches = benches_of(found)
    return [read_visit(one, benches.get(one.reference, ""), by=by, at=at) for one in found]


def read_visit(appointment: Appointment, bench: str, *, by: User, at: datetime) -> Visit:
    items: Sequence[KeptItem] = read_kept(appointment.diagnosis) if appointment.diagnosis else ()
    causes = [cause for item in items[:1] for cause in item.shown[:1]]
    return Visit(
        appointment=appointment,
        bench=bench,
        cause=causes[0] if causes else None,
        symptom=items[0].name if items else "",
        works=tuple(line.name for line in appointment.lines.all()),
        photos=getattr(appointment, "photo_count", 0),
        paid_cents=appointment.payment.kept_cents if appointment.payment else 0,
        may_finish=what_forbids_finishing(appointment, by=by, at=at) is None,
    )


def benches_of(appointments: Iterable[Appointment]) -> dict[str, str]:
    taken = Occupancy.objects.filter(
        reference__in=[appointment.reference for appointment in appointments], resource__bench__isnull=False
    )
    return dict(taken.values_list("reference", "resource__bench__name"))


def by_local_day(visits: Iterable[Visit], workshop: Workshop) -> list[DayOfVisits]:
    days: dict[date, list[Visit]] = {}
    for visit in visits:
        days.setdefault(visit.appointment.starts_at.astimezone(workshop.zone).date(), []).append(visit)
    return [DayOfVisits(day, tuple(found)) for day, found in sorted(days.items())]
