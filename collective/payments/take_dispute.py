"""Take what the provider says of disputes: the money it took or brought back, and how they end."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from backend.lib.outbox import put
from collective.ledger.disputes import book_dispute_movement, book_lost_dispute
from collective.ledger.undo import undo
from collective.payments import gateway
from collective.payments.dispute_models import Dispute
from collective.payments.freeze import freeze, unfreeze
from collective.payments.models import Payment
from collective.payments.ports import DisputeState, ProviderError
from collective.payments.take_word import advance_of
from collective.payments.tell_team import tell_team

logger = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(hours=1)
OVER = (Dispute.Status.WON, Dispute.Status.LOST, Dispute.Status.WARNING_CLOSED, Dispute.Status.PREVENTED)
CONTESTED = gettext_noop("A payment is contested")
LOST = gettext_noop("A contested payment is lost")
WON = gettext_noop("A contested payment is won")


def look_at_disputes(*, payment: Payment, at: datetime) -> list[Dispute]:
    """
    Bring our rows and the books up to what the provider says of a payment's disputes. Call it outside any transaction.

    :raises ProviderError: no answer; look again later.
    """
    if not payment.intent_id:
        return []
    said = gateway.provider().list_disputes(intent_id=payment.intent_id)
    with transaction.atomic(durable=True):
        locked = Payment.objects.locked(payment.pk)
        return [take_dispute(locked, one, at=at) for one in said]


def poll_disputes(*, at: datetime, limit: int = 50) -> int:
    """Look at the open disputes once an hour, whatever became of their events; return how many payments were seen."""
    due = Payment.objects.exclude(intent_id="").filter(
        disputes__in=Dispute.objects.open().filter(looked_at__lte=at - LOOK_AGAIN)
    )
    seen = 0
    for payment in due.distinct().order_by("pk")[:limit]:
        try:
            seen += bool(look_at_disputes(payment=payment, at=at))
        except ProviderError as error:
            logger.warning("the disputes of payment %s could not be read: %s", payment.reference, error)
            Dispute.objects.filter(payment=payment).update(looked_at=at)
    return seen


def take_dispute(payment: Payment, said: DisputeState, *, at: datetime) -> Dispute:
    """Apply what is said of one dispute to the locked `payment`: each movement is booked once, its end once."""
    dispute = Dispute.objects.select_for_update().filter(provider_id=said.dispute_id).first()
    is_new, was_closed = dispute is None, dispute is not None and dispute.closed_at is not None
    dispute = dispute or Dispute(payment=payment, provider_id=said.dispute_id)
    dispute.amount_cents, dispute.status, dispute.reason = said.amount_cents, said.status, said.reason[:60]
    dispute.opened_at, dispute.evidence_due_at = said.created_at, said.evidence_due_at
    dispute.is_refundable, dispute.looked_at = said.is_refundable, at
    dispute.taken_cents = -sum(movement.amount_cents for movement in said.movements)
    dispute.fee_cents = sum(movement.fee_cents for movement in said.movements)
    for movement in said.movements:
        book_dispute_movement(
            advance_of(payment),
            movement=movement.movement_id,
            amount_cents=movement.amount_cents,
            fee_cents=movement.fee_cents,
            at=at,
        )
    _settle(payment, dispute, at=at)
    dispute.save()
    if dispute.closed_at is None and (is_new or was_closed):
        freeze(subject=payment.subject, cause=dispute.provider_id, at=at)
        _tell(dispute, CONTESTED, at=at)
    return dispute


def _settle(payment: Payment, dispute: Dispute, *, at: datetime) -> None:
    """Where the money is decides: a dispute that is won, its money not back yet, is not over."""
    lost = dispute.lost_cents + dispute.twice_cents
    if lost and dispute.taken_cents == 0:
        _win_after_all(payment, dispute, at=at)
    elif dispute.status not in OVER:
        dispute.closed_at = None  # a bank may take up again what it had closed
    elif dispute.closed_at is None and not (dispute.status == Dispute.Status.WON and dispute.taken_cents > 0):
        dispute.closed_at = at
        if dispute.taken_cents > 0:
            _lose(payment, dispute, at=at)
        else:
            _end(payment, dispute, WON, at=at)


def _lose(payment: Payment, dispute: Dispute, *, at: datetime) -> None:
    """The bank gave the money to the customer: what was refunded before went twice, and is the platform's loss."""
    dispute.lost_cents = min(dispute.taken_cents, payment.kept_cents)
    dispute.twice_cents = dispute.taken_cents - dispute.lost_cents
    book_lost_dispute(
        advance_of(payment),
        dispute=dispute.provider_id,
        cents=dispute.lost_cents,
        twice_cents=dispute.twice_cents,
        at=at,
    )
    payment.lost_cents += dispute.lost_cents
    _end(payment, dispute, LOST, at=at)


def _win_after_all(payment: Payment, dispute: Dispute, *, at: datetime) -> None:
    undo(source=f"lost:{dispute.provider_id}", at=at)
    payment.lost_cents -= dispute.lost_cents
    dispute.lost_cents = dispute.twice_cents = 0
    _end(payment, dispute, WON, at=at)


def _end(payment: Payment, dispute: Dispute, subject: str, *, at: datetime) -> None:
    """Send word to who asked for the payment as well: what waited for the bank's decision can go on."""
    payment.changed_at = at
    payment.save(update_fields=["lost_cents", "changed_at"])
    kind = f"payment.changed.{payment.purpose}"
    key = f"{kind}:{payment.pk}:dispute:{dispute.provider_id}:{dispute.status}"
    put(kind, {"payment": payment.pk, "subject": payment.subject}, due_at=at, key=key)
    unfreeze(subject=payment.subject, cause=dispute.provider_id, at=at)  # and have it looked at who is owed what now
    _tell(dispute, subject, at=at)


def _tell(dispute: Dispute, subject: str, *, at: datetime) -> None:
    payment = dispute.payment
    tell_team(
        collective=payment.workshop.collective,
        subject=subject,
        about=payment.label,
        cents=dispute.amount_cents,
        due=dispute.evidence_due_at if subject == CONTESTED else None,
        key=f"dispute:{dispute.provider_id}:{dispute.status}",
        at=at,
    )
