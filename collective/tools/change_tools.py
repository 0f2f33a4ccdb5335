"""Add a tool to what the collective shares, say where it is at home, take it out of use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.members.models import User
from collective.timetable.change_team import check_name
from collective.timetable.free_days import lock_free_days
from collective.timetable.models import Resource
from collective.timetable.retire import AlreadyRetired, what_counts_on
from collective.timetable.retry import again_when_busy
from collective.tools.lend import NotAMember
from collective.tools.models import Tool, ToolKind
from collective.tools.rights import what_forbids_adding, what_forbids_keeping
from collective.workshops.models import Workshop
from collective.workshops.ranges import Range, check_numbers

NUMBERS = {
    "hand_over_minutes": Range(_("Minutes to hand it over"), 0, 240),
    "speed_kmh": Range(_("Speed on the road, in km/h"), 1, 130),
    "detour_percent": Range(_("Road compared with the straight line, in per cent"), 100, 400),
}
FIELDS = ("name", "home", *NUMBERS)


class NotShareable(BadInput):
    code = "not_shareable"
    message = _("Tools of this kind are not shared: every workshop has one.")


@again_when_busy
@transaction.atomic
def add_tool(*, kind: ToolKind, home: Workshop, name: str, by: User, **numbers: Any) -> Tool:
    """
    Add a tool, which stands at its home from now on; `numbers` as NUMBERS.

    :raises NotTheKeeper: for whoever neither coordinates the collective nor owns the home.
    :raises NotShareable, NotAMember, BadInput: for a kind, a home or a number that cannot be.
    """
    if forbidden := what_forbids_adding(home, by=by):
        raise forbidden
    if not kind.shareable or kind.retired_at:
        raise NotShareable
    values = _checked(home.collective_id, {"name": name, "home": home, **numbers})
    tool = Tool.objects.create(collective_id=home.collective_id, kind=kind, **values)
    Resource.objects.create(workshop=home, kind=Resource.Kind.TOOL, tool=tool)
    return tool


@again_when_busy
@transaction.atomic
def change_tool(*, tool: Tool, by: User, **values: Any) -> Tool:
    """
    Change its name, its home, or how long handing it over takes (FIELDS); what is booked with it stays.

    :raises NotTheKeeper: for whoever does not keep it.
    :raises AlreadyRetired, NotAMember, BadInput: for what cannot be.
    """
    if forbidden := what_forbids_keeping(tool, by=by):
        raise forbidden
    values = _checked(tool.collective_id, values)
    resource = Resource.objects.select_for_update(of=("self",), no_key=True).get(tool=tool)
    if resource.retired_at:
        raise AlreadyRetired(name=tool.name)
    for name, value in values.items():
        setattr(tool, name, value)
    tool.save(update_fields=list(values))
    if "home" in values:
        Resource.objects.filter(pk=resource.pk).update(workshop=values["home"])
    return tool


@again_when_busy
@transaction.atomic
def retire_tool(*, tool: Tool, by: User, at: datetime) -> Tool:
    """
    Take the tool out of use for good.

    :raises NotTheKeeper: for whoever does not keep it.
    :raises AlreadyRetired: when it is.
    :raises StillCountedOn: while a booking or a loan ahead counts on it.
    """
    if forbidden := what_forbids_keeping(tool, by=by):
        raise forbidden
    lock_free_days(resources=[tool.resource], days=(), at=at)
    resource = Resource.objects.select_related("workshop", "tool").get(tool=tool)
    if resource.retired_at:
        raise AlreadyRetired(name=tool.name)
    if counted := what_counts_on(resource, at=at):
        raise counted
    resource.retired_at = at
    resource.save(update_fields=["retired_at"])
    return tool


def _checked(collective: int, values: dict[str, Any]) -> dict[str, Any]:
    assert set(values) <= set(FIELDS), values
    check_numbers(values, NUMBERS)
    if "name" in values:
        values["name"] = check_name(values["name"])
    if (home := values.get("home")) and (home.collective_id != collective or home.closed_at):
        raise NotAMember
    return values
