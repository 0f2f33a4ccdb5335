"""Close a payment page that waited long enough."""

from datetime import datetime

from django.db import transaction

from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation, plan_operation
from collective.payments.take_word import tell

Kind = Operation.Kind


@transaction.atomic
def expire_payment(*, payment: Payment, at: datetime) -> Operation | None:
    """
    Plan to close the page; when the person paid meanwhile, running the operation settles the payment instead.

    A page that nobody began to open is closed at once, without a call. None when there is nothing to close any more:
    the payment's state tells why.
    """
    payment = Payment.objects.locked(payment.pk)
    if payment.state not in (Payment.State.NEW, Payment.State.OPEN):
        return None
    never_sent = payment.operations.filter(kind=Kind.OPEN, state=Operation.State.PENDING, attempts=0)
    if payment.state == Payment.State.NEW and never_sent.update(
        state=Operation.State.REFUSED, last_error="given up before it was sent"
    ):
        payment.state, payment.changed_at = Payment.State.EXPIRED, at
        payment.save(update_fields=["state", "changed_at"])
        tell(payment, at=at)
        return None
    return pending_operation(payment, Kind.EXPIRE) or plan_operation(payment=payment, kind=Kind.EXPIRE, at=at)
