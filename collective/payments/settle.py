"""Look at a payment: read what the provider says, and take it."""

from datetime import datetime

from django.db import transaction

from collective.payments.models import Payment
from collective.payments.take_word import take_word
from collective.payments.word import read_word


def look_at_payment(*, payment: Payment, at: datetime) -> Payment:
    """
    Bring our row, the books and who asked up to what the provider says; return the row. Looking twice changes nothing.

    Call it outside any transaction. When a state, a capture or a refund is new, an outbox row of kind
    `payment.changed.<purpose>` with {"payment": pk, "subject": subject} stands in the same transaction.

    :raises ProviderUnavailable: no answer; look again later.
    """
    if not payment.session_id and not payment.intent_id:
        payment.refresh_from_db()
    word = read_word(payment)
    with transaction.atomic(durable=True):
        locked = Payment.objects.locked(payment.pk)
        take_word(locked, word, at=at)
    return locked
