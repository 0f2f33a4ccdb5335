"""Ask a person for money: the row first, then the payment page at the provider."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.payments.models import Operation, Payment
from collective.payments.operations import run_operations
from collective.payments.plan import plan_operation
from collective.workshops.models import Workshop

LEAST_CENTS = 50  # the provider's floor for a card payment in euros
PAGE_OPEN = timedelta(minutes=60)


class AmountTooSmall(BadInput):
    code = "amount_too_small"
    message = _("A card payment is at least 50 cents. Pay at the counter instead.")


class PaymentUnavailable(RuleBroken):
    code = "payment_unavailable"
    message = _("The payment page cannot be reached just now. Nothing was charged. Please try again in a minute.")
    status = 503


class PaymentClosed(RuleBroken):
    code = "payment_closed"
    message = _("This payment is closed: it was paid, given up, or ran out of time. Nothing more will be charged.")


@transaction.atomic
def ask_payment(
    *,
    purpose: str,
    subject: str,
    workshop: Workshop,
    label: str,
    email: str,
    language: str,
    amount_cents: int,
    capture: str,
    success_url: str,
    cancel_url: str,
    expires_at: datetime,
    at: datetime,
) -> Payment:
    """
    Write a payment of `amount_cents` (EUR) and the operation that opens its page, in the caller's transaction.

    `subject` names what is paid for; what is later shared out under the same reference extinguishes this advance. We
    close the page ourselves (`expire_payment`) at `expires_at`. The provider is given a later end, since it takes none
    nearer than thirty minutes and the same arguments must still be good when a lost call is sent again.

    :raises AmountTooSmall: under the provider's floor.
    """
    if amount_cents < LEAST_CENTS:
        raise AmountTooSmall
    payment = Payment.objects.create(
        purpose=purpose,
        subject=subject,
        workshop=workshop,
        label=label[:200],
        email=email,
        language=language,
        amount_cents=amount_cents,
        capture=capture,
        success_url=success_url,
        cancel_url=cancel_url,
        session_expires_at=expires_at,
        created_at=at,
    )
    page_closes_at = max(expires_at, at + PAGE_OPEN)
    plan_operation(payment=payment, kind=Operation.Kind.OPEN, at=at, expires_at=page_closes_at.isoformat())
    return payment


def open_payment(*, payment: Payment, at: datetime) -> str:
    """
    Return the address of the payment page, opening it now if it is not. Call it outside any transaction.

    :raises PaymentUnavailable: the provider does not answer, or another request is opening the page: try again.
    :raises PaymentClosed: there is nothing left to pay here.
    """
    payment.refresh_from_db()
    if payment.state == Payment.State.NEW:
        run_operations(at=at, payment=payment)
        payment.refresh_from_db()
    if payment.state == Payment.State.NEW:
        raise PaymentUnavailable
    if payment.state != Payment.State.OPEN:
        raise PaymentClosed
    return payment.session_url
