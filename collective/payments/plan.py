"""Write a call to the provider down, with its idempotency key, in the transaction that decides it."""

from datetime import datetime
from typing import Any

from django.db import connection

from collective.payments.models import Operation, Payment


def plan_operation(*, payment: Payment, kind: str, at: datetime, **params: Any) -> Operation:
    """
    Write the row that `run_operations` will act on. The caller holds the payment's lock, so numbers do not collide.

    The key names the business operation ("refund:<payment>:2"), so that a crash and a retry send the same one.

    :raises RuntimeError: outside a transaction, where the row could stand without what decided it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an operation is planned in the transaction that decides it")
    number = payment.operations.filter(kind=kind).count() + 1
    return Operation.objects.create(
        payment=payment,
        kind=kind,
        key=f"{kind}:{payment.reference}:{number}",
        params=params,
        created_at=at,
        due_at=at,
    )


def pending_operation(payment: Payment, kind: str) -> Operation | None:
    return payment.operations.filter(kind=kind, state=Operation.State.PENDING).order_by("pk").first()
