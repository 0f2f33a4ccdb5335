"""Twelve months side by side: what each sold and how many repairs it finished, as columns and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.db.models.functions import TruncMonth

from collective.activity.models import FinishedWork
from collective.ledger.queries import Totals, totals_by_workshop
from collective.members.models import Collective
from collective.web.period import Month, zone_of

MONTHS = 12
PITCH, WIDE, TALL, HEAD = 50, 34, 150, 20  # of the drawing: a column's place and width, the tallest one, room above


@dataclass(frozen=True)
class Column:
    """One month: its numbers, and its column in units of the drawing (600 wide, 170 to the ground)."""

    first: date
    totals: Totals
    repairs: int
    x: str
    middle: str
    y: str
    height: str
    label_y: str


def read_year(collective: Collective, month: Month) -> list[Column]:
    """Return the twelve months that end with `month`, oldest first. Three queries."""
    firsts = [month.first]
    while len(firsts) < MONTHS:
        firsts.insert(0, Month(firsts[0]).before.first)
    totals: dict[date, Totals] = {}
    for one in totals_by_workshop(collective=collective, first=firsts[0], last=month.last):
        for first, found in one.months.items():
            totals[first] = totals.get(first, Totals()) + found
    return _columns(firsts, totals, _repairs(collective, firsts[0], month.last))


def _repairs(collective: Collective, first: date, last: date) -> dict[date, int]:
    zone = zone_of(collective)
    finished = FinishedWork.objects.filter(
        workshop__collective=collective,
        finished_at__gte=datetime.combine(first, time(), zone),
        finished_at__lt=datetime.combine(last + timedelta(days=1), time(), zone),
    )
    by_month = finished.annotate(month=TruncMonth("finished_at", tzinfo=zone)).values_list("month")
    return {month.date(): count for month, count in by_month.annotate(count=Count("pk")).order_by("month")}


def _columns(firsts: Sequence[date], totals: Mapping[date, Totals], repairs: Mapping[date, int]) -> list[Column]:
    tallest = max((found.revenue_cents for found in totals.values()), default=0)
    columns = []
    for place, first in enumerate(firsts):
        found = totals.get(first, Totals())
        height = max(0, found.revenue_cents) * TALL / tallest if tallest else 0.0
        left, top = place * PITCH + (PITCH - WIDE) / 2, HEAD + TALL - height
        columns.append(
            Column(
                first=first,
                totals=found,
                repairs=repairs.get(first, 0),
                x=f"{left:.0f}",
                middle=f"{place * PITCH + PITCH / 2:.0f}",
                y=f"{top:.1f}",
                height=f"{height:.1f}",
                label_y=f"{top - 5:.1f}",
            )
        )
    return columns
