"""
Find what was not told: events lost on the way, and all that happened since a backup that was restored.

Nothing is asked of the provider but what it knows: no call that moves money is made, so nothing is done twice.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from collective.payments import gateway
from collective.payments.models import Payment, StripeEvent
from collective.payments.ports import ProviderError, ProviderRefused
from collective.payments.receive import keep_event, sweep_events
from collective.payments.settle import look_at_payment
from collective.payments.take_dispute import look_at_disputes
from collective.reconciliation.find_transfers import find_transfers

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=30)  # the provider keeps its events no longer


@dataclass(frozen=True)
class CaughtUp:
    events: int  # that we had not heard of
    payments: int  # looked at again
    changed: int  # of these, what the provider said was news
    transfers: int  # and reversals, found and booked


def catch_up(*, since: datetime, at: datetime) -> CaughtUp:
    """
    Hear the provider's events since a moment (30 days at most), and look at every payment that may have moved since.

    Call it outside any transaction, before the operations run again (`manage.py catch_up` does): a refund whose row the
    backup has as planned may be made already, and is recognised instead of being made again.

    :raises ProviderError: no answer; what was taken is taken, and doing it again is well.
    """
    since = max(since, at - LONGEST)
    known = Payment.objects.exclude(session_id="", intent_id="").filter(created_at__gte=since - LONGEST)
    payments = list(known.order_by("pk"))
    before = {payment.pk: _standing(payment) for payment in payments}
    heard = hear_events(since=since, at=at)
    sweep_events(at=at, limit=10_000)
    changed = transfers = 0
    for payment in payments:
        payment.refresh_from_db()
        try:
            look_at_disputes(payment=look_at_payment(payment=payment, at=at), at=at)
            transfers += find_transfers(payment=payment, at=at)
        except ProviderRefused as refusal:
            logger.warning("payment %s could not be looked at: %s", payment.reference, refusal)
        payment.refresh_from_db()
        changed += _standing(payment) != before[payment.pk]
    return CaughtUp(events=heard, payments=len(payments), changed=changed, transfers=transfers)


def hear_events(*, since: datetime, at: datetime) -> int:
    """Keep the events since a moment that we had not heard of, oldest first; return how many."""
    said = list(gateway.provider().list_events(since))
    known = set(
        StripeEvent.objects.filter(event_id__in=[event.id for event in said]).values_list("event_id", flat=True)
    )
    missed = [event for event in said if event.id not in known and event.livemode == gateway.provider().livemode]
    for event in sorted(missed, key=lambda event: event.created):
        keep_event(event, at=at)
    return len(missed)


def hear_what_was_missed(*, since: datetime, at: datetime) -> None:
    """As far as the provider answers: the check goes on without."""
    try:
        hear_events(since=since, at=at)
        sweep_events(at=at, limit=1000)
    except ProviderError as error:
        logger.warning("events since %s could not be heard: %s", since, error)


def _standing(payment: Payment) -> tuple[object, ...]:
    return payment.state, payment.captured_cents, payment.refunded_cents, payment.lost_cents, payment.fee_cents
