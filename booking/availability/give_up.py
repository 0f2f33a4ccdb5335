"""Give up what a reference took, in the transaction that takes something else for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from collective.timetable.free_days import lock_free_days
from collective.timetable.freed import Place, Stored, announce_tools_back
from collective.timetable.models import Claim, Occupancy, Resource
from collective.timetable.occupy import days_of_stay, local_days
from collective.timetable.periods import Period

Touched = dict[Resource, set[date]]


def lock_with_given_up(
    *,
    resources: Iterable[Resource],
    days: Iterable[date],
    reference: str | None,
    at: datetime,
    known: Sequence[Resource] | None = None,
) -> tuple[Touched, dict[Place, Stored]]:
    """
    Lock these resources on these days, and in the same order what the reference took, which goes.

    Gives the resources, with their days, whose free days have to be computed anew for what went; and what the locked
    rows say. `known` spares a query, as `lock_free_days` says, where nothing goes.
    """
    touched = touched_by(reference, at=at) if reference else {}
    stored = lock_free_days(
        resources=list({*resources, *touched}),
        days=set(days).union(*touched.values()),
        at=at,
        known=None if touched else known,
    )
    if touched:
        Occupancy.objects.filter(reference=reference).delete()
        Claim.objects.filter(reference=reference).delete()
        _tell_of_tools(touched, at=at)
    return touched, stored


def touched_by(reference: str, *, at: datetime) -> Touched:
    """Give the resources that the reference took something of, with the days whose free days depend on it."""
    touched: Touched = {}
    for one in Occupancy.objects.filter(reference=reference).select_related("resource__workshop"):
        touched.setdefault(one.resource, set()).update(local_days(Period(one.starts_at, one.ends_at), one.resource))
    for claim in Claim.objects.filter(reference=reference).select_related("resource__workshop__drop_off"):
        stay = days_of_stay(claim.resource.workshop, claim.day, claim.leaves_on, at=at)
        touched.setdefault(claim.resource, set()).update(stay)
    return touched


def _tell_of_tools(touched: Touched, *, at: datetime) -> None:
    tools = {resource: days for resource, days in touched.items() if resource.kind == Resource.Kind.TOOL}
    if tools:
        days = set().union(*tools.values())
        announce_tools_back({tool.workshop for tool in tools}, first=min(days), last=max(days), at=at)
