"""What is paid when: the workshop chooses what it asks, the customer chooses among that, the hold's lines price it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from backend.lib.money import part
from collective.workshops.models import Workshop

PayNow = Workshop.PayNow
LEAST_ONLINE_CENTS = 100  # Stripe takes no card payment under 0.50 €, and its fee eats one under 1 €
# What a person chose to pay stays private only where nothing is left for the counter.
WHOLLY_ONLINE = (PayNow.FULL, PayNow.HOLD, PayNow.LATER)
AT_THE_END = (PayNow.HOLD, PayNow.LATER)  # a card is given when booking, and charged when the bicycle is ready
# How far ahead a hold is tried. Only a guess made before there is a card: once there is, its own `capture_before` says
# how long it lasts, and the sweep follows that.
HOLD_TRIED_FOR = timedelta(days=4)


class NotAWayToPay(BadInput):
    code = "not_a_way_to_pay"
    message = _("This workshop does not take payment that way. Please choose one of the ways it offers.")


class PaidOnlineOnly(BadInput):
    code = "paid_online_only"
    message = _("To keep your choice private, a price of your own is paid online, in full.")


def ways_to_pay(
    *, workshop: Workshop, total_cents: int, ready_at: datetime | None = None, at: datetime | None = None
) -> dict[str, int]:
    """
    Return what the customer may choose, the workshop's own way first, with the cents due now for each.

    A card is not held for a repair that is ready (`ready_at`) too far ahead: it is saved instead.
    """
    if workshop.pay_now in AT_THE_END and total_cents >= LEAST_ONLINE_CENTS:
        near = ready_at is None or at is None or ready_at - at <= HOLD_TRIED_FOR
        holds = workshop.pay_now == PayNow.HOLD and near
        return {PayNow.HOLD.value: total_cents} if holds else {PayNow.LATER.value: 0}
    deposit = part(total_cents, workshop.deposit_bp)
    if workshop.pay_now == PayNow.DEPOSIT and LEAST_ONLINE_CENTS <= deposit < total_cents:
        return {PayNow.DEPOSIT.value: deposit, PayNow.FULL.value: total_cents}
    if (
        workshop.pay_now == PayNow.COUNTER
        and workshop.prices != Workshop.Prices.ONE
        and total_cents >= LEAST_ONLINE_CENTS
    ):
        return {
            PayNow.COUNTER.value: 0,
            PayNow.FULL.value: total_cents,
        }  # a price of one's own is paid online: see below
    whole = workshop.pay_now == PayNow.FULL or (workshop.pay_now == PayNow.DEPOSIT and deposit >= total_cents)
    if whole and total_cents >= LEAST_ONLINE_CENTS:
        return {PayNow.FULL.value: total_cents}
    return {PayNow.COUNTER.value: 0}


def choose_way(
    *, workshop: Workshop, total_cents: int, pay: str, ready_at: datetime | None = None, at: datetime | None = None
) -> tuple[str, int]:
    """
    Return the way that `pay` means and the cents due at once. Holding and saving a card are one wish: what the time to
    the repair allows is taken.

    :raises NotAWayToPay: when the workshop does not offer that.
    """
    ways = ways_to_pay(workshop=workshop, total_cents=total_cents, ready_at=ready_at, at=at)
    if pay in AT_THE_END:
        pay = next((way for way in ways if way in AT_THE_END), pay)
    if pay not in ways:
        raise NotAWayToPay(offered=list(ways))
    return pay, ways[pay]


def due_now(*, workshop: Workshop, total_cents: int, pay: str) -> int:
    """
    Return the cents due at once when the customer chooses `pay`.

    :raises NotAWayToPay: when the workshop does not offer that.
    """
    return choose_way(workshop=workshop, total_cents=total_cents, pay=pay)[1]


def late_charge(*, workshop: Workshop, total_cents: int, pay: str) -> int:
    """
    Return what a card that is held or saved is charged for a late cancellation, or when nobody comes.

    The share that the workshop keeps of a deposit, of the deposit it would have asked: nothing where it keeps none.
    """
    if pay not in AT_THE_END:
        return 0
    cents = part(part(total_cents, workshop.deposit_bp), workshop.late_cancel_keeps_bp)
    return cents if cents >= LEAST_ONLINE_CENTS else 0
