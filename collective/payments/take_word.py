"""Take the provider's word: state, books and news change together, in the caller's transaction, or not at all."""

import logging
from datetime import datetime

from django.utils.translation import gettext_noop

from backend.lib.mail import put_mail
from backend.lib.outbox import put
from collective.ledger.advances import Advance, book_capture, book_fee, book_refund
from collective.ledger.undo import undo
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Operation, Payment, Refund
from collective.payments.ports import RefundState
from collective.payments.tell_team import tell_team
from collective.payments.word import State, Trouble, Word, next_state, what_is_wrong

logger = logging.getLogger(__name__)

GIVEN_BACK = {"succeeded", "pending", "requires_action"}  # pending counts: the money has left
CAME_BACK = gettext_noop("A refund came back")


def take_word(payment: Payment, word: Word, *, at: datetime, operation: Operation | None = None) -> None:
    """
    Apply what the provider says to the locked `payment`: only forwards, each effect once.

    A word that disagrees with our row is not taken: the payment is marked for a person, nothing is booked.
    `operation` is the refund it answers, if it answers one.
    """
    payment.looked_at = at
    if trouble := what_is_wrong(payment, word):
        mark_trouble(payment, trouble, said=str(word))
        return
    before = (payment.state, payment.captured_cents, payment.refunded_cents)
    _take_intent(payment, word, at=at)
    for refund in word.refunds:
        _take_refund(payment, refund, at=at, operation=operation)
    if before != (payment.state, payment.captured_cents, payment.refunded_cents):
        payment.changed_at = at
        tell(payment, at=at)
        order_distribution(reference=payment.subject, at=at)
    payment.save()


def tell(payment: Payment, *, at: datetime) -> None:
    """Send word to who asked for the payment, once for each thing that can be told."""
    told = f"{payment.pk}:{payment.state}:{payment.captured_cents}:{payment.refunded_cents}"
    if came_back := payment.refunds.filter(failed_at__isnull=False).count() if payment.refunded_cents else 0:
        told += f":{came_back}"  # the same amount given back a second time is news
    kind = f"payment.changed.{payment.purpose}"
    put(kind, {"payment": payment.pk, "subject": payment.subject}, due_at=at, key=f"{kind}:{told}")


def mark_trouble(payment: Payment, trouble: Trouble, *, said: str) -> None:
    """Keep the payment for a person to look at: the log says once what was heard, the row that something was."""
    if payment.trouble != trouble:
        logger.error("payment %s needs a person (%s): %s", payment.reference, trouble, said)
    payment.trouble = trouble
    payment.save(update_fields=["trouble", "looked_at"])


def advance_of(payment: Payment) -> Advance:
    return Advance(
        key=str(payment.reference), reference=payment.subject, label=payment.label, workshop=payment.workshop
    )


def _take_intent(payment: Payment, word: Word, *, at: datetime) -> None:
    was = payment.state
    payment.state = next_state(payment, word)
    intent = word.intent
    if intent is None:
        return
    payment.intent_id = intent.intent_id
    payment.charge_id = intent.charge_id or payment.charge_id
    payment.capture_before = intent.capture_before or payment.capture_before
    if payment.state == State.CAPTURED and was != State.CAPTURED:
        payment.captured_cents = intent.received_cents
        book_capture(advance_of(payment), cents=intent.received_cents, at=at)
    if payment.state == State.CAPTURED and intent.fee_cents is not None:
        _take_fee(payment, intent.fee_cents, at=at)


def _take_fee(payment: Payment, cents: int, *, at: datetime) -> None:
    if payment.fee_cents is None:
        payment.fee_cents = cents
        book_fee(advance_of(payment), cents=cents, at=at)
    elif payment.fee_cents != cents:
        mark_trouble(payment, Trouble.FEE, said=f"booked {payment.fee_cents}, now {cents}")


def _take_refund(payment: Payment, said: RefundState, *, at: datetime, operation: Operation | None) -> None:
    """Refunds made in the provider's dashboard come the same way as ours: by their own identity, once."""
    known = Refund.objects.filter(provider_id=said.refund_id).first()
    if said.status not in GIVEN_BACK:
        if known and known.failed_at is None:
            take_refund_back(payment, known, at=at)
        return
    if known and known.failed_at is not None:
        mark_trouble(payment, Trouble.REFUND, said=f"refund {said.refund_id} is {said.status} after it had failed")
        return
    if known:
        if operation and known.operation_id is None:
            Refund.objects.filter(pk=known.pk).update(operation=operation, reason=operation.params["reason"])
        return
    if said.amount_cents > payment.kept_cents:
        mark_trouble(
            payment, Trouble.REFUND, said=f"refund {said.refund_id} of {said.amount_cents} is more than is left"
        )
        return
    Refund.objects.create(
        payment=payment,
        operation=operation,
        provider_id=said.refund_id,
        amount_cents=said.amount_cents,
        reason=operation.params["reason"] if operation else "",
        refunded_at=said.created_at,
    )
    payment.refunded_cents += said.amount_cents
    book_refund(advance_of(payment), refund=said.refund_id, cents=said.amount_cents, at=at)


def take_refund_back(payment: Payment, refund: Refund, *, at: datetime) -> None:
    """
    The card's bank sent a refund back, days after it was made (an account closed): the money is with us again.

    The books take it back. The person is told, and the collective: somebody must find another way (refund_again).
    """
    undo(source=f"refund:{refund.provider_id}", at=at)
    refund.failed_at = at
    refund.save(update_fields=["failed_at"])
    payment.refunded_cents -= refund.amount_cents
    put_mail(
        template="money/refund_back",
        to=payment.email,
        language=payment.language,
        context={"label": payment.label, "cents": refund.amount_cents},
        key=f"refund_back:{refund.provider_id}",
        due_at=at,
    )
    tell_team(
        collective=payment.workshop.collective,
        subject=CAME_BACK,
        about=payment.label,
        cents=refund.amount_cents,
        key=f"refund_back:{refund.provider_id}",
        at=at,
    )
