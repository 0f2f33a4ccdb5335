"""What is paid when: the workshop chooses what it asks, the customer chooses among that, the hold's lines price it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput
from backend.lib.money import part
from collective.workshops.models import Workshop

PayNow = Workshop.PayNow
LEAST_ONLINE_CENTS = 100  # Stripe takes no card payment under 0.50 €, and its fee eats one under 1 €


class NotAWayToPay(BadInput):
    code = "not_a_way_to_pay"
    message = _("This workshop does not take payment that way. Please choose one of the ways it offers.")


def ways_to_pay(*, workshop: Workshop, total_cents: int) -> dict[str, int]:
    """Return what the customer may choose, the workshop's own way first, with the cents due now for each."""
    deposit = part(total_cents, workshop.deposit_bp)
    if workshop.pay_now == PayNow.DEPOSIT and LEAST_ONLINE_CENTS <= deposit < total_cents:
        return {PayNow.DEPOSIT.value: deposit, PayNow.FULL.value: total_cents}
    whole = workshop.pay_now == PayNow.FULL or (workshop.pay_now == PayNow.DEPOSIT and deposit >= total_cents)
    if whole and total_cents >= LEAST_ONLINE_CENTS:
        return {PayNow.FULL.value: total_cents}
    return {PayNow.COUNTER.value: 0}


def due_now(*, workshop: Workshop, total_cents: int, pay: str) -> int:
    """
    Return the cents due at once when the customer chooses `pay`.

    :raises NotAWayToPay: when the workshop does not offer that.
    """
    ways = ways_to_pay(workshop=workshop, total_cents=total_cents)
    if pay not in ways:
        raise NotAWayToPay(offered=list(ways))
    return ways[pay]
