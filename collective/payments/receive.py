"""
Receive the provider's events, and find what they did not tell.

An event is only a reason to look: its contents may be late, repeated or out of order, so the object is read again.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from collective.payments import gateway
from collective.payments.distribution.accounts import look_soon_at
from collective.payments.models import Payment, StripeEvent
from collective.payments.ports import (
    BadPayload,
    BadSignature,
    EventSeen,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
)
from collective.payments.settle import look_at_payment
from collective.payments.take_dispute import look_at_disputes

logger = logging.getLogger(__name__)

LARGEST_EVENT = 256 * 1024  # bytes
DISPUTES = "charge.dispute."
OF_ACCOUNTS = ("account.", "v2.core.account")
OURS = ("checkout.session.", "payment_intent.", "charge.", "refund.", *OF_ACCOUNTS)
THIN = "v1."  # what a thin event of the first API puts before the same name
ROW_MAY_STILL_COME = timedelta(hours=1)
State = Payment.State


class BadEvent(BadInput):
    code = "bad_event"
    message = _("This is not an event that the payment provider signed for us within the last five minutes.")


def receive_event(*, payload: bytes, signature: str, at: datetime) -> StripeEvent:
    """
    Keep a verified event, once whatever the number of deliveries, and return it; `sweep_events` acts on it.

    :raises BadEvent: unsigned, signed by another, changed, old, unreadable, too large, or of the other mode (real money
        and test money do not mix). Nothing is written then.
    """
    provider = gateway.provider()
    if len(payload) > LARGEST_EVENT:
        raise BadEvent
    try:
        seen = provider.read_event(payload, signature, settings.STRIPE_WEBHOOK_SECRETS)
    except (BadSignature, BadPayload) as bad:
        logger.warning("event refused: %s", bad)
        raise BadEvent from bad
    if seen.livemode != provider.livemode:
        raise BadEvent
    return keep_event(seen, at=at)


def keep_event(seen: EventSeen, *, at: datetime) -> StripeEvent:
    """Keep an event that the provider has told, once, whether it came by itself or was asked for."""
    is_ours = seen.type.removeprefix(THIN).startswith(OURS)
    event, _created = StripeEvent.objects.get_or_create(
        event_id=seen.id,
        defaults={
            "kind": seen.type,
            "object_id": seen.object_id,
            "intent_id": seen.intent_id or "",
            "reference": seen.reference or "",
            "livemode": seen.livemode,
            "received_at": at,
            "state": StripeEvent.State.NEW if is_ours else StripeEvent.State.IGNORED,
        },
    )
    return event


def sweep_events(*, at: datetime, limit: int = 100) -> int:
    """
    Look at the payments that new events are about, each once; return how many events are done with.

    An account is put first in the round that looks at accounts.
    """
    new = list(StripeEvent.objects.filter(state=StripeEvent.State.NEW).order_by("pk")[:limit])
    done = 0
    looked: set[int] = set()
    for event in new:
        if event.kind.removeprefix(THIN).startswith(OF_ACCOUNTS):
            look_soon_at(event.object_id)
            done += _close(event, StripeEvent.State.DONE)
            continue
        payment = _payment_of(event)
        if payment is None:
            is_strange = at - event.received_at > ROW_MAY_STILL_COME
            done += is_strange and _close(event, StripeEvent.State.IGNORED)
        elif event.kind.removeprefix(THIN).startswith(DISPUTES):
            done += _look_at_disputes(payment, at=at) and _close(event, StripeEvent.State.DONE)
        elif payment.pk in looked or _look(payment, at=at):
            looked.add(payment.pk)
            done += _close(event, StripeEvent.State.DONE)
    return done


def poll_payments(*, at: datetime, limit: int = 50) -> int:
    """
    Look at the payments whose news may have been lost; return how many were looked at.

    Those that wait for a person, every minute; those held, or whose fee is not known yet, every ten minutes.
    """
    a_minute_ago, ten_minutes_ago = at - timedelta(minutes=1), at - timedelta(minutes=10)
    waiting = Q(state=State.OPEN) & (
        Q(looked_at__isnull=True, created_at__lte=a_minute_ago) | Q(looked_at__lte=a_minute_ago)
    )
    held = Q(state=State.AUTHORISED, looked_at__lte=ten_minutes_ago)
    without_fee = Q(state=State.CAPTURED, fee_cents__isnull=True, looked_at__lte=ten_minutes_ago)
    due = Payment.objects.filter(waiting | held | without_fee).order_by("looked_at", "pk")[:limit]
    return sum(_look(payment, at=at) for payment in due)


def _look(payment: Payment, *, at: datetime) -> bool:
    try:
        look_at_payment(payment=payment, at=at)
    except (ProviderUnavailable, ProviderRefused) as error:
        logger.warning("payment %s could not be looked at: %s", payment.reference, error)
        # It takes its turn again: one that cannot be read does not keep the others from being polled.
        Payment.objects.filter(pk=payment.pk).update(looked_at=at)
        return isinstance(error, ProviderRefused)
    return True


def _look_at_disputes(payment: Payment, *, at: datetime) -> bool:
    try:
        look_at_disputes(payment=payment, at=at)
    except ProviderError as error:
        logger.warning("the disputes of payment %s could not be read: %s", payment.reference, error)
        return isinstance(error, ProviderRefused)
    return True


def _close(event: StripeEvent, state: str) -> int:
    return StripeEvent.objects.filter(pk=event.pk, state=StripeEvent.State.NEW).update(state=state)


def _payment_of(event: StripeEvent) -> Payment | None:
    """By our own reference when the event carries it, else by what it is about, once we know that object."""
    payments = Payment.objects.select_related("workshop")
    try:
        return payments.get(reference=uuid.UUID(event.reference))
    except (ValueError, Payment.DoesNotExist):
        pass
    about = Q(session_id=event.object_id) | Q(charge_id=event.object_id)
    if event.intent_id:
        about |= Q(intent_id=event.intent_id)
    return payments.filter(about).first()
