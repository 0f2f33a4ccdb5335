"""
Who says what is taken: what each booking should have of the timetable, for `check_timetable` to compare.

Bookings live above the timetable, which cannot ask them: each registers, for the references it writes, a function that
says what they should have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from collective.timetable.models import Claim, Occupancy
from collective.timetable.periods import Period


@dataclass(frozen=True, slots=True)
class Due:
    """
    What one booking should have: these mechanics' time (by their id), or minutes of a local day.

    `is_optional`: it may also have nothing (a time proposed that overlaps the present one is taken only when accepted).
    """

    reference: str
    time: tuple[tuple[int, Period], ...] = ()
    workshop: int | None = None
    day: date | None = None
    minutes: int | None = None
    is_optional: bool = False


Claimed = list[tuple[int | None, date, int | None]]  # workshop, day, minutes
Source = Callable[[datetime], Iterable[Due]]
_sources: dict[str, Source] = {}


def register_sources(sources: Mapping[str, Source]) -> None:
    """Have `source(at)` say what is due at that moment to each reference that begins as its key says."""
    _sources.update(sources)


def known_sources() -> Mapping[str, Source]:
    """Give the sources registered, by the beginning of the references that they speak for."""
    return dict(_sources)


def differences(prefix: str, source: Source, *, at: datetime) -> Iterator[str]:
    """Yield a line for each booking that lacks what it should have or has something else, and for what is nobody's."""
    occupancies: dict[str, list[Occupancy]] = {}
    live = Occupancy.objects.live(at=at).filter(reference__startswith=prefix).select_related("resource")
    for occupancy in live.iterator():
        occupancies.setdefault(occupancy.reference, []).append(occupancy)
    claims: dict[str, list[Claim]] = {}
    for claim in Claim.objects.live(at=at).filter(reference__startswith=prefix).select_related("resource"):
        claims.setdefault(claim.reference, []).append(claim)
    for due in source(at):
        taken, claimed = occupancies.pop(due.reference, []), claims.pop(due.reference, [])
        if taken or claimed or not due.is_optional:
            yield from _compare(due, taken, claimed)
    for reference in sorted({*occupancies, *claims}):
        yield f"nobody's: {reference} takes time, and nothing booked says so"


def _compare(due: Due, taken: list[Occupancy], claimed: list[Claim]) -> Iterator[str]:
    has: Claimed = [(one.resource.workshop_id, one.day, one.minutes) for one in claimed]
    wants: Claimed = [] if due.day is None else [(due.workshop, due.day, due.minutes)]
    if has != wants:
        yield f"claims differ: {due.reference} should have {_said(wants)} and has {_said(has)}"
    of_mechanics = {one.resource.mechanic_id: one for one in taken if one.resource.mechanic_id is not None}
    for mechanic, period in due.time:
        has_of_him = of_mechanics.pop(mechanic, None)
        if has_of_him is None or has_of_him.starts_at > period.starts_at or has_of_him.ends_at < period.ends_at:
            yield f"time lacking: {due.reference}, of mechanic {mechanic} from {period.starts_at} to {period.ends_at}"
    for mechanic in of_mechanics:
        yield f"time too much: {due.reference}, of mechanic {mechanic}"
    for one in taken:
        beside = not any(Period(one.starts_at, one.ends_at).overlaps(period) for _mechanic, period in due.time)
        if beside:
            yield f"beside its time: {due.reference}, {one.resource.kind} from {one.starts_at}"


def _said(claims: Claimed) -> str:
    return ", ".join(f"{minutes} min on {day}" for _workshop, day, minutes in claims) or "none"
