"""Where the collective's tools stand, and who has them when: read from what takes their time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from collective.places.distance import Located
from collective.timetable.models import Occupancy, Resource
from collective.timetable.movers import busy_of
from collective.tools.models import Loan, Tool
from collective.workshops.models import Workshop


@dataclass(frozen=True, slots=True)
class Use:
    """A period that takes a tool: at which workshop (None: upkeep, or not known), and the loan it is, if it is one."""

    starts_at: datetime
    ends_at: datetime
    workshop: Workshop | None
    loan: Loan | None
    reason: str

    @property
    def is_upkeep(self) -> bool:
        return self.reason == Occupancy.Reason.CLOSURE


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a tool is: `now` while somebody has it, else it stands at `place`; `next` is who has it then."""

    tool: Tool
    place: Workshop | None
    now: Use | None
    next: Use | None


def uses_of(tools: Sequence[Tool], *, since: datetime, until: datetime, at: datetime) -> dict[int, list[Use]]:
    """Give what takes each tool, by its id, in order: three queries at most, whatever the number of tools."""
    taken = Occupancy.objects.live(at=at).filter(
        resource__tool__in=[tool.pk for tool in tools], starts_at__lt=until, ends_at__gt=since
    )
    rows = list(taken.order_by("starts_at").select_related("resource"))
    loans, workshops = _loans(rows), _workshops(rows)
    uses: dict[int, list[Use]] = defaultdict(list)
    for row in rows:
        loan = loans.get(row.reference)
        workshop = loan.workshop if loan else workshops.get(row.reference)
        assert row.resource.tool_id
        uses[row.resource.tool_id].append(Use(row.starts_at, row.ends_at, workshop, loan, row.reason))
    return uses


def _loans(rows: Iterable[Occupancy]) -> dict[str, Loan]:
    tokens = [row.reference.removeprefix("loan:") for row in rows if row.reference.startswith("loan:")]
    found = Loan.objects.filter(token__in=tokens).select_related("workshop", "tool__home")
    return {loan.reference: loan for loan in found}


def _workshops(rows: Iterable[Occupancy]) -> dict[str, Workshop]:
    """Whoever else the same booking takes tells where it is: a mechanic of that workshop."""
    references = {row.reference for row in rows if not row.reference.startswith("loan:")}
    beside = Occupancy.objects.filter(reference__in=references, resource__kind=Resource.Kind.MECHANIC)
    return {one.reference: one.resource.workshop for one in beside.select_related("resource__workshop")}


def standings(tools: Sequence[Tool], *, at: datetime, until: datetime) -> list[Standing]:
    """Tell of each tool where it is, and who has it next before `until`: six queries, whatever the number of tools."""
    uses = uses_of(tools, since=at, until=until, at=at)
    resources = {resource.tool_id: resource for resource in Resource.objects.filter(tool__in=[t.pk for t in tools])}
    today: date = at.date()
    busy = busy_of(list(resources.values()), today, today, at)
    workshops = Workshop.objects.filter(collective__in={tool.collective_id for tool in tools})
    by_point = {(workshop.lat, workshop.lon): workshop for workshop in workshops}
    found = []
    for tool in tools:
        ahead = uses[tool.pk]
        now = next((use for use in ahead if use.starts_at <= at), None)
        past = [one for one in busy[resources[tool.pk].pk] if one.period.ends_at <= at and one.lat is not None]
        last = by_point.get((past[-1].lat or 0.0, past[-1].lon or 0.0)) if past else tool.home
        found.append(Standing(tool, last, now, next((use for use in ahead if use.starts_at > at), None)))
    return found


@dataclass(frozen=True, slots=True)
class Spot:
    lat: float
    lon: float


def point_of(lat: float | None, lon: float | None) -> Located | None:
    return None if lat is None or lon is None else Spot(lat, lon)
