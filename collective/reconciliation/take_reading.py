"""Take what was read: keep each movement once, book what only the balance tells, and match the rest with the books."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from collective.ledger.entities import platform_of
from collective.ledger.models import Entity, Entry
from collective.ledger.payouts import (
    book_arrival,
    book_arrival_back,
    book_fee_difference,
    book_payout,
    book_payout_back,
    book_provider_fee,
)
from collective.members.models import Collective
from collective.payments.models import Payment
from collective.payments.ports import Movement, PayoutState
from collective.reconciliation.match import booked_cents, cause_of, mark_matched
from collective.reconciliation.models import BalanceMovement, Payout
from collective.reconciliation.read import Reading

logger = logging.getLogger(__name__)

Status = Payout.Status


def house() -> Collective:
    """The collective whose account at the provider it is: an installation has one; the first, where there are more."""
    return Collective.objects.order_by("pk")[0]


def take_reading(reading: Reading) -> None:
    """Each movement, payout and payout's list in a transaction of its own: a crash leaves what was taken, taken."""
    keep_movements(reading.movements)
    for said in reading.payouts:
        take_payout(said, at=reading.at)
    for payout_id, items in reading.items.items():
        take_items(payout_id, items, at=reading.at)
    match_movements(at=reading.at)


def keep_movements(movements: Iterable[Movement]) -> None:
    rows = [
        BalanceMovement(
            provider_id=one.movement_id,
            kind=one.kind,
            amount_cents=one.amount_cents,
            fee_cents=one.fee_cents,
            net_cents=one.net_cents,
            source_id=one.source_id or "",
            created_at=one.created_at,
            available_at=one.available_at,
        )
        for one in movements
    ]
    BalanceMovement.objects.bulk_create(rows, batch_size=200, ignore_conflicts=True)


@transaction.atomic
def take_payout(said: PayoutState, *, at: datetime) -> Payout:
    """Keep the payout, and book its arrival at the bank, or that the bank sent it back after all."""
    payout, is_new = Payout.objects.select_for_update().get_or_create(
        provider_id=said.payout_id,
        defaults={
            "amount_cents": said.amount_cents,
            "status": said.status,
            "is_automatic": said.is_automatic,
            "arrives_on": said.arrives_on,
            "created_at": said.created_at,
        },
    )
    was = "" if is_new else payout.status
    if was == said.status:
        return payout
    platform = platform_of(house())
    if Status(said.status) == Status.PAID:
        book_arrival(platform, payout=payout.provider_id, cents=payout.amount_cents, at=at)
    elif was == Status.PAID:
        book_arrival_back(platform, payout=payout.provider_id, cents=payout.amount_cents, at=at)
    payout.status, payout.arrives_on = said.status, said.arrives_on
    payout.save(update_fields=["status", "arrives_on"])
    return payout


@transaction.atomic
def take_items(payout_id: str, items: list[Movement], *, at: datetime) -> None:
    """Keep which movements a payout is made of; their sum without the payout's own line should be its amount."""
    payout = Payout.objects.select_for_update().get(provider_id=payout_id)
    inside = [one for one in items if one.source_id != payout_id]
    keep_movements(inside)
    names = [one.movement_id for one in inside]
    BalanceMovement.objects.filter(provider_id__in=names).update(payout=payout)
    payout.listed_cents, payout.itemised_at = sum(one.net_cents for one in inside), at
    payout.save(update_fields=["listed_cents", "itemised_at"])


def match_movements(*, at: datetime) -> int:
    """Match what is not matched yet, oldest first; return how many movements still stand alone."""
    alone = 0
    for pk in list(BalanceMovement.objects.filter(matched_at=None).order_by("created_at", "pk").values_list("pk")):
        with transaction.atomic():
            movement = BalanceMovement.objects.select_for_update().get(pk=pk[0])
            alone += not _match(movement, at=at)
    return alone


def _match(movement: BalanceMovement, *, at: datetime) -> bool:
    cause = cause_of(movement)
    _book_what_only_the_balance_tells(movement, cause, at=at)
    booked = booked_cents(cause) if cause else None
    if booked is not None and booked != movement.net_cents and cause.startswith("capture:"):
        booked = _take_real_fee(movement, cause, booked, at=at)
    if booked == movement.net_cents:
        mark_matched(movement, cause, at=at)
        return True
    if movement.cause != cause:
        movement.cause = cause
        movement.save(update_fields=["cause"])
    return False


def _book_what_only_the_balance_tells(movement: BalanceMovement, cause: str, *, at: datetime) -> None:
    kind, platform = cause.split(":")[0], platform_of(house())
    if kind == "payout":
        book_payout(platform, payout=movement.source_id, cents=-movement.net_cents, at=at)
    elif cause.startswith("undone:payout:"):
        book_payout_back(platform, payout=movement.source_id, cents=movement.net_cents, at=at)
    elif kind == "provider_fee":
        book_provider_fee(platform, movement=movement.provider_id, net_cents=movement.net_cents, at=at)


def _take_real_fee(movement: BalanceMovement, cause: str, booked: int, *, at: datetime) -> int:
    """
    Book the difference when the amount is ours and the fee alone is another: what the provider really kept counts.

    The shares of a repair that is finished stay as they were told: the platform bears the difference.
    """
    reference = cause.partition(":")[2]
    payment = Payment.objects.select_for_update(of=("self",)).get(reference=reference)
    if payment.captured_cents != movement.amount_cents or payment.fee_cents is None:
        return booked
    capture = Entry.objects.get(source=cause, entity__kind=Entity.Kind.PLATFORM)
    more = movement.fee_cents - payment.fee_cents
    book_fee_difference(capture, payment=reference, movement=movement.provider_id, cents=more, at=at)
    logger.warning("payment %s: the fee is %s, not %s", reference, movement.fee_cents, payment.fee_cents)
    payment.fee_cents = movement.fee_cents
    if payment.trouble == Payment.Trouble.FEE:
        payment.trouble = ""
    payment.save(update_fields=["fee_cents", "trouble"])
    return booked - more
