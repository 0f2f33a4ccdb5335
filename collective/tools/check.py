"""Compare what tools' time is taken by with the loans that say so, for `check_timetable`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from collective.timetable.models import Occupancy
from collective.tools.models import Loan

Taken = set[tuple[int | None, datetime, datetime]]  # tool, from, until


def find_loan_faults(*, at: datetime) -> Iterator[str]:
    """Yield a line for each loan not over that has not exactly its period of its tool, and for what is no loan's."""
    taken: dict[str, Taken] = {}
    rows = Occupancy.objects.filter(reference__startswith="loan:", ends_at__gt=at)
    for reference, tool, since, until in rows.values_list("reference", "resource__tool", "starts_at", "ends_at"):
        taken.setdefault(reference, set()).add((tool, since, until))
    for loan in Loan.objects.filter(ends_at__gt=at, ended_at__isnull=True):
        if taken.pop(loan.reference, set()) != {(loan.tool_id, loan.starts_at, loan.ends_at)}:
            yield f"time differs: {loan.reference} of tool {loan.tool_id} from {loan.starts_at} to {loan.ends_at}"
    for reference in sorted(taken):
        yield f"nobody's: {reference} takes a tool, and no loan says so"
