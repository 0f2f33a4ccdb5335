"""Look whether what we believe held on cards can still be taken."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from collective.payments.models import Payment

NEWS_TAKES = timedelta(minutes=20)  # the poll looks at holds every ten minutes
EXPIRES_SOON = timedelta(hours=24)


def what_is_wrong_with_holds(at: datetime) -> Iterator[str]:
    """Yield a sentence for each hold that has run out by its own date, or that nobody looks at any more."""
    held = Payment.objects.filter(state=Payment.State.AUTHORISED).order_by("pk")
    for reference, until, looked_at in held.values_list("reference", "capture_before", "looked_at"):
        if until is None:
            yield f"hold of payment {reference}: nobody knows until when"
        elif until < at - NEWS_TAKES:
            yield f"hold of payment {reference} ran out at {until:%Y-%m-%d %H:%M} UTC, and its row still counts on it"
        if looked_at is None or looked_at < at - timedelta(hours=1):
            yield f"hold of payment {reference} has not been looked at for an hour"
