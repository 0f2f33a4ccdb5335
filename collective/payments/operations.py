"""
Run the operations that are due: claim the row, call the provider outside any transaction, settle the answer in one.

A crash before the call or after it leaves the row pending: its lease runs out and the same key is sent again, which the
provider answers as it did the first time. It forgets keys after a day, so an old row is looked up before it is sent;
and what it answered the first time may have been an error of its own, so one that does not get through is looked up
too.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from collective.payments.distribution.send import KINDS as DISTRIBUTION
from collective.payments.distribution.send import refuse_distribution, settle_distribution
from collective.payments.models import Operation, Payment
from collective.payments.perform import Answer, find_again, perform
from collective.payments.ports import ProviderRefused, ProviderUnavailable
from collective.payments.take_word import mark_trouble, take_word, tell
from collective.payments.word import State, Trouble, Word, read_word

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than a call with its retries
KEY_IS_GOOD_FOR = timedelta(hours=20)  # the provider keeps keys for 24 hours; a margin for clocks
STUCK_AFTER = 3  # tries: an error of theirs may be stored under the key for a day, although the work was done
LONGEST_WAIT = timedelta(minutes=30)
Kind = Operation.Kind


def run_operations(*, at: datetime, payment: Payment | None = None, limit: int = 50) -> int:
    """
    Make the calls that are due at `at` (those of one `payment`, or all), oldest first; return how many were settled.

    Call it outside any transaction. One payment's operations run in the order they were planned.
    """
    due = Operation.objects.filter(_free(at), state=Operation.State.PENDING, due_at__lte=at)
    if payment is not None:
        due = due.filter(payment=payment)
    return sum(_run(pk, at=at) for pk in list(due.order_by("pk").values_list("pk", flat=True)[:limit]))


def _free(at: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)


def _run(pk: int, *, at: datetime) -> bool:
    operation = _claim(pk, at=at)
    if operation is None:
        return False
    try:
        _settle(operation, _ask(operation, at=at), at=at)
    except ProviderRefused as refusal:
        return _give_up(operation, refusal, at=at)
    except ProviderUnavailable as silence:
        _try_later(operation, silence, at=at)
        return False
    return True


def _claim(pk: int, *, at: datetime) -> Operation | None:
    """One sweeper only, and only the oldest of a payment: a refund waits for its capture."""
    before = Operation.objects.filter(
        payment_id=OuterRef("payment_id"), state=Operation.State.PENDING, pk__lt=OuterRef("pk")
    )
    with transaction.atomic(durable=True):
        mine = Operation.objects.filter(~Exists(before), _free(at), pk=pk, state=Operation.State.PENDING)
        if not mine.update(claimed_until=at + LEASE, attempts=F("attempts") + 1):
            return None
    return Operation.objects.select_related("payment__workshop").get(pk=pk)


def _ask(operation: Operation, *, at: datetime) -> Answer:
    # Whatever its row says of attempts: a backup that was restored forgets them, and the provider the key.
    if operation.attempts > STUCK_AFTER or at - operation.created_at > KEY_IS_GOOD_FOR:
        found = find_again(operation)
        if found is not None:
            return found
    return perform(operation)


def _settle(operation: Operation, answer: Answer, *, at: datetime) -> None:
    with transaction.atomic(durable=True):
        payment = Payment.objects.locked(operation.payment_id)
        is_first = _finish(operation, Operation.State.DONE, result=answer.result)
        if operation.kind in DISTRIBUTION:
            if is_first:
                settle_distribution(operation, answer.result, at=at)
            return
        if operation.kind == Kind.OPEN:
            _open(payment, answer, at=at)
        is_refund = operation.kind == Kind.REFUND
        take_word(payment, answer.word, at=at, operation=operation if is_refund else None)
        if is_refund and not payment.refunds.filter(provider_id=answer.result["refund_id"]).exists():
            mark_trouble(payment, Trouble.REFUND, said=str(answer.word))


def _open(payment: Payment, answer: Answer, *, at: datetime) -> None:
    payment.session_id = answer.result["session_id"]
    payment.session_url = answer.result["url"]
    if payment.state == State.NEW:
        payment.state = State.OPEN
        payment.changed_at = at
    payment.save()


def _give_up(operation: Operation, refusal: ProviderRefused, *, at: datetime) -> bool:
    """
    The provider said no: see what it has instead, since a refused capture may be one made already or a lapsed hold.

    Where the payment still stands as if nothing had been asked, a person must look.
    """
    if operation.kind in DISTRIBUTION:
        with transaction.atomic(durable=True):
            Payment.objects.locked(operation.payment_id)
            if _finish(operation, Operation.State.REFUSED, error=str(refusal)):
                refuse_distribution(operation, str(refusal), at=at)
        logger.error("operation %s was refused: %s", operation.key, refusal)
        return True
    try:
        word = read_word(operation.payment)
    except ProviderUnavailable as silence:
        _try_later(operation, silence, at=at)
        return False
    except ProviderRefused:
        word = Word()
    with transaction.atomic(durable=True):
        payment = Payment.objects.locked(operation.payment_id)
        before = (payment.state, payment.refunded_cents)
        _finish(operation, Operation.State.REFUSED, error=str(refusal))
        take_word(payment, word, at=at)
        if operation.kind in (Kind.OPEN, Kind.CHARGE):
            _fail(payment, at=at)
        elif (payment.state, payment.refunded_cents) == before:
            mark_trouble(payment, Trouble.REFUSED, said=f"{operation.key}: {refusal}")
    logger.error("operation %s was refused: %s", operation.key, refusal)
    return True


def _fail(payment: Payment, *, at: datetime) -> None:
    """A page that was never opened, or a saved card that the bank declined: nobody's money has moved."""
    if payment.state == State.NEW:
        payment.state, payment.changed_at = State.FAILED, at
        payment.save()
        tell(payment, at=at)


def _finish(operation: Operation, state: str, *, result: dict[str, str] | None = None, error: str = "") -> bool:
    """Return whether it was still pending: of two who settle the same answer, one does."""
    mine = Operation.objects.filter(pk=operation.pk, state=Operation.State.PENDING)
    return bool(mine.update(state=state, result=result, last_error=error, claimed_until=None))


def _try_later(operation: Operation, silence: ProviderUnavailable, *, at: datetime) -> None:
    """Wait twice as long after each silence, from two seconds to half an hour; it is never given up."""
    wait = min(timedelta(seconds=2 ** min(operation.attempts, 12)), LONGEST_WAIT)
    Operation.objects.filter(pk=operation.pk, state=Operation.State.PENDING).update(
        due_at=at + wait, claimed_until=None, last_error=str(silence)
    )
    logger.warning("operation %s: no answer, attempt %s", operation.key, operation.attempts)
