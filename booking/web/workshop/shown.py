"""What a workshop's pages show of an appointment: read once, so that templates neither ask nor reckon."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.lib.money import decimal
from booking.appointments.models import Appointment, BikeType, Proposal
from booking.appointments.outside import appointments_outside
from booking.appointments.payments_of import paid_as_the_workshop_sees
from booking.diagnosis.kept import KeptCause, read_kept
from booking.jobs.finish import what_forbids_finishing_now
from booking.jobs.pick_up import card_cents, refused_cards
from booking.tenders.bill import left_by_reference
from collective.members.models import User
from collective.timetable.models import Occupancy
from collective.workshops.models import Workshop
from collective.workshops.roles import works_at

Status = Appointment.Status
ON_THE_LIST = (Status.REQUESTED, Status.CONFIRMED, Status.DONE, Status.NO_SHOW)
# The sprite draws six bicycles; a folding one and "other" pass for a city bike.
DRAWN = {BikeType.MOUNTAIN: "mtb", BikeType.CHILD: "kid", BikeType.FOLDING: "city", BikeType.OTHER: "city"}
VERY_LIKELY, LIKELY = 0.7, 0.4


@dataclass(frozen=True)
class Equipment:
    """What an appointment takes beside its hands, by name: a bench or none, tools borrowed from the collective."""

    bench: str = ""
    tools: tuple[str, ...] = ()


NOTHING = Equipment()
NOBODY: Mapping[int, str] = {}


@dataclass(frozen=True)
class Visit:
    """
    One appointment on a list: `cause` is the likeliest one of its diagnosis, `is_late` a bicycle promised before,
    `outside` why the hours as they are shut it out.
    """

    appointment: Appointment
    bench: str
    tools: tuple[str, ...]
    cause: KeptCause | None
    symptom: str
    works: tuple[str, ...]
    photos: int
    paid_cents: int
    card_cents: int
    may_finish: bool
    proposed: bool
    is_late: bool
    outside: str
    left_cents: int  # before it is done what the card leaves to the counter, then what the books say is owed
    form_key: str  # of the buttons that finish it: pressed twice, recorded once

    @property
    def left_typed(self) -> str:
        """The same for a field that people type into: "12,60" or "12.60"."""
        return number_format(decimal(self.left_cents), decimal_pos=2, use_l10n=True)

    @property
    def who(self) -> str:
        return self.appointment.name or self.appointment.email or self.appointment.phone

    @property
    def drawing(self) -> str:
        return DRAWN.get(BikeType(self.appointment.bike_type), self.appointment.bike_type)

    @property
    def sureness(self) -> str | Promise:
        share = self.cause.probability if self.cause else 0.0
        return _("very likely") if share >= VERY_LIKELY else _("likely") if share >= LIKELY else _("possible")

    @property
    def is_closed(self) -> bool:
        return self.appointment.status in (Status.DONE, Status.NO_SHOW)

    @property
    def mark(self) -> str:
        """How the time line draws it: asks, done or still to come."""
        if self.appointment.status == Status.REQUESTED:
            return "asks"
        return "done" if self.is_closed else ""


@dataclass(frozen=True)
class DayOfVisits:
    """A local day, its midnight for the templates' filters, and who comes."""

    day: date
    begins: datetime
    visits: tuple[Visit, ...]


@dataclass(frozen=True)
class DayAhead:
    day: date
    begins: datetime
    count: int


def midnight(day: date, workshop: Workshop) -> datetime:
    return datetime.combine(day, time(), workshop.zone)


def visits_between(workshop: Workshop, first: date, last: date, *, by: User, at: datetime) -> list[Visit]:
    """Return the visits of the local days `first` to `last`, both included, in order of time."""
    found = _within(workshop, first, last).filter(status__in=ON_THE_LIST)
    return read_visits(workshop, found, by=by, at=at, outside=outside_hours(workshop, first, last, at=at))


def left_at_the_workshop(workshop: Workshop, day: date, *, by: User, at: datetime) -> list[Visit]:
    """
    Return the bicycles left for the day that are, or are to be, on site on a local day: the first promised first.

    One that is promised and not done stays on today's list until it is.
    """
    begins, ends = midnight(day, workshop), midnight(day + timedelta(days=1), workshop)
    still_here = Q(ready_at__gte=begins) | Q(ready_at__lt=at) if begins <= at < ends else Q(ready_at__gte=begins)
    left = workshop.appointments.filter(still_here, status__in=Appointment.OPEN, starts_at__lt=ends)
    visits = read_visits(workshop, left, by=by, at=at, outside=outside_hours(workshop, day, day, at=at))
    return sorted(visits, key=lambda visit: (visit.appointment.ends_by, visit.appointment.pk))


def outside_hours(workshop: Workshop, first: date, last: date, *, at: datetime) -> dict[int, str]:
    """Return why the hours shut out open appointments of these local days, by id. Four queries at most."""
    found = appointments_outside(workshop=workshop, first=first, last=last, at=at)
    return {outside.appointment.pk: outside.why for outside in found}


def waiting_for_an_answer(workshop: Workshop, *, by: User, at: datetime) -> list[Visit]:
    """Return the requests that may still be answered, the most urgent first."""
    in_time = Q(answer_by__isnull=True) | Q(answer_by__gt=at)
    requests = workshop.appointments.filter(in_time, status=Status.REQUESTED)
    return sorted(
        read_visits(workshop, requests, by=by, at=at),
        key=lambda visit: visit.appointment.answer_by or visit.appointment.starts_at,
    )


def days_ahead(workshop: Workshop, first: date, last: date) -> list[DayAhead]:
    """Count who is expected on each local day from `first` to `last`; days without anybody are left out. One query."""
    expected = _within(workshop, first, last).filter(status__in=Appointment.OPEN).values_list("starts_at", flat=True)
    counts = Counter(moment.astimezone(workshop.zone).date() for moment in expected)
    return [DayAhead(day, midnight(day, workshop), count) for day, count in sorted(counts.items())]


def _within(workshop: Workshop, first: date, last: date) -> QuerySet[Appointment]:
    begins, ends = midnight(first, workshop), midnight(last + timedelta(days=1), workshop)
    return workshop.appointments.filter(starts_at__gte=begins, starts_at__lt=ends)


def read_visits(
    workshop: Workshop,
    appointments: QuerySet[Appointment],
    *,
    by: User,
    at: datetime,
    outside: Mapping[int, str] = NOBODY,
) -> list[Visit]:
    """Return what lists show of these appointments of `workshop`, in order of time. Ten queries, however many."""
    found = list(
        appointments.select_related("workshop", "mechanic", "second_mechanic", "diagnosis", "payment", "card")
        .prefetch_related("lines")
        .annotate(photo_count=Count("diagnosis__photos"), is_proposed=Exists(open_proposals(at=at)))
        .order_by("starts_at", "pk")
    )
    equipment, works_here = equipment_of(found), works_at(by, workshop)
    paid, refused = paid_as_the_workshop_sees(found), refused_cards(one.number for one in found)
    owed = left_by_reference(one.number for one in found if one.status == Status.DONE)
    return [
        read_visit(
            one,
            equipment,
            works_here=works_here,
            at=at,
            outside=outside.get(one.pk, ""),
            paid_cents=paid[one.pk],
            refused=refused,
            owed=owed,
        )
        for one in found
    ]


def open_proposals(*, at: datetime) -> QuerySet[Proposal]:
    return Proposal.objects.filter(appointment=OuterRef("pk"), state=Proposal.State.OPEN, expires_at__gt=at)


def read_visit(
    appointment: Appointment,
    equipment: Mapping[str, Equipment],
    *,
    works_here: bool,
    at: datetime,
    outside: str,
    paid_cents: int,
    refused: Collection[str],
    owed: Mapping[str, int],
) -> Visit:
    """Make a visit of its rows; `owed` is what the books say is left of finished ones, by number."""
    taken = equipment.get(appointment.reference, NOTHING)
    items = read_kept(appointment.diagnosis) if appointment.diagnosis else []
    causes = [cause for item in items[:1] for cause in item.shown[:1]]
    is_done, unpaid = appointment.status == Status.DONE, appointment.total_cents - paid_cents
    from_card = card_cents(appointment, unpaid, refused=refused) if appointment.is_open else 0
    return Visit(
        appointment=appointment,
        bench=taken.bench,
        tools=taken.tools,
        cause=causes[0] if causes else None,
        symptom=items[0].name if items else "",
        works=tuple(line.name for line in appointment.lines.all()),
        photos=getattr(appointment, "photo_count", 0),
        paid_cents=paid_cents,
        card_cents=from_card,
        may_finish=works_here and what_forbids_finishing_now(appointment, at=at) is None,
        proposed=getattr(appointment, "is_proposed", False),
        is_late=appointment.is_drop_off and appointment.is_open and appointment.ends_by < at,
        outside=outside,
        left_cents=owed.get(appointment.number, 0) if is_done else max(0, unpaid - from_card),
        form_key=uuid.uuid4().hex,
    )


def equipment_of(appointments: Iterable[Appointment]) -> dict[str, Equipment]:
    """Return benches and borrowed tools by the appointments' references. One query."""
    taken = Occupancy.objects.filter(
        reference__in=[appointment.reference for appointment in appointments], resource__mechanic=None
    )
    benches: dict[str, str] = {}
    tools: dict[str, list[str]] = defaultdict(list)
    rows = taken.order_by("pk").values_list("reference", "resource__bench__name", "resource__tool__name")
    for reference, bench, tool in rows:
        if bench:
            benches[reference] = bench
        if tool:
            tools[reference].append(tool)
    return {key: Equipment(benches.get(key, ""), tuple(tools[key])) for key in [*benches, *tools]}


def by_local_day(visits: Iterable[Visit], workshop: Workshop) -> list[DayOfVisits]:
    days: dict[date, list[Visit]] = {}
    for visit in visits:
        days.setdefault(visit.appointment.starts_at.astimezone(workshop.zone).date(), []).append(visit)
    return [DayOfVisits(day, midnight(day, workshop), tuple(found)) for day, found in sorted(days.items())]
