"""Give money back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.payments.models import Operation, Payment
from collective.payments.plan import plan_operation

Kind = Operation.Kind


class RefundTooLarge(RuleBroken):
    code = "refund_too_large"
    message = _("More cannot be given back than what was paid and not given back yet.")


def refundable_cents(payment: Payment) -> int:
    """Return what is paid, not given back, and not about to be."""
    planned = payment.operations.filter(kind=Kind.REFUND, state=Operation.State.PENDING, refund__isnull=True)
    return payment.kept_cents - sum(params["amount_cents"] for params in planned.values_list("params", flat=True))


@transaction.atomic
def refund_payment(*, payment: Payment, amount_cents: int, reason: str, at: datetime) -> Operation:
    """
    Plan to give back `amount_cents` of a captured payment, in part or in full, before or after the work is finished.

    Each call is a refund of its own: who asks makes sure to ask once. `reason` is a note of 60 characters at most.

    :raises RefundTooLarge: for more than `refundable_cents`, or nothing.
    """
    payment = Payment.objects.locked(payment.pk)
    if not 0 < amount_cents <= refundable_cents(payment):
        raise RefundTooLarge
    return plan_operation(payment=payment, kind=Kind.REFUND, at=at, amount_cents=amount_cents, reason=reason[:60])
