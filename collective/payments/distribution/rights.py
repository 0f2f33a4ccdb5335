"""Who may say how a legal person is paid."""

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import NotAllowed, RuleBroken
from collective.ledger.models import Entity
from collective.members.models import Collective, Membership, User
from collective.workshops.models import Staff


class NotYourAccount(NotAllowed):
    code = "not_your_account"
    message = _("Only the owner of this workshop says how it is paid.")


class NotTheTreasurer(NotAllowed):
    code = "not_the_treasurer"
    message = _("Only a treasurer of the collective does this.")


def keeps_the_treasury(user: User, collective: Collective) -> bool:
    return Membership.objects.of(user, Membership.Role.TREASURER).filter(collective=collective).exists()


def what_forbids_treasury(collective: Collective, *, by: User) -> RuleBroken | None:
    return None if keeps_the_treasury(by, collective) else NotTheTreasurer()


def what_forbids_account(entity: Entity, *, by: User) -> RuleBroken | None:
    """A seller's is its owners' business, the fund's and the platform's the treasurer's."""
    if entity.seller_id is None:
        return what_forbids_treasury(entity.collective, by=by)
    owners = Staff.objects.live().filter(user=by, role=Staff.Role.OWNER, workshop__seller=entity.seller_id)
    return None if owners.exists() else NotYourAccount()
