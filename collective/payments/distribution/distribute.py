"""
Bring what leaves for each beneficiary of a repair up to what the books owe them.

The books are the truth: share_out and refunds change what stands between the platform and a beneficiary (467) under the
repair's reference; here that is compared with what is on its way, and the difference becomes transfers, reversals, or a
receivable that later dues pay. Done again, nothing is left to do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from backend.lib.outbox import handles
from collective.ledger.accounts import OWED
from collective.ledger.distributions import Owed, advance_cents, book_netting, owed_cents
from collective.ledger.models import Entity, Entry, Line
from collective.payments.distribution.models import Netting, Receivable, Reversal, SellerAccount, Transfer
from collective.payments.distribution.order import KIND, order_distribution
from collective.payments.distribution.readiness import what_it_waits_for
from collective.payments.models import Operation, Payment
from collective.payments.plan import plan_operation

State = Transfer.State


@handles(KIND)
def distribution_ordered(payload: dict[str, Any], *, at: datetime) -> None:
    distribute(reference=payload["reference"], at=at)


@transaction.atomic
def distribute(*, reference: str, at: datetime) -> None:
    """
    Plan what is to be sent, taken back or netted for the repair `reference`; `run_operations` makes the calls.

    Locks its payments, then the accounts of those it concerns, each in order: two at once follow each other.
    """
    payments = list(Payment.objects.select_for_update(of=("self",)).filter(subject=reference).order_by("pk"))
    for owed in _beneficiaries(reference):
        account = account_of(owed.entity)
        account = SellerAccount.objects.select_related("entity__collective").locked(account.pk)
        _settle(owed, account, payments, at=at)


def account_of(entity: Entity) -> SellerAccount:
    return SellerAccount.objects.get_or_create(entity=entity)[0]


def _beneficiaries(reference: str) -> list[Owed]:
    """Sellers before the fund: what a seller is owed of a payment always fits in it, the fund takes what is left."""
    entry = Entry.objects.sealed().filter(reference=reference, workshop__isnull=False).select_related("workshop")
    found = entry.first()
    if found is None or found.workshop is None:
        return []
    lines = Line.objects.filter(
        entry__reference=reference, entry__entity__kind=Entity.Kind.PLATFORM, account__startswith=f"{OWED}."
    )
    pks = {int(account.partition(".")[2]) for account in lines.values_list("account", flat=True)}
    entities = Entity.objects.filter(pk__in=pks).exclude(kind=Entity.Kind.PLATFORM).select_related("collective")
    in_order = sorted(entities, key=lambda entity: (entity.kind != Entity.Kind.SELLER, entity.pk))
    return [Owed(entity, reference, found.workshop) for entity in in_order]


def _settle(owed: Owed, account: SellerAccount, payments: Sequence[Payment], *, at: datetime) -> None:
    left = owed_cents(owed) - _on_its_way(owed)
    # Sent ahead of a sale that the books have lost (a backup was restored): nothing is taken back of a repair that is
    # not called off.
    left = min(0, left + advance_cents(owed.reference)) if left < 0 else left
    if left < 0:
        left += _plan_reversals(owed, -left, at=at)
    _keep_receivable(owed, max(0, -left), at=at)
    if left > 0:
        left -= _net(owed, left, at=at)
    _plan_transfers(owed, account, payments, max(0, left), at=at)


def _on_its_way(owed: Owed) -> int:
    sent = Transfer.objects.in_flight().filter(entity=owed.entity, reference=owed.reference)
    back = Reversal.objects.filter(
        state=Reversal.State.PLANNED, transfer__entity=owed.entity, transfer__reference=owed.reference
    )
    total = Sum("amount_cents", default=0)
    return int(sent.aggregate(total=total)["total"]) - int(back.aggregate(total=total)["total"])


def _plan_reversals(owed: Owed, cents: int, *, at: datetime) -> int:
    """Take back up to `cents` of what went to the beneficiary's account, newest first; return how much is planned."""
    planned = 0
    sent = Transfer.objects.filter(entity=owed.entity, reference=owed.reference, payment__isnull=False)
    for transfer in sent.exclude(state=State.WAITS).select_related("payment").order_by("-pk"):
        # What could not be taken back once is not asked for again: it is a receivable.
        tried = transfer.reversals.aggregate(total=Sum("amount_cents", default=0))["total"]
        part = min(transfer.amount_cents - tried, cents - planned)
        if part > 0 and transfer.payment is not None:
            reversal = Reversal.objects.create(transfer=transfer, amount_cents=part, created_at=at)
            reversal.operation = plan_operation(
                payment=transfer.payment, kind=Operation.Kind.REVERSAL, at=at, reversal=reversal.pk, amount_cents=part
            )
            reversal.save(update_fields=["operation"])
            planned += part
    return planned


def _keep_receivable(owed: Owed, cents: int, *, at: datetime) -> None:
    """Let the row say what the books say is still owed to the platform, and have dues that wait pay it."""
    row = Receivable.objects.filter(entity=owed.entity, reference=owed.reference).first()
    if row is None and not cents:
        return
    if row is None:
        was_sent = Transfer.objects.filter(entity=owed.entity, reference=owed.reference, state=State.SENT).exists()
        cause = Receivable.Cause.REFUND if was_sent else Receivable.Cause.CONTRIBUTIONS
        row = Receivable(
            entity=owed.entity,
            reference=owed.reference,
            workshop=owed.workshop,
            cause=cause,
            amount_cents=0,
            since=at,
        )
    grows = cents > row.left_cents
    row.amount_cents = row.netted_cents + cents
    row.save()
    if grows:
        waiting = Transfer.objects.filter(entity=owed.entity, state=State.WAITS).exclude(reference=owed.reference)
        for reference in sorted(set(waiting.values_list("reference", flat=True))):
            order_distribution(reference=reference, at=at)


def _net(owed: Owed, cents: int, *, at: datetime) -> int:
    """Pay what the beneficiary owes, oldest first, with what it is owed; return how much that took."""
    paid = 0
    rows = Receivable.objects.open_().filter(entity=owed.entity).exclude(reference=owed.reference)
    for row in rows.select_related("workshop").order_by("since", "pk"):
        part = min(row.left_cents, cents - paid)
        if part <= 0:
            break
        netting = Netting.objects.create(
            receivable=row, reference=owed.reference, workshop=owed.workshop, amount_cents=part, netted_at=at
        )
        due = Owed(owed.entity, row.reference, row.workshop)
        book_netting(due=due, paid_with=owed, cents=part, source=netting_source(netting), at=at)
        row.netted_cents += part
        row.save(update_fields=["netted_cents"])
        paid += part
    return paid


def netting_source(netting: Netting) -> str:
    return f"netting:{netting.pk}"


def _plan_transfers(
    owed: Owed, account: SellerAccount, payments: Sequence[Payment], cents: int, *, at: datetime
) -> None:
    """Make the waiting rows say `cents`, out of which payment, and send those that may leave."""
    wanted = _allocate(account, payments, cents)
    waiting = {
        row.payment_id: row
        for row in Transfer.objects.filter(entity=owed.entity, reference=owed.reference, state=State.WAITS)
    }
    for payment_pk, row in waiting.items():
        if payment_pk not in wanted:
            row.delete()
    by_pk = {payment.pk: payment for payment in payments}
    for payment_pk, part in wanted.items():
        row = waiting.get(payment_pk) or Transfer(
            entity=owed.entity,
            reference=owed.reference,
            workshop=owed.workshop,
            payment=by_pk[payment_pk] if payment_pk else None,
            created_at=at,
        )
        row.amount_cents = part
        row.reason = what_it_waits_for(row, account)
        row.save()
        if row.reason == Transfer.Reason.NOTHING and payment_pk:
            _send(row, account, by_pk[payment_pk], at=at)


def _allocate(account: SellerAccount, payments: Sequence[Payment], cents: int) -> dict[int | None, int]:
    """Return how much comes out of which payment (none: between banks), never more than a charge still has."""
    wanted: dict[int | None, int] = {}
    if account.way == SellerAccount.Way.ACCOUNT:
        for payment in payments:
            part = min(cents, _room(payment, account.entity)) if payment.charge_id else 0
            if part > 0:
                wanted[payment.pk] = part
                cents -= part
    if cents > 0:
        wanted[None] = cents
    return wanted


def _room(payment: Payment, entity: Entity) -> int:
    """
    What may still be sent out of a charge, in cents.

    The provider counts what was sent, whatever came back since; and what went back to the customer is not there. What
    waits for others keeps its place.
    """
    rows = Transfer.objects.filter(payment=payment).exclude(entity=entity, state=State.WAITS)
    sums = rows.aggregate(sent=Sum("amount_cents", default=0), back=Sum("reversed_cents", default=0))
    sent, back = int(sums["sent"]), int(sums["back"])
    return max(0, min(payment.captured_cents - sent, payment.kept_cents - (sent - back)))


def _send(row: Transfer, account: SellerAccount, payment: Payment, *, at: datetime) -> None:
    row.operation = plan_operation(
        payment=payment,
        kind=Operation.Kind.TRANSFER,
        at=at,
        transfer=row.pk,
        account_id=account.account_id,
        amount_cents=row.amount_cents,
        charge_id=payment.charge_id,
        transfer_group=payment.subject,
    )
    row.state, row.account_id = State.PLANNED, account.account_id
    row.save(update_fields=["operation", "state", "account_id"])
