"""Who may change what a workshop has and how it sells its time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from collective.members.models import User
from collective.workshops.models import Workshop
from collective.workshops.roles import owns


class NotTheOwner(NotAllowed):
    code = "not_the_owner"
    message = _("Only the owner of this workshop changes its settings.")


def what_forbids_settings(workshop: Workshop, *, by: User) -> RuleBroken | None:
    return None if owns(by, workshop) else NotTheOwner()


def lock_settings(workshop: Workshop, *, by: User) -> Workshop:
    """
    Give the workshop anew, its row locked, to whoever may change it: two changes at once follow each other.

    Bookings point to the row and never wait for it.

    :raises NotTheOwner: for anybody else.
    """
    if forbidden := what_forbids_settings(workshop, by=by):
        raise forbidden
    return Workshop.objects.select_for_update(of=("self",), no_key=True).get(pk=workshop.pk)
