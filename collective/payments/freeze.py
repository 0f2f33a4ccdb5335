"""Hold back what a repair still has to send, while a customer disputes its payment."""

from datetime import datetime

from django.db import transaction

from collective.payments.distribution.models import Freeze, Transfer
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Operation


@transaction.atomic
def freeze(*, subject: str, cause: str, at: datetime) -> Freeze:
    """
    Keep the transfers of `subject` from leaving until each `cause` (a dispute's id) is lifted. Doing it again is well.

    A transfer whose call was made already cannot be stopped: it ends as the provider says, and a lost dispute, booked
    under the same reference, takes it back like a refund. Reversals are not held back.
    """
    found, _created = Freeze.objects.get_or_create(
        subject=subject, cause=cause, lifted_at__isnull=True, defaults={"since": at}
    )
    unsent = Operation.objects.filter(
        kind=Operation.Kind.TRANSFER,
        state=Operation.State.PENDING,
        attempts=0,
        transfer__reference=subject,
        transfer__state=Transfer.State.PLANNED,
    )
    for operation in unsent.select_related("transfer"):
        # Conditional: a sweeper that claims it at this moment has sent it.
        stopped = Operation.objects.filter(pk=operation.pk, state=Operation.State.PENDING, attempts=0).update(
            state=Operation.State.REFUSED, last_error="frozen before it was sent"
        )
        if stopped:
            Transfer.objects.filter(pk=operation.transfer.pk).update(
                state=Transfer.State.WAITS, reason=Transfer.Reason.FROZEN, operation=None
            )
    order_distribution(reference=subject, at=at)
    return found


@transaction.atomic
def unfreeze(*, subject: str, cause: str, at: datetime) -> None:
    """Lift one cause; what waited leaves once none is left."""
    Freeze.objects.filter(subject=subject, cause=cause, lifted_at__isnull=True).update(lifted_at=at)
    order_distribution(reference=subject, at=at)
