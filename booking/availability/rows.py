"""Read what the board is filled with: resources, their free days, and the jobs of what moves; a query each."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from django.db import connection

from booking.availability.able import Facts, ToolFacts, is_traveller
from booking.availability.board import Board, Row
from booking.availability.give_up import touched_by
from booking.availability.moving import Mover
from collective.timetable.derive import ResourceDay, judged_together, read_days
from collective.timetable.models import Resource
from collective.timetable.movers import busy_of

KINDS = (Resource.Kind.MECHANIC, Resource.Kind.BENCH)
Days = tuple[date, date]

# Written out, because to have it built takes longer than to have it answered. Two statements: joined, they would say
# what each resource is once a day, and PostgreSQL would read the days of everybody.
DAYS = """
    SELECT resource_id, day, bits, steps, longest, open_ticks, taken_ticks
    FROM collective_freeday
    WHERE workshop_id IN ({workshops}) AND day BETWEEN %s AND %s AND longest >= %s
"""
# The fields of Facts, then those of ToolFacts after the first. What no work asks is not read (NULL).
RESOURCES = """
    SELECT r.id, r.workshop_id, r.kind, m.skill_level, b.kind, b.cleaning_minutes, {travels}, {certified}{tool_columns}
    FROM collective_resource r
    LEFT JOIN collective_mechanic m ON m.id = r.mechanic_id
    LEFT JOIN collective_bench b ON b.id = r.bench_id
    {tool_tables}
    WHERE r.retired_at IS NULL AND (r.kind IN ('mechanic', 'bench') AND r.workshop_id IN ({workshops}){tools})
"""
TRAVELS = "m.speed_kmh, m.detour_percent"
TOOL_COLUMNS = ", t.collective_id, t.kind_id, t.hand_over_minutes, t.speed_kmh, t.detour_percent, h.lat, h.lon"
TOOL_TABLES = "LEFT JOIN collective_tool t ON t.id = r.tool_id LEFT JOIN collective_workshop h ON h.id = t.home_id"
TOOLS = (
    " OR r.id IN (SELECT x.id FROM collective_resource x JOIN collective_tool y ON y.id = x.tool_id"
    " WHERE y.kind_id IN ({kinds}) AND y.collective_id IN ({collectives}))"
)
KIND_AT, CERTIFICATIONS_AT, TOOL_AT = 1, 7, 8  # after the primary key


class Held(Protocol):
    """A hold: whoever has it still sees its slot."""

    @property
    def reference(self) -> str: ...


class Rows:
    """
    The free days of works' workshops, put on a board a stretch of days at a time.

    The first stretch reads the resources too, so that it is known who is able at all. `own` is a hold whose periods
    count for nothing.
    """

    def __init__(self, board: Board, *, own: Held | None) -> None:
        self.board = board
        self.own = own.reference if own else None
        self._own_rows = _rows_without(own.reference, at=board.at) if own else {}
        self._has_met = False
        self._travels: dict[int, Facts | ToolFacts] = {}

    def put(self, workshops: Collection[int], days: Days) -> None:
        """Put these workshops' free days on the board, and the jobs of what moves: a query each."""
        if not self._has_met:
            self._meet_all()
        rows = self._read(workshops, days)
        if self._own_rows:
            rows = [row for row in rows if (row[0], row[1]) not in self._own_rows]
            rows += [row for row in self._own_rows.values() if days[0] <= row.day <= days[1]]
        self.board.put(rows)
        travels = [
            facts for facts in self._travels.values() if isinstance(facts, ToolFacts) or facts.workshop_id in workshops
        ]
        if travels:
            busy = busy_of([Resource(pk=facts.pk) for facts in travels], *days, at=self.board.at, ignoring=self.own)
            self.board.put_movers((Mover(facts, busy[facts.pk]) for facts in travels), days)

    def _meet_all(self) -> None:
        """Meet all who could do some of the works, and the tools that these borrow: a query."""
        self._has_met = True
        works = self.board.works
        kinds = {kind for work in works.values() for kind in work.tool_kinds}
        collectives = {work.workshop.collective_id for work in works.values() if work.tool_kinds}
        sql = RESOURCES.format(
            workshops=_numbers(works),
            travels=TRAVELS if any(work.workshop.is_itinerant for work in works.values()) else "NULL, NULL",
            certified="m.certifications" if any(work.asked_certification for work in works.values()) else "NULL",
            tool_columns=TOOL_COLUMNS if kinds else "",
            tool_tables=TOOL_TABLES if kinds else "",
            tools=TOOLS.format(kinds=_numbers(kinds), collectives=_numbers(collectives)) if kinds else "",
        )
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)  # most differ in nothing but who they are
        for row in _fetch(sql):
            alike[row[1:]].append(row[0])
        for same, pks in alike.items():
            self._meet(pks, same)

    def _meet(self, pks: Sequence[int], same: tuple[Any, ...]) -> None:
        """Meet these, each of whom a row has the same to say, after their own number."""
        if same[KIND_AT] == Resource.Kind.TOOL:
            self._travels |= {pk: ToolFacts(pk, *same[TOOL_AT:]) for pk in pks}
            return
        certifications = same[CERTIFICATIONS_AT]
        certified = json.loads(certifications) if certifications else None
        facts = Facts._make((pks[0], *same[:CERTIFICATIONS_AT], certified))
        if self.board.meet(facts, pks) and is_traveller(facts, self.board.works[facts.workshop_id]):
            self._travels |= {pk: facts._replace(pk=pk) for pk in pks}

    def _read(self, workshops: Collection[int], days: Days) -> list[Any]:
        first, last = map(connection.ops.adapt_datefield_value, days)
        return _fetch(DAYS.format(workshops=_numbers(workshops)), [first, last, self.board.shortest(workshops)])


def _fetch(sql: str, params: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(str(int(number)) for number in numbers)


def _rows_without(reference: str, *, at: datetime) -> dict[tuple[int, date], Row]:
    """Compute, as if what the reference takes were free, the days that depend on it."""
    touched = touched_by(reference, at=at)
    days = set().union(*touched.values())
    timed = [resource for resource in judged_together(touched) if resource.kind in KINDS]
    if not timed or not days:
        return {}
    reads = read_days(resources=timed, first=min(days), last=max(days), at=at, ignoring=reference)
    return {(read.resource.pk, read.day): row_of(read) for read in reads if read.day in days}


def row_of(read: ResourceDay) -> Row:
    """Give what the board needs of a day computed anew."""
    row = read.as_row()
    return Row(row.resource_id, row.day, row.bits, row.steps, row.longest, row.open_ticks, row.taken_ticks)
