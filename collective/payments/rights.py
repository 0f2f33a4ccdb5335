"""Who keeps the collective's money: its treasurers and its coordinators."""

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from collective.members.models import Collective, Membership, User

KEEPERS = (Membership.Role.TREASURER, Membership.Role.COORDINATOR)


class NotTheTreasurer(NotAllowed):
    code = "not_the_treasurer"
    message = _("A treasurer or a coordinator of the collective does this. Ask one of them.")


def what_forbids_keeping_money(collective: Collective, *, by: User) -> RuleBroken | None:
    keeps = Membership.objects.of(by, *KEEPERS).filter(collective=collective).exists()
    return None if keeps else NotTheTreasurer()
