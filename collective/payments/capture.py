"""Take what a card has authorised."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation, plan_operation

Kind = Operation.Kind


class NothingHeld(RuleBroken):
    code = "nothing_held"
    message = _("Nothing is held on the card for this payment any more.")


class MoreThanHeld(RuleBroken):
    code = "more_than_held"
    message = _("More cannot be taken than what the card authorised.")


def what_forbids_capturing(payment: Payment, *, amount_cents: int) -> RuleBroken | None:
    if payment.state != Payment.State.AUTHORISED or pending_operation(payment, Kind.RELEASE):
        return NothingHeld()
    if not 0 < amount_cents <= payment.amount_cents:
        return MoreThanHeld()
    return None


@transaction.atomic
def capture_payment(*, payment: Payment, amount_cents: int, at: datetime) -> Operation | None:
    """
    Plan to take `amount_cents` of what is held; the rest goes back to the card. Asked twice, it is planned once.

    `run_operations` makes the call. Return None when it is captured already.

    :raises RuleBroken: when nothing is held, or less.
    """
    payment = Payment.objects.locked(payment.pk)
    if payment.state == Payment.State.CAPTURED:
        return None
    if forbidden := what_forbids_capturing(payment, amount_cents=amount_cents):
        raise forbidden
    planned = pending_operation(payment, Kind.CAPTURE)
    return planned or plan_operation(payment=payment, kind=Kind.CAPTURE, at=at, amount_cents=amount_cents)
