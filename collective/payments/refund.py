"""Give money back."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.payments.dispute_models import Dispute
from collective.payments.models import Operation, Payment, Refund
from collective.payments.plan import plan_operation

Kind = Operation.Kind


class RefundTooLarge(RuleBroken):
    code = "refund_too_large"
    message = _("More cannot be given back than what was paid and not given back yet.")


class PaymentDisputed(RuleBroken):
    code = "payment_disputed"
    message = _(
        "The card’s holder contests this payment at their bank, which decides. A refund now could be paid twice."
    )


def what_forbids_refunding(payment: Payment, *, amount_cents: int) -> RuleBroken | None:
    if is_contested(payment):
        return PaymentDisputed()
    return None if 0 < amount_cents <= refundable_cents(payment) else RefundTooLarge()


def is_contested(payment: Payment) -> bool:
    """Tell whether the provider would refuse a refund, since the card's bank has the money and decides."""
    return Dispute.objects.against_refunds().filter(payment=payment).exists()


def refundable_cents(payment: Payment) -> int:
    """Return what is paid, not given back, and not about to be."""
    planned = payment.operations.filter(kind=Kind.REFUND, state=Operation.State.PENDING, refund__isnull=True)
    return payment.kept_cents - sum(params["amount_cents"] for params in planned.values_list("params", flat=True))


def came_back_cents(payment: Payment) -> int:
    """Return what was refunded and sent back by the card's bank: a person finds another way, nothing goes by itself."""
    return Refund.objects.waiting().filter(payment=payment).aggregate(total=Sum("amount_cents", default=0))["total"]


@transaction.atomic
def refund_payment(*, payment: Payment, amount_cents: int, reason: str, at: datetime) -> Operation:
    """
    Plan to give back `amount_cents` of a captured payment, in part or in full, before or after the work is finished.

    Each call is a refund of its own: who asks makes sure to ask once. `reason` is a note of 60 characters at most.

    :raises RefundTooLarge: for more than `refundable_cents`, or nothing.
    :raises PaymentDisputed: while the bank decides whose the money is.
    """
    payment = Payment.objects.locked(payment.pk)
    if forbidden := what_forbids_refunding(payment, amount_cents=amount_cents):
        raise forbidden
    return plan_operation(payment=payment, kind=Kind.REFUND, at=at, amount_cents=amount_cents, reason=reason[:60])
