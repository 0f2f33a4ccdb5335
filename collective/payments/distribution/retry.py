"""A person has seen why the provider refused a transfer, and has it tried again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.members.models import User
from collective.payments.distribution.models import Transfer
from collective.payments.distribution.order import order_distribution
from collective.payments.distribution.rights import what_forbids_treasury


class NotRefused(RuleBroken):
    code = "not_refused"
    message = _("This transfer was not refused: nothing is to be tried again.")


@transaction.atomic
def retry_transfer(*, transfer: Transfer, by: User, at: datetime) -> Transfer:
    """
    Let a refused transfer leave with the next round, for what the books owe by then.

    :raises RuleBroken: for who is no treasurer, or when it was not refused.
    """
    if forbidden := what_forbids_treasury(transfer.entity.collective, by=by):
        raise forbidden
    transfer = Transfer.objects.select_for_update(of=("self",)).get(pk=transfer.pk)
    if transfer.state != Transfer.State.WAITS or not transfer.said:
        raise NotRefused
    transfer.said = ""
    transfer.save(update_fields=["said"])
    order_distribution(reference=transfer.reference, at=at)
    return transfer
