"""What does not agree in the demonstration: a payment contested, a refund that came back, a thing that was settled."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from collective.ledger.advances import book_refund
from collective.ledger.disputes import book_dispute_movement
from collective.ledger.undo import undo
from collective.members.models import Collective, Membership
from collective.payments.dispute_models import Dispute
from collective.payments.freeze import freeze
from collective.payments.models import Payment, Refund
from collective.payments.take_word import advance_of
from collective.reconciliation.models import Disagreement
from collective.reconciliation.opening import open_comparison

A_DAY = timedelta(days=1)
DISPUTE_FEE = 2000  # cents
DEMO = "demo"  # the opening's note: the page says it in the reader's language


@transaction.atomic
def tell_troubles(collective: Collective, *, at: datetime) -> None:
    """Tell them of repairs paid online lately; called once. What was paid before `at` no emulator has ever seen."""
    paid = Payment.objects.filter(
        workshop__collective=collective, captured_cents__gte=2000, created_at__gt=at - 30 * A_DAY
    )
    recent = list(paid.select_related("workshop__seller", "workshop__collective").order_by("-created_at", "pk")[:2])
    if len(recent) == 2:
        _contest(recent[0], at=at)
        _send_back(recent[1], at=at)
    _settle_one(collective, at=at)
    open_comparison(livemode=False, at=at, note=DEMO)


def _contest(payment: Payment, *, at: datetime) -> None:
    opened = at - 2 * A_DAY
    name = f"dp_demo_{payment.pk}"
    Dispute.objects.create(
        payment=payment,
        provider_id=name,
        amount_cents=payment.captured_cents,
        taken_cents=payment.captured_cents,
        fee_cents=DISPUTE_FEE,
        status=Dispute.Status.NEEDS_RESPONSE,
        reason="product_not_received",
        opened_at=opened,
        evidence_due_at=opened + 9 * A_DAY,
        looked_at=at,
    )
    book_dispute_movement(
        advance_of(payment),
        movement=f"txn_demo_{payment.pk}",
        amount_cents=-payment.captured_cents,
        fee_cents=DISPUTE_FEE,
        at=opened,
    )
    freeze(subject=payment.subject, cause=name, at=opened)


def _send_back(payment: Payment, *, at: datetime) -> None:
    """A gesture of ten euros, to a card whose account is closed."""
    given, back = at - 6 * A_DAY, at - A_DAY
    refund = Refund.objects.create(
        payment=payment,
        provider_id=f"re_demo_{payment.pk}",
        amount_cents=1000,
        reason="geste",
        refunded_at=given,
        failed_at=back,
    )
    book_refund(advance_of(payment), refund=refund.provider_id, cents=refund.amount_cents, at=given)
    undo(source=f"refund:{refund.provider_id}", at=back)


def _settle_one(collective: Collective, *, at: datetime) -> None:
    keeper = Membership.objects.filter(collective=collective, role=Membership.Role.TREASURER).first()
    Disagreement.objects.create(
        collective=collective,
        kind=Disagreement.Kind.PAYOUT_FAILED,
        key="payout_failed:po_demo",
        about="po_demo",
        theirs_cents=41250,
        since=at - 9 * A_DAY,
        seen_at=at - 8 * A_DAY,
        resolved_at=at - 8 * A_DAY,
        resolved_by=keeper.user if keeper else None,
        how=Disagreement.How.ACCEPTED,
        note="Compte bancaire fermé : nouvel IBAN donné à Stripe, versement reçu le lendemain.",
    )
