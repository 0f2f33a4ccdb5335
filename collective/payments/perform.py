"""Make one call to the provider, with the key and the arguments that stand in its row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, cast

from collective.payments import gateway
from collective.payments.distribution import send
from collective.payments.models import Operation, Refund
from collective.payments.ports import IntentStatus, ProviderRefused, RefundState
from collective.payments.take_word import GIVEN_BACK
from collective.payments.word import Word, read_word

CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True)
class Answer:
    """What came of a call: `result` is kept in the row, `word` is what it tells of the payment."""

    result: dict[str, str] = field(default_factory=dict)
    word: Word = field(default_factory=Word)


def perform(operation: Operation) -> Answer:
    """:raises ProviderError: when there is no answer, or a refusal."""
    return PERFORM[Operation.Kind(operation.kind)](operation)


def find_again(operation: Operation) -> Answer | None:
    """
    Return what became of a call whose key the provider may have forgotten; None when it never arrived.

    Opening a page, charging, refunding and sending can be done twice, so the thing itself is looked for. The others
    cannot: what they act on tells whether they were done, and sending them again is harmless.

    :raises ProviderRefused: for a charge that was declined.
    """
    if operation.kind == Operation.Kind.OPEN:
        return _opened_before(operation)
    if operation.kind == Operation.Kind.REFUND:
        return _refunded_before(operation)
    if operation.kind in send.KINDS:
        is_transfer = operation.kind == Operation.Kind.TRANSFER
        result = send.find_transfer(operation) if is_transfer else send.find_reversal(operation)
        return Answer(result) if result else None
    if operation.kind == Operation.Kind.CHARGE:
        return _charged_before(operation)
    word = read_word(operation.payment)
    is_over = word.intent is not None and word.intent.status in (IntentStatus.CAPTURED, IntentStatus.RELEASED)
    return Answer(word=word) if is_over else None


def _open(operation: Operation) -> Answer:
    payment = operation.payment
    opened = gateway.provider().open_session(
        reference=str(payment.reference),
        amount_cents=payment.amount_cents,
        label=payment.label,
        email=payment.email,
        language="en" if payment.language == "en" else "fr",
        capture=cast(Literal["now", "later"], payment.capture),
        success_url=payment.success_url,
        cancel_url=payment.cancel_url,
        expires_at=datetime.fromisoformat(operation.params["expires_at"]),
        transfer_group=payment.subject,
        key=operation.key,
    )
    return Answer({"session_id": opened.session_id, "url": opened.url})


def _expire(operation: Operation) -> Answer:
    payment = operation.payment
    if not payment.session_id:
        return Answer()  # the page was never opened
    session = gateway.provider().expire_session(session_id=payment.session_id, key=operation.key)
    if session.status == "expired":
        return Answer(word=Word(session=session))
    return Answer(word=read_word(payment))


def _capture(operation: Operation) -> Answer:
    intent = gateway.provider().capture(
        intent_id=operation.payment.intent_id, amount_cents=operation.params["amount_cents"], key=operation.key
    )
    return Answer(word=Word(intent=intent))


def _release(operation: Operation) -> Answer:
    intent = gateway.provider().release(intent_id=operation.payment.intent_id, key=operation.key)
    return Answer(word=Word(intent=intent))


def _refund(operation: Operation) -> Answer:
    refund = gateway.provider().refund(
        intent_id=operation.payment.intent_id,
        amount_cents=operation.params["amount_cents"],
        key=operation.key,
        reason=operation.params["reason"] or None,
    )
    return _refund_answer(refund)


def _charge(operation: Operation) -> Answer:
    payment = operation.payment
    intent = gateway.provider().charge_saved_card(
        reference=str(payment.reference),
        amount_cents=payment.amount_cents,
        label=payment.label,
        customer_id=operation.params["customer_id"],
        method_id=operation.params["method_id"],
        capture=cast(Literal["now", "later"], payment.capture),
        transfer_group=payment.subject,
        key=operation.key,
    )
    return Answer({"intent_id": intent.intent_id}, Word(intent=intent))


def _refund_answer(refund: RefundState) -> Answer:
    return Answer({"refund_id": refund.refund_id}, Word(refunds=[refund]))


def _opened_before(operation: Operation) -> Answer | None:
    payment = operation.payment
    session = gateway.provider().find_session_by_reference(
        str(payment.reference), since=operation.created_at - CLOCKS_DIFFER
    )
    if session is None:
        return None
    return Answer({"session_id": session.session_id, "url": session.url or ""}, Word(session=session))


def _charged_before(operation: Operation) -> Answer | None:
    """:raises ProviderRefused: when what is found was declined: an intent that nobody is there to pay."""
    intent = gateway.provider().find_charge(
        customer_id=operation.params["customer_id"], reference=str(operation.payment.reference)
    )
    if intent is None:
        return None
    if intent.status in (IntentStatus.WAITING, IntentStatus.RELEASED):
        raise ProviderRefused("card_declined", "found declined", intent_id=intent.intent_id)
    return Answer({"intent_id": intent.intent_id}, Word(intent=intent))


def _refunded_before(operation: Operation) -> Answer | None:
    taken = set(Refund.objects.filter(operation__isnull=False).values_list("provider_id", flat=True))
    for refund in gateway.provider().list_refunds(intent_id=operation.payment.intent_id):
        is_ours = refund.amount_cents == operation.params["amount_cents"] and refund.refund_id not in taken
        if is_ours and refund.status in GIVEN_BACK and refund.created_at >= operation.created_at - CLOCKS_DIFFER:
            return _refund_answer(refund)
    return None


PERFORM: dict[Operation.Kind, Callable[[Operation], Answer]] = {
    Operation.Kind.OPEN: _open,
    Operation.Kind.EXPIRE: _expire,
    Operation.Kind.CAPTURE: _capture,
    Operation.Kind.RELEASE: _release,
    Operation.Kind.REFUND: _refund,
    Operation.Kind.TRANSFER: lambda operation: Answer(send.ask_transfer(operation)),
    Operation.Kind.REVERSAL: lambda operation: Answer(send.ask_reversal(operation)),
    Operation.Kind.CHARGE: _charge,
}
