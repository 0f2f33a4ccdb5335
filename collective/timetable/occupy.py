"""Take resources' time and give it back: the only writers of occupancies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.places.distance import Located
from collective.timetable.derive import ResourceDay
from collective.timetable.free_days import lock_free_days, recompute
from collective.timetable.freed import announce_tools_back
from collective.timetable.models import Claim, ClaimQuerySet, Occupancy, OccupancyQuerySet, Resource
from collective.timetable.periods import Period
from collective.timetable.promises import first_concerned, terms_of
from collective.timetable.ticks import mark_taken
from collective.workshops.models import Workshop

Reason = Occupancy.Reason
Touched = dict[Resource, set[date]]


class DayFull(RuleBroken):
    code = "day_full"
    message = _("The workshop has no time left for this on that day. Choose another one.")


def local_days(period: Period, resource: Resource) -> list[date]:
    """Give the local days of the resource's workshop that the period touches."""
    zone = resource.workshop.zone
    first = period.starts_at.astimezone(zone).date()
    last = (period.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@transaction.atomic
def occupy(
    *,
    resources: Sequence[Resource],
    period: Period,
    reason: str,
    reference: str,
    expires_at: datetime | None,
    at: datetime,
    where: Located | None = None,
) -> list[Occupancy]:
    """
    Take this period of each resource; what expired before `at` makes room. `where` is the place it happens at.

    :raises IntegrityError: when one of them is taken; the database refuses, whoever asks.
    :raises DayFull: when bikes that are left that day need the mechanic's time (a closure asks nobody).
    """
    days = {day for resource in resources for day in local_days(period, resource)}
    lock_free_days(resources=resources, days=days, at=at)
    forget_expired([(resource, period) for resource in resources], at=at)
    taken = Occupancy.objects.bulk_create(
        Occupancy(
            resource=resource,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            reason=reason,
            reference=reference,
            expires_at=expires_at,
            lat=where.lat if where else None,
            lon=where.lon if where else None,
        )
        for resource in resources
    )
    written = recompute(resources=resources, days=days, at=at)
    if reason != Reason.CLOSURE and takes_what_is_claimed(written, resources, period):
        raise DayFull
    return taken


def takes_what_is_claimed(written: Iterable[ResourceDay], resources: Sequence[Resource], period: Period) -> bool:
    """Tell whether this period, just taken of these resources, leaves too little for the bikes left that day."""
    return any(
        read.is_oversold and read.resource in resources and read.opening & mark_taken([period], read.whole)
        for read in written
    )


def forget_expired(wanted: Iterable[tuple[Resource, Period]], *, at: datetime) -> None:
    """
    Delete what expired in the way of a resource's period, and compute anew the days it took from.

    The caller holds locks.
    """
    ways = [
        Q(resource=resource.pk, starts_at__lt=period.ends_at, ends_at__gt=period.starts_at)
        for resource, period in wanted
    ]
    if not ways:
        return
    in_the_way = Occupancy.objects.expired(at=at).filter(reduce(or_, ways))
    expired = list(in_the_way.select_related("resource__workshop"))
    if not expired:
        return
    touched = _days_by_resource(expired)
    lock_free_days(resources=list(touched), days=set().union(*touched.values()), at=at)
    in_the_way.filter(pk__in=[occupancy.pk for occupancy in expired]).delete()
    _recompute_touched(touched, at=at)


@transaction.atomic
def release(*, reference: str, at: datetime) -> int:
    """Give back all that the reference took, time and days; give how many occupancies and claims there were."""
    touched = _lock(_read_taken(reference), at=at)
    return _delete(Occupancy.objects.all(), Claim.objects.all(), reference, touched, at=at)


@transaction.atomic
def rename(*, reference: str, to: str, reason: str, expires_at: datetime | None, at: datetime) -> int:
    """
    Let what the reference took belong to another (a hold becomes an appointment), or be kept longer (`to` the same).

    Gives how many occupancies and claims there were: 0 when they expired and somebody else made room of them, or sold
    their minutes or their storage place: then what is left of them goes.
    """
    taken = _read_taken(reference)
    touched = _lock(taken, at=at)
    new = {"reference": to, "reason": reason, "expires_at": expires_at}
    if not taken.is_late(at) and (expires_at is None or expires_at > at):  # the days say the same as before
        return _rewrite(taken, reference, new)
    late = [*Occupancy.objects.expired(at=at).filter(reference=reference)]
    late_claims = [*Claim.objects.expired(at=at).filter(reference=reference).select_related("resource__workshop")]
    try:
        with transaction.atomic():
            count = _rewrite(taken, reference, new)
            written = _recompute_touched(touched, at=at)
            if (late or late_claims) and _is_too_late(written, late, late_claims, at=at):
                raise DayFull
    except DayFull:
        _delete(Occupancy.objects.all(), Claim.objects.all(), reference, touched, at=at)
        return 0
    return count


def _rewrite(taken: Taken, reference: str, new: dict[str, Any]) -> int:
    """Write these values on what the reference still has of what it had taken; give how many."""
    count = Occupancy.objects.filter(reference=reference).update(**new) if taken.occupancies else 0
    return count + (Claim.objects.filter(reference=reference).update(**new) if taken.claims else 0)


def _is_too_late(
    written: Iterable[ResourceDay], late: Iterable[Occupancy], late_claims: Iterable[Claim], *, at: datetime
) -> bool:
    """Tell whether what counted for nothing for a while has been sold to others, now that it counts again."""
    days = {claim.day for claim in late_claims}
    periods = {one.resource_id: Period(one.starts_at, one.ends_at) for one in late}
    return any(_lacks_a_place(claim, at=at) for claim in late_claims) or any(
        read.is_oversold
        and (
            read.day in days
            or (read.resource.pk in periods and read.opening & mark_taken([periods[read.resource.pk]], read.whole))
        )
        for read in written
    )


def _lacks_a_place(claim: Claim, *, at: datetime) -> bool:
    terms = terms_of(claim.resource.workshop)
    there = Claim.objects.live(at=at).filter(
        resource=claim.resource, day__lte=claim.leaves_on, leaves_on__gte=claim.day
    )
    stays = [(one.day, one.leaves_on) for one in there]
    days = (claim.day + timedelta(days=n) for n in range((claim.leaves_on - claim.day).days + 1))
    return terms is None or any(sum(a <= day <= b for a, b in stays) > terms.storage_places for day in days)


def release_expired(*, at: datetime, limit: int = 200) -> int:
    """Give back what expired, whoever forgot it; give how many references had something."""
    occupancies = Occupancy.objects.expired(at=at).values_list("reference", flat=True)
    claims = Claim.objects.expired(at=at).values_list("reference", flat=True)
    references = list(occupancies.union(claims)[:limit])
    return sum(1 for reference in references if _release_if_expired(reference, at=at))


@transaction.atomic
def _release_if_expired(reference: str, *, at: datetime) -> int:
    touched = _lock(_read_taken(reference), at=at)
    return _delete(Occupancy.objects.expired(at=at), Claim.objects.expired(at=at), reference, touched, at=at)


class Taken(NamedTuple):
    """What a reference has taken. Only who answers for it (a hold, an appointment: locked) adds to it or ends it."""

    occupancies: list[Occupancy]
    claims: list[Claim]
    beside_days: bool  # of a workshop that sells days: others' rows depend on these

    def is_late(self, at: datetime) -> bool:
        ends = [one.expires_at for one in self.occupancies] + [one.expires_at for one in self.claims]
        return any(expires_at is not None and expires_at <= at for expires_at in ends)


def _read_taken(reference: str) -> Taken:
    sells_days = Exists(Resource.objects.filter(workshop=OuterRef("resource__workshop"), kind=Resource.Kind.DROP_OFF))
    found = Occupancy.objects.filter(reference=reference).select_related("resource__workshop")
    occupancies = list(found.annotate(sells_days=sells_days))
    claims = list(Claim.objects.filter(reference=reference))
    prefetch_related_objects(claims, "resource__workshop__drop_off")
    return Taken(occupancies, claims, bool(claims) or any(vars(one)["sells_days"] for one in occupancies))


def _lock(taken: Taken, *, at: datetime) -> Touched:
    """Lock the free days that these occupancies and claims touch; give them, by resource."""
    touched = _days_by_resource(taken.occupancies)
    for claim in taken.claims:
        days = days_of_stay(claim.resource.workshop, claim.day, claim.leaves_on, at=at)
        touched.setdefault(claim.resource, set()).update(days)
    if touched:
        known = None if taken.beside_days else list(touched)
        lock_free_days(resources=list(touched), days=set().union(*touched.values()), at=at, known=known)
    return touched


def days_of_stay(workshop: Workshop, day: date, leaves_on: date, *, at: datetime) -> list[date]:
    """
    Give the local days whose stock depends on a bike that is there from `day` to `leaves_on`.

    Those of the stay, and those before it (from today on) whose bikes would still be there when it comes.
    """
    today = at.astimezone(workshop.zone).date()
    first = min(day, max(first_concerned(workshop, day), today))
    return [first + timedelta(days=n) for n in range((leaves_on - first).days + 1)]


def _days_by_resource(occupancies: Iterable[Occupancy]) -> Touched:
    touched: Touched = {}
    for one in occupancies:
        touched.setdefault(one.resource, set()).update(local_days(Period(one.starts_at, one.ends_at), one.resource))
    return touched


def _delete(
    occupancies: OccupancyQuerySet, claims: ClaimQuerySet, reference: str, touched: Touched, *, at: datetime
) -> int:
    """Delete what of these is the reference's; the days that it took from are locked."""
    count = occupancies.filter(reference=reference).delete()[0] + claims.filter(reference=reference).delete()[0]
    if count:
        _recompute_touched(touched, at=at)
        _tell_of_tools(touched, at=at)
    return count


def _recompute_touched(touched: Touched, *, at: datetime) -> list[ResourceDay]:
    return recompute(resources=list(touched), days=set().union(*touched.values()), at=at) if touched else []


def _tell_of_tools(touched: Touched, *, at: datetime) -> None:
    tools = {resource: days for resource, days in touched.items() if resource.kind == Resource.Kind.TOOL}
    if tools:
        days = set().union(*tools.values())
        announce_tools_back({tool.workshop for tool in tools}, first=min(days), last=max(days), at=at)
