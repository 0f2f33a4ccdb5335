"""Take a payment out of trouble: a person has looked, and says why all is well."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.members.models import User
from collective.payments.models import Payment, TroubleSettled
from collective.payments.rights import what_forbids_keeping_money

LONGEST_NOTE = 500


class NotInTrouble(RuleBroken):
    code = "not_in_trouble"
    message = _("Nothing is wrong with this payment, or somebody has settled it already.")


class NoteMissing(BadInput):
    code = "note_missing"
    message = _("Say in a few words what you found and did: whoever comes after you will read it.")


def what_forbids_settling_trouble(payment: Payment, *, by: User) -> RuleBroken | None:
    if forbidden := what_forbids_keeping_money(payment.workshop.collective, by=by):
        return forbidden
    return None if payment.trouble else NotInTrouble()


@transaction.atomic
def settle_trouble(*, payment: Payment, note: str, by: User, at: datetime) -> None:
    """
    Clear the mark, and keep who did so and why. What is still wrong marks it again at the next look.

    :raises RuleBroken: for who may not, or without trouble.
    :raises NoteMissing: without a reason.
    """
    payment = Payment.objects.locked(payment.pk)
    if forbidden := what_forbids_settling_trouble(payment, by=by):
        raise forbidden
    if not (said := note.strip()):
        raise NoteMissing
    TroubleSettled.objects.create(
        payment=payment, trouble=payment.trouble, note=said[:LONGEST_NOTE], settled_by=by, settled_at=at
    )
    payment.trouble = ""
    payment.save(update_fields=["trouble"])
