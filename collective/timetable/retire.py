"""Take a mechanic or a bench out of use: never while something booked still counts on it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Min
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.timetable.derive import read_days
from collective.timetable.free_days import lock_free_days, resources_of
from collective.timetable.models import Claim, FreeDay, Occupancy, Resource
from collective.workshops.models import Workshop


class StillCountedOn(RuleBroken):
    """`params` say how many bookings, and when the first begins, in the workshop's own time."""

    code = "still_counted_on"
    message = _("%(name)s is still counted on, first on %(first)s. Move or cancel what is booked (%(count)s) before.")


class AlreadyRetired(RuleBroken):
    code = "already_retired"
    message = _("%(name)s is out of use already.")


class LastOfItsKind(RuleBroken):
    code = "last_of_its_kind"
    message = _("%(name)s is the last one: without a mechanic and a bench nothing can be booked.")


class BikesLeftCountOn(RuleBroken):
    code = "bikes_left_count_on"
    message = _("%(name)s is still counted on: bikes to be left on %(day)s need that time. Move or cancel them first.")


def bookings_on(resource: Resource, *, at: datetime) -> dict[str, datetime | int | None]:
    """Say how many different bookings still take time of the resource, and when the first begins."""
    ahead = Occupancy.objects.live(at=at).filter(resource=resource, ends_at__gt=at)
    found: dict[str, datetime | int | None] = ahead.aggregate(
        count=Count("reference", distinct=True), first=Min("starts_at")
    )
    return found


def what_forbids_retiring(resource: Resource, *, at: datetime) -> RuleBroken | None:
    if resource.retired_at is not None:
        return AlreadyRetired(name=str(resource))
    in_use = Resource.objects.filter(workshop=resource.workshop_id, kind=resource.kind, retired_at__isnull=True)
    if not in_use.exclude(pk=resource.pk).exists():
        return LastOfItsKind(name=str(resource))
    return what_counts_on(resource, at=at)


def what_counts_on(resource: Resource, *, at: datetime) -> StillCountedOn | None:
    """Say so when something ahead takes time of the resource."""
    found = bookings_on(resource, at=at)
    if not isinstance(first := found["first"], datetime):
        return None
    local = first.astimezone(resource.workshop.zone)
    return StillCountedOn(name=str(resource), count=found["count"], first=date_format(local, "j F Y, H:i"))


def demand_time_for_bikes_left(workshop: Workshop, *, name: str, at: datetime) -> None:
    """
    Let a change stand that leaves the mechanics' time which bikes to be left were sold; in the change's transaction.

    :raises BikesLeftCountOn: naming the first day that lacks it.
    """
    today = at.astimezone(workshop.zone).date()
    claims = Claim.objects.live(at=at).filter(resource__workshop=workshop, day__gte=today)
    days = set(claims.values_list("day", flat=True))
    if not days:
        return
    reads = read_days(resources=resources_of([workshop]), first=min(days), last=max(days), at=at)
    if lacking := sorted(read.day for read in reads if read.day in days and read.is_oversold):
        raise BikesLeftCountOn(name=name, day=date_format(lacking[0], "j F Y"))


def retire(resource: Resource, *, at: datetime) -> Resource:
    """
    Take the resource out of use, in the caller's transaction; its free days go, so nobody is offered them.

    :raises RuleBroken: as `what_forbids_retiring` says.
    """
    ahead = FreeDay.objects.filter(resource=resource, day__gte=at.astimezone(resource.workshop.zone).date())
    lock_free_days(resources=[resource], days=set(ahead.values_list("day", flat=True)), at=at)
    if forbidden := what_forbids_retiring(resource, at=at):
        raise forbidden
    resource.retired_at = at
    resource.save(update_fields=["retired_at"])
    ahead.delete()
    return resource
