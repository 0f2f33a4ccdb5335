"""The provider's word on a payment: read in one place, and not taken when it disagrees with our row."""

from dataclasses import dataclass, field
from typing import TypeAlias

from collective.payments import gateway
from collective.payments.models import Payment
from collective.payments.ports import IntentState, IntentStatus, RefundState, SessionState

State: TypeAlias = Payment.State
Trouble: TypeAlias = Payment.Trouble

# What may follow what: only forwards. Money that was taken outranks all we believed, an expiry of ours included.
RANK = {
    State.NEW: 0,
    State.OPEN: 1,
    State.FAILED: 2,
    State.EXPIRED: 2,
    State.AUTHORISED: 3,
    State.RELEASED: 4,
    State.CAPTURED: 5,
}


@dataclass(frozen=True)
class Word:
    """What the provider says of one payment's page, money and refunds, as far as it was asked."""

    session: SessionState | None = None
    intent: IntentState | None = None
    refunds: list[RefundState] = field(default_factory=list)


def read_word(payment: Payment) -> Word:
    """
    Ask the provider. Outside any transaction: it may take seconds.

    :raises ProviderError: when it does not answer, or knows no such object.
    """
    provider = gateway.provider()
    session = intent = None
    if not payment.intent_id and payment.session_id:
        session = provider.read_session(session_id=payment.session_id)
    intent_id = payment.intent_id or (session.intent_id if session else None)
    if intent_id:
        intent = provider.read_intent(intent_id=intent_id)
    refunds = []
    if intent and (intent.refunded_cents or payment.refunded_cents):
        refunds = provider.list_refunds(intent_id=intent.intent_id)
    return Word(session, intent, refunds)


def what_is_wrong(payment: Payment, word: Word) -> Trouble | None:
    """Return why the word cannot be about this payment, or None: it is compared with our row, field by field."""
    livemode = gateway.provider().livemode
    for said in (word.session, word.intent):
        if said is None:
            continue
        if said.livemode != livemode:
            return Trouble.LIVEMODE
        if said.reference != str(payment.reference):
            return Trouble.REFERENCE
        if said.currency != payment.currency:
            return Trouble.CURRENCY
        if said.amount_cents != payment.amount_cents:
            return Trouble.AMOUNT
    return _what_is_wrong_with_the_money(payment, word.intent) if word.intent else None


def _what_is_wrong_with_the_money(payment: Payment, intent: IntentState) -> Trouble | None:
    was_taken_back = intent.has_bounced and payment.captured_cents > 0
    return Trouble.AMOUNT if intent.received_cents > payment.amount_cents or was_taken_back else None


def next_state(payment: Payment, word: Word) -> State:
    """Return the state the word leads to; the one we are in when it would lead backwards."""
    current = State(payment.state)
    told = _told_state(word)
    return told if told is not None and RANK[told] > RANK[current] else current


def _told_state(word: Word) -> State | None:
    status = word.intent.status if word.intent else None
    if status == IntentStatus.CAPTURED:
        return State.CAPTURED
    if status == IntentStatus.AUTHORISED:
        return State.AUTHORISED
    if word.session and word.session.status == "expired":
        return State.EXPIRED
    if status == IntentStatus.RELEASED:
        return State.RELEASED
    return None
