"""Find what in our books answers to a movement of the provider's balance, and whether it says the same amount."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, Sum

from collective.ledger.accounts import PROVIDER
from collective.ledger.models import Entity, Line
from collective.payments.distribution.models import Reversal, Transfer
from collective.payments.models import Payment, Refund
from collective.reconciliation.models import BalanceMovement

# The provider's own fees, of no payment in particular: services, card network costs, taxes on them.
OWN_FEES = ("fee", "network_cost", "tax")
DISPUTE_IDS = ("dp_", "du_")


def cause_of(movement: BalanceMovement) -> str:
    """Return the source of the entries that should answer to the movement; empty when we know of no such thing."""
    find = FIND.get(movement.kind)
    return find(movement) if find else ""


def booked_cents(cause: str) -> int | None:
    """Return what the platform's books moved at the provider under that cause, fees included; None for nothing."""
    sources = Q(entry__source=cause)
    kind, _, rest = cause.partition(":")
    if kind == "capture":
        sources |= Q(entry__source=f"fee:{rest}") | Q(entry__source__startswith=f"fee:{rest}:")
    lines = Line.objects.filter(sources, account=PROVIDER, entry__entity__kind=Entity.Kind.PLATFORM)
    total: int | None = lines.aggregate(total=Sum("amount"))["total"]
    return total


def payment_of(movement: BalanceMovement) -> Payment | None:
    """Return the payment whose charge, refund or transfer it is, as far as we know it."""
    about = Q(charge_id=movement.source_id) | Q(refunds__provider_id=movement.source_id)
    about |= Q(disputes__provider_id=movement.source_id)
    if not movement.source_id:
        return None
    return Payment.objects.select_related("workshop__collective").filter(about).distinct().first()


def mark_matched(movement: BalanceMovement, cause: str, *, at: datetime) -> None:
    movement.cause, movement.matched_at = cause, at
    movement.save(update_fields=["cause", "matched_at"])


def _capture(movement: BalanceMovement) -> str:
    payment = Payment.objects.filter(charge_id=movement.source_id).first()
    return f"capture:{payment.reference}" if payment else ""


def _refund(movement: BalanceMovement) -> str:
    found = Refund.objects.filter(provider_id=movement.source_id).exists()
    return f"refund:{movement.source_id}" if found else ""


def _refund_back(movement: BalanceMovement) -> str:
    found = Refund.objects.filter(provider_id=movement.source_id, failed_at__isnull=False).exists()
    return f"undone:refund:{movement.source_id}" if found else ""


def _dispute(movement: BalanceMovement) -> str:
    return f"dispute:{movement.provider_id}"


def _transfer(movement: BalanceMovement) -> str:
    found = Transfer.objects.filter(provider_id=movement.source_id).first()
    return f"transfer:{found.pk}" if found else ""


def _reversal(movement: BalanceMovement) -> str:
    found = Reversal.objects.filter(provider_id=movement.source_id).first()
    return f"reversal:{found.pk}" if found else ""


def _payout(movement: BalanceMovement) -> str:
    return f"payout:{movement.source_id}"


def _payout_back(movement: BalanceMovement) -> str:
    return f"undone:payout:{movement.source_id}"


def _own_fee(movement: BalanceMovement) -> str:
    return f"provider_fee:{movement.provider_id}"


# By the provider's reporting category.
FIND: dict[str, Callable[[BalanceMovement], str]] = {
    "charge": _capture,
    "refund": _refund,
    "refund_failure": _refund_back,
    "dispute": _dispute,
    "dispute_reversal": _dispute,
    "transfer": _transfer,
    "transfer_reversal": _reversal,
    "payout": _payout,
    "payout_reversal": _payout_back,
    **dict.fromkeys(OWN_FEES, _own_fee),
}
