"""A movement that nothing in the books answers: look at the payment it is of, as far as it can be found."""

import logging
from datetime import datetime

from collective.payments import gateway
from collective.payments.models import Payment
from collective.payments.ports import ProviderError
from collective.payments.settle import look_at_payment
from collective.payments.take_dispute import look_at_disputes
from collective.reconciliation.match import DISPUTE_IDS, payment_of
from collective.reconciliation.models import BalanceMovement

logger = logging.getLogger(__name__)


def look_closer(movement: BalanceMovement, *, at: datetime) -> None:
    try:
        payment = payment_of(movement) or _payment_of_dispute(movement)
        if payment is not None:
            look_at_payment(payment=payment, at=at)
            if movement.source_id.startswith(DISPUTE_IDS):
                look_at_disputes(payment=payment, at=at)
    except ProviderError as error:
        logger.warning("movement %s: %s", movement.provider_id, error)


def _payment_of_dispute(movement: BalanceMovement) -> Payment | None:
    """A dispute of which no event came."""
    if not movement.source_id.startswith(DISPUTE_IDS):
        return None
    said = gateway.provider().read_dispute(dispute_id=movement.source_id)
    return Payment.objects.exclude(intent_id="").filter(intent_id=said.intent_id or "").first()
