"""Change where a workshop works: add a bench, say what it is, take it out of use; its free days follow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.members.models import User
from collective.timetable.change_team import check_name
from collective.timetable.models import Resource
from collective.timetable.rebuild_ahead import rebuild_ahead
from collective.timetable.retire import AlreadyRetired, retire
from collective.timetable.retry import again_when_busy
from collective.workshops.models import Bench, Workshop
from collective.workshops.ranges import BENCH, check_numbers
from collective.workshops.rights import lock_settings

FIELDS = ("name", "kind", *BENCH)


class UnknownBenchKind(BadInput):
    code = "unknown_bench_kind"
    message = _("A bench is a stand, a cargo stand, an e-bike lift or on the road.")


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    assert set(values) <= set(FIELDS), values
    check_numbers(values, BENCH)
    if "name" in values:
        values["name"] = check_name(values["name"])
    if values.get("kind", Bench.Kind.STAND) not in Bench.Kind.values:
        raise UnknownBenchKind
    return values


@again_when_busy
def add_bench(*, workshop: Workshop, name: str, kind: str, by: User, at: datetime, cleaning_minutes: int = 0) -> Bench:
    """
    Add a bench, which is offered at once within the workshop's hours.

    :raises NotTheOwner: for anybody but the owner.
    :raises BadInput: for a name, a kind or a number that cannot be.
    """
    values = _checked({"name": name, "kind": kind, "cleaning_minutes": cleaning_minutes})
    with transaction.atomic():
        workshop = lock_settings(workshop, by=by)
        bench = Bench.objects.create(workshop=workshop, **values)
        Resource.objects.create(workshop=workshop, kind=Resource.Kind.BENCH, bench=bench)
        rebuild_ahead(workshop, at=at)
    return bench


@again_when_busy
def change_bench(*, bench: Bench, by: User, at: datetime, **values: Any) -> Bench:
    """
    Change what is known of a bench (FIELDS); what is booked on it stays.

    :raises NotTheOwner: for anybody but the owner.
    :raises AlreadyRetired: when it is out of use.
    :raises BadInput: for a name, a kind or a number that cannot be.
    """
    values = _checked(values)
    with transaction.atomic():
        workshop = lock_settings(bench.workshop, by=by)
        bench = Bench.objects.select_related("resource", "workshop").get(pk=bench.pk)
        if bench.resource.retired_at:
            raise AlreadyRetired(name=bench.name)
        for name, value in values.items():
            setattr(bench, name, value)
        bench.save(update_fields=list(values))
        rebuild_ahead(workshop, at=at)
    return bench


@again_when_busy
def retire_bench(*, bench: Bench, by: User, at: datetime) -> Bench:
    """
    Offer a bench no more.

    :raises NotTheOwner: for anybody but the owner.
    :raises StillCountedOn, LastOfItsKind, AlreadyRetired: as `what_forbids_retiring` says.
    """
    with transaction.atomic():
        workshop = lock_settings(bench.workshop, by=by)
        retire(Resource.objects.select_related("workshop", "bench").get(bench=bench), at=at)
        rebuild_ahead(workshop, at=at)
    return bench
