"""Find another way for a refund that the card's bank sent back."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.ledger.disputes import book_bank_refund
from collective.members.models import User
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Operation, Payment, Refund
from collective.payments.refund import refund_payment, what_forbids_refunding
from collective.payments.rights import what_forbids_keeping_money
from collective.payments.take_word import advance_of, tell


class RefundSettled(RuleBroken):
    code = "refund_settled"
    message = _("This refund did not come back, or somebody has found another way for it already.")


def what_forbids_settling(refund: Refund, *, by: User) -> RuleBroken | None:
    if forbidden := what_forbids_keeping_money(refund.payment.workshop.collective, by=by):
        return forbidden
    if refund.failed_at is None or refund.settled_at is not None:
        return RefundSettled()
    return what_forbids_refunding(refund.payment, amount_cents=refund.amount_cents)


@transaction.atomic
def refund_again(*, refund: Refund, by: User, at: datetime) -> Operation:
    """
    Plan to send it to the card once more: for a person who has mended what was wrong with it.

    :raises RuleBroken: when it did not come back, was settled, or there is nothing left to give.
    """
    refund = _locked(refund, by=by)
    _settle(refund, by=by, at=at)
    return refund_payment(payment=refund.payment, amount_cents=refund.amount_cents, reason=refund.reason, at=at)


@transaction.atomic
def note_bank_refund(*, refund: Refund, by: User, at: datetime) -> Refund:
    """
    Write down that it was paid by a transfer from the platform's bank account; return the refund that counts now.

    :raises RuleBroken: as for `refund_again`.
    """
    refund = _locked(refund, by=by)
    _settle(refund, by=by, at=at)
    payment = refund.payment
    paid = Refund.objects.create(
        payment=payment,
        provider_id=f"bank:{uuid.uuid4()}",
        means=Refund.Means.BANK,
        amount_cents=refund.amount_cents,
        reason=refund.reason,
        refunded_at=at,
        settled_by=by,
    )
    payment.refunded_cents += paid.amount_cents
    payment.changed_at = at
    payment.save(update_fields=["refunded_cents", "changed_at"])
    book_bank_refund(advance_of(payment), refund=paid.provider_id, cents=paid.amount_cents, at=at)
    tell(payment, at=at)
    order_distribution(reference=payment.subject, at=at)
    return paid


def _locked(refund: Refund, *, by: User) -> Refund:
    """Payment first, as everybody does; then the refund as it is now."""
    payment = Payment.objects.locked(refund.payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    refund.payment = payment
    if forbidden := what_forbids_settling(refund, by=by):
        raise forbidden
    return refund


def _settle(refund: Refund, *, by: User, at: datetime) -> None:
    refund.settled_at, refund.settled_by = at, by
    refund.save(update_fields=["settled_at", "settled_by"])
