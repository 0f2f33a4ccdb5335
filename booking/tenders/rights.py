"""Who may record what was paid, and who may take it back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from collective.members.models import User
from collective.workshops.models import Workshop
from collective.workshops.roles import owns, works_at


class NotAtThisCounter(NotAllowed):
    code = "not_at_this_counter"
    message = _("Only the people of this workshop record what it is paid.")


class OnlyTheOwner(NotAllowed):
    code = "only_the_owner"
    message = _("Only the owner of this workshop takes a payment back.")


def what_forbids_recording(workshop: Workshop, *, by: User) -> RuleBroken | None:
    return None if works_at(by, workshop) else NotAtThisCounter()


def what_forbids_taking_back(workshop: Workshop, *, by: User) -> RuleBroken | None:
    if not works_at(by, workshop):
        return NotAtThisCounter()
    return None if owns(by, workshop) else OnlyTheOwner()
