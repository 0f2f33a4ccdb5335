"""Charge a card that its person let us keep, without them: never above what they agreed to, once for each payment."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.payments.ask import LEAST_CENTS, AmountTooSmall
from collective.payments.models import KeptCard, Operation, Payment
from collective.payments.plan import plan_operation


class NoCard(RuleBroken):
    code = "no_card"
    message = _("No card is saved for this any more.")


class MoreThanAgreed(RuleBroken):
    code = "more_than_agreed"
    message = _("More cannot be charged to a saved card than what its person agreed to.")


@transaction.atomic
def charge_card(*, card: KeptCard, purpose: str, label: str, amount_cents: int, at: datetime) -> Payment:
    """
    Write a payment of `amount_cents` on a saved card and the operation that makes it; `run_operations` calls.

    A refusal of the bank leaves the payment failed, and is told as any change of a payment is.

    :raises NoCard: when it is not saved, or is being forgotten.
    :raises MoreThanAgreed: above `most_cents`, with what was charged to it before.
    :raises AmountTooSmall: under the provider's floor.
    """
    card = KeptCard.objects.select_for_update(of=("self",)).get(pk=card.pk)
    if card.state != KeptCard.State.SAVED:
        raise NoCard
    if amount_cents < LEAST_CENTS:
        raise AmountTooSmall
    standing = card.payments.exclude(state=Payment.State.FAILED)
    if amount_cents + sum(payment.amount_cents - payment.refunded_cents for payment in standing) > card.most_cents:
        raise MoreThanAgreed
    payment = Payment.objects.create(
        purpose=purpose,
        subject=card.subject,
        workshop=card.workshop,
        card=card,
        label=label[:200],
        email=card.email,
        language=card.language,
        amount_cents=amount_cents,
        capture=Payment.Capture.NOW,
        created_at=at,
    )
    plan_operation(
        payment=payment,
        kind=Operation.Kind.CHARGE,
        at=at,
        customer_id=card.customer_id,
        method_id=card.method_id,
    )
    return payment
