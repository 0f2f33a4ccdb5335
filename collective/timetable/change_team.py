"""Change who works in a workshop: add a mechanic, say what they can, let them go; their free days follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.members.models import User
from collective.timetable.models import Resource
from collective.timetable.rebuild_ahead import rebuild_ahead
from collective.timetable.retire import AlreadyRetired, demand_time_for_bikes_left, retire
from collective.timetable.retry import again_when_busy
from collective.workshops.brands import EBIKE_BRANDS
from collective.workshops.models import Mechanic, Workshop
from collective.workshops.ranges import MECHANIC, check_numbers
from collective.workshops.rights import lock_settings

FIELDS = ("name", "certifications", *MECHANIC)
LONGEST_NAME = 80


class NameMissing(BadInput):
    code = "name_missing"
    message = _("Give a name of at most 80 letters.")


class UnknownBrand(BadInput):
    code = "unknown_brand"
    message = _("We know no e-bike brand called %(brands)s.")


def check_name(name: Any) -> str:
    """
    Give the name without the spaces around it.

    :raises NameMissing: for an empty or endless one.
    """
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise NameMissing
    return name.strip()


def check_brands(brands: Sequence[str]) -> list[str]:
    """:raises UnknownBrand: for one that is not in EBIKE_BRANDS."""
    if unknown := sorted(set(brands) - set(EBIKE_BRANDS)):
        raise UnknownBrand(brands=", ".join(brand[:20] for brand in unknown))
    return sorted(set(brands))


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    assert set(values) <= set(FIELDS), values
    check_numbers(values, MECHANIC)
    if "name" in values:
        values["name"] = check_name(values["name"])
    if "certifications" in values:
        values["certifications"] = check_brands(values["certifications"])
    return values


@again_when_busy
def add_mechanic(*, workshop: Workshop, name: str, skill_level: int, by: User, at: datetime, **more: Any) -> Mechanic:
    """
    Add a mechanic, whose time is offered at once within the workshop's hours; `more` as FIELDS.

    :raises NotTheOwner: for anybody but the owner.
    :raises BadInput: for a name, a brand or a number that cannot be.
    """
    values = _checked({"name": name, "skill_level": skill_level, **more})
    with transaction.atomic():
        workshop = lock_settings(workshop, by=by)
        mechanic = Mechanic.objects.create(workshop=workshop, **values)
        Resource.objects.create(workshop=workshop, kind=Resource.Kind.MECHANIC, mechanic=mechanic)
        rebuild_ahead(workshop, at=at)
    return mechanic


@again_when_busy
def change_mechanic(*, mechanic: Mechanic, by: User, at: datetime, **values: Any) -> Mechanic:
    """
    Change what is known of a mechanic (FIELDS); what is booked with them stays.

    :raises NotTheOwner: for anybody but the owner.
    :raises AlreadyRetired: when they are gone.
    :raises BikesLeftCountOn: when a lower skill leaves too few who can do what was sold by the day.
    :raises BadInput: for a name, a brand or a number that cannot be.
    """
    values = _checked(values)
    with transaction.atomic():
        workshop = lock_settings(mechanic.workshop, by=by)
        mechanic = Mechanic.objects.select_related("resource", "workshop").get(pk=mechanic.pk)
        if mechanic.resource.retired_at:
            raise AlreadyRetired(name=mechanic.name)
        knew = mechanic.skill_level
        for name, value in values.items():
            setattr(mechanic, name, value)
        mechanic.save(update_fields=list(values))
        rebuild_ahead(workshop, at=at)
        if mechanic.skill_level < knew:
            demand_time_for_bikes_left(workshop, name=mechanic.name, at=at)
    return mechanic


@again_when_busy
def retire_mechanic(*, mechanic: Mechanic, by: User, at: datetime) -> Mechanic:
    """
    Offer a mechanic's time no more.

    :raises NotTheOwner: for anybody but the owner.
    :raises StillCountedOn, LastOfItsKind, AlreadyRetired: as `what_forbids_retiring` says.
    :raises BikesLeftCountOn: when the others have too little time for what was sold by the day.
    """
    with transaction.atomic():
        workshop = lock_settings(mechanic.workshop, by=by)
        retire(Resource.objects.select_related("workshop", "mechanic").get(mechanic=mechanic), at=at)
        rebuild_ahead(workshop, at=at)
        demand_time_for_bikes_left(workshop, name=mechanic.name, at=at)
    return mechanic
