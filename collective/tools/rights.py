"""Who keeps the collective's tools: its coordinators, and the owner of the workshop where a tool is at home."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from collective.members.models import User
from collective.tools.models import Loan, Tool
from collective.workshops.models import Workshop
from collective.workshops.roles import coordinates, owns


class NotTheKeeper(NotAllowed):
    code = "not_the_keeper"
    message = _("A coordinator of the collective, or the owner of the tool’s home, does this. Ask one of them.")


def what_forbids_adding(home: Workshop, *, by: User) -> RuleBroken | None:
    return None if coordinates(by, home.collective) or owns(by, home) else NotTheKeeper()


def what_forbids_keeping(tool: Tool, *, by: User) -> RuleBroken | None:
    return what_forbids_adding(tool.home, by=by)


def what_forbids_giving_back(loan: Loan, *, by: User) -> RuleBroken | None:
    """Who borrowed it may give it back too."""
    if loan.workshop is not None and owns(by, loan.workshop):
        return None
    return what_forbids_keeping(loan.tool, by=by)
