"""What a resource is, apart from its time, and which needs it can meet."""

from __future__ import annotations

from functools import reduce
from typing import Any, NamedTuple

from booking.availability.needs import Need, Work
from collective.timetable.models import Resource
from collective.timetable.ticks import ticks_of


class Facts(NamedTuple):
    """A resource without its time; fields as COLUMNS, in their order. Certifications are brand codes."""

    pk: int
    workshop_id: int
    kind: str
    skill_level: int | None = None
    bench_kind: str | None = None
    cleaning_minutes: int | None = None
    speed_kmh: int | None = None
    detour_percent: int | None = None
    certifications: list[str] | None = None


class ToolFacts(NamedTuple):
    """A shared tool; its home is where it stands until somebody takes it elsewhere."""

    pk: int
    collective_id: int
    tool_kind: int
    hand_over_minutes: int
    speed_kmh: int
    detour_percent: int
    home_lat: float
    home_lon: float


# Where a resource keeps each of its facts: paths of fields. (`rows.py` reads the same, in this order.)
COLUMNS = (
    "pk",
    "workshop_id",
    "kind",
    "mechanic__skill_level",
    "bench__kind",
    "bench__cleaning_minutes",
    "mechanic__speed_kmh",
    "mechanic__detour_percent",
    "mechanic__certifications",
)
TOOL_COLUMNS = (
    "pk",
    "tool__collective_id",
    "tool__kind_id",
    "tool__hand_over_minutes",
    "tool__speed_kmh",
    "tool__detour_percent",
    "tool__home__lat",
    "tool__home__lon",
)


def facts_of(resource: Resource) -> Facts:
    """Give the facts of a resource whose mechanic or bench is at hand."""
    return Facts(*(_follow(resource, path) for path in COLUMNS))


def tool_facts_of(resource: Resource) -> ToolFacts:
    """Give the facts of a tool's resource; the tool with its home should be at hand."""
    return ToolFacts(*(_follow(resource, path) for path in TOOL_COLUMNS))


def _follow(resource: Resource, path: str) -> Any:
    return reduce(lambda found, name: None if found is None else getattr(found, name), path.split("__"), resource)


def can_meet(facts: Facts, need: Need) -> bool:
    """Tell whether this is a mechanic with the skill and certification, or a bench of the kind, that is needed."""
    if facts.kind != need.kind:
        return False
    if need.kind == Resource.Kind.MECHANIC:
        certified = not need.certification or need.certification in (facts.certifications or ())
        return certified and (facts.skill_level or 0) >= need.skill_level
    return facts.bench_kind in need.bench_kinds


def is_traveller(facts: Facts, work: Work) -> bool:
    """Tell whether this is a mechanic who comes to people."""
    return facts.kind == Resource.Kind.MECHANIC and work.workshop.is_itinerant


def minutes_taken(facts: Facts | ToolFacts, need: Need) -> tuple[int, int]:
    """Give from when to when, in minutes from the start, this resource is taken to meet the need."""
    return need.since, need.until + (isinstance(facts, Facts) and facts.cleaning_minutes or 0)


def ticks_taken(facts: Facts, need: Need) -> tuple[int, int]:
    """Give the same in ticks, each begun one counted, as the first of them and how many."""
    since, until = minutes_taken(facts, need)
    first = since // 5
    return first, ticks_of(until) - first
