"""Take resources' time and give it back: the only writers of occupancies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from collective.timetable.free_days import lock_free_days, recompute
from collective.timetable.models import Occupancy, Resource
from collective.timetable.periods import Period

Reason = Occupancy.Reason


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
) -> list[Occupancy]:
    """
    Take this period of each resource; what expired before `at` makes room.

    :raises IntegrityError: when one of them is taken; the database refuses, whoever asks.
    """
    days = {day for resource in resources for day in local_days(period, resource)}
    lock_free_days(resources=resources, days=days, at=at)
    forget_expired(resources=resources, period=period, at=at)
    taken = Occupancy.objects.bulk_create(
        Occupancy(
            resource=resource,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            reason=reason,
            reference=reference,
            expires_at=expires_at,
        )
        for resource in resources
    )
    recompute(resources=resources, days=days, at=at)
    return taken


def forget_expired(*, resources: Iterable[Resource], period: Period, at: datetime) -> None:
    """Delete what expired in the way of the period; the caller holds the locks and recomputes."""
    in_the_way = Occupancy.objects.filter(
        resource__in=resources, starts_at__lt=period.ends_at, ends_at__gt=period.starts_at
    )
    in_the_way.expired(at=at).delete()


@transaction.atomic
def release(*, reference: str, at: datetime) -> int:
    """Give back all that the reference took; give how many occupancies there were."""
    touched = lock_of(reference, at=at)
    count, _by_model = Occupancy.objects.filter(reference=reference).delete()
    _recompute_touched(touched, at=at)
    return count


@transaction.atomic
def rename(*, reference: str, to: str, reason: str, expires_at: datetime | None, at: datetime) -> int:
    """
    Let what the reference took belong to another (a hold becomes an appointment), or be kept longer (`to` the same).

    Gives how many occupancies there were: 0 when they expired and somebody else made room of them.
    """
    touched = lock_of(reference, at=at)
    count = Occupancy.objects.filter(reference=reference).update(reference=to, reason=reason, expires_at=expires_at)
    _recompute_touched(touched, at=at)
    return count


def release_expired(*, at: datetime, limit: int = 200) -> int:
    """Give back what expired, whoever forgot it; give how many references had something."""
    references = Occupancy.objects.expired(at=at).values_list("reference", flat=True).distinct()[:limit]
    return sum(1 for reference in list(references) if _release_if_expired(reference, at=at))


@transaction.atomic
def _release_if_expired(reference: str, *, at: datetime) -> int:
    touched = lock_of(reference, at=at)
    count, _by_model = Occupancy.objects.filter(reference=reference).expired(at=at).delete()
    _recompute_touched(touched, at=at)
    return count


def lock_of(reference: str, *, at: datetime) -> dict[Resource, set[date]]:
    """Lock the free days that the reference's occupancies touch; give them, by resource."""
    touched: dict[Resource, set[date]] = {}
    for occupancy in Occupancy.objects.filter(reference=reference).select_related("resource__workshop"):
        days = local_days(Period(occupancy.starts_at, occupancy.ends_at), occupancy.resource)
        touched.setdefault(occupancy.resource, set()).update(days)
    if touched:
        lock_free_days(resources=list(touched), days=set().union(*touched.values()), at=at)
    return touched


def _recompute_touched(touched: dict[Resource, set[date]], *, at: datetime) -> None:
    if touched:
        recompute(resources=list(touched), days=set().union(*touched.values()), at=at)
