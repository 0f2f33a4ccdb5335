"""What is not paid out while it is uncertain whose it is: the repairs whose payment is contested."""

from collective.payments.dispute_models import Dispute


def is_frozen(*, subject: str) -> bool:
    """Tell whether a payment of this repair is contested at the bank: its money waits where it is."""
    return Dispute.objects.open().filter(payment__subject=subject).exists()
