"""Let go of what a card has authorised."""

from datetime import datetime

from django.db import transaction

from collective.payments.capture import NothingHeld
from collective.payments.models import Operation, Payment
from collective.payments.plan import pending_operation, plan_operation

Kind = Operation.Kind


@transaction.atomic
def release_payment(*, payment: Payment, at: datetime) -> Operation | None:
    """
    Plan to give the held money back to the card. Asked twice, it is planned once; None when it is released already.

    :raises NothingHeld: when nothing is held, or it is being captured.
    """
    payment = Payment.objects.locked(payment.pk)
    if payment.state == Payment.State.RELEASED:
        return None
    if payment.state != Payment.State.AUTHORISED or pending_operation(payment, Kind.CAPTURE):
        raise NothingHeld
    return pending_operation(payment, Kind.RELEASE) or plan_operation(payment=payment, kind=Kind.RELEASE, at=at)
