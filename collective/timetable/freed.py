"""Say that time became free, for whoever waits for it: an outbox row in the transaction that frees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from backend.lib.outbox import is_handled, put
from collective.timetable.models import FreeDay, Resource
from collective.timetable.rooms import unpack
from collective.timetable.ticks import from_bytes
from collective.workshops.models import Workshop

KIND = "timetable.freed"
Place = tuple[int, date]  # a resource and a day


class Stored(NamedTuple):
    """What a free day says before it is written anew."""

    bits: bytes | memoryview
    longest: int


def announce_freed(*, workshop_id: int, first: date, last: date, at: datetime) -> None:
    """
    Put an outbox row: on some of these local days the workshop has more free time than before.

    Nothing is written while nobody handles such rows, nor for days that are over everywhere. Its payload is
    `{"workshop": id, "first": "2026-11-24", "last": "2026-11-24"}`.
    """
    if last < at.date() - timedelta(days=1) or not is_handled(KIND):
        return
    put(KIND, {"workshop": workshop_id, "first": first.isoformat(), "last": last.isoformat()}, due_at=at)


def announce_gains(rows: Iterable[FreeDay], *, at: datetime, stored: Mapping[Place, Stored] | None = None) -> None:
    """
    Announce the days of which these rows, about to be written, say more than the stored ones.

    `stored` is what the lock of these rows found; otherwise it is one query.
    """
    fresh = list(rows)
    if not fresh or not is_handled(KIND):
        return
    known = _stored(fresh) if stored is None else stored
    gained: dict[int, list[date]] = {}
    for due in fresh:
        before = known.get((due.resource_id, due.day))
        if before and _is_more(due, before):
            gained.setdefault(due.workshop_id, []).append(due.day)
    for workshop_id, more in sorted(gained.items()):
        announce_freed(workshop_id=workshop_id, first=min(more), last=max(more), at=at)


def _stored(fresh: Iterable[FreeDay]) -> dict[Place, Stored]:
    days = [row.day for row in fresh]
    rows = FreeDay.objects.filter(resource__in={row.resource_id for row in fresh}, day__range=(min(days), max(days)))
    columns = rows.values_list("resource_id", "day", "bits", "longest")
    return {(pk, day): Stored(bits, longest) for pk, day, bits, longest in columns}


def _is_more(due: FreeDay, row: Stored) -> bool:
    if due.resource.kind == Resource.Kind.DROP_OFF:
        return any(more > less for more, less in zip(unpack(due.bits), unpack(row.bits), strict=True))
    return due.longest > row.longest or bool(from_bytes(due.bits) & ~from_bytes(row.bits))


def announce_tools_back(homes: Iterable[Workshop], *, first: date, last: date, at: datetime) -> None:
    """Announce that tools which live in these workshops are free again: any workshop of the collective may want one."""
    if not is_handled(KIND):
        return
    collectives = {home.collective_id for home in homes}
    sharing = Workshop.objects.open_to_all().filter(collective__in=collectives) if collectives else ()
    for workshop in sharing:
        announce_freed(workshop_id=workshop.pk, first=first, last=last, at=at)
