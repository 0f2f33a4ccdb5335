"""Read what the provider says of its balance: outside any transaction, since it may take seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from collective.payments import gateway
from collective.payments.ports import Movement, PayoutState
from collective.reconciliation.models import BalanceMovement, Payout

OVERLAP = timedelta(days=1)  # what we have read already is read again: it is kept once
PAYOUTS_MOVE = timedelta(days=60)  # a payout that is older does not change any more


@dataclass(frozen=True)
class Reading:
    """What was read at `at`. `balance_cents` is None when it moved while we read: only the next reading compares."""

    at: datetime
    balance_cents: int | None
    said_cents: int  # the balance as it was read last, moving or not
    movements: list[Movement]
    payouts: list[PayoutState]
    items: dict[str, list[Movement]]  # of the payouts whose movements the provider has listed since


def takes_money_online() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def read_provider(*, since: datetime, at: datetime) -> Reading:
    """:raises ProviderError: no answer; read again later."""
    provider = gateway.provider()
    newest = BalanceMovement.objects.order_by("-created_at").values_list("created_at", flat=True).first()
    first = max(since, newest - OVERLAP) if newest else since
    before = provider.read_balance()
    movements = list(provider.list_movements(since=first))
    payouts = provider.list_payouts(since=max(since, at - PAYOUTS_MOVE))
    after = provider.read_balance()
    known = set(Payout.objects.filter(itemised_at__isnull=False).values_list("provider_id", flat=True))
    return Reading(
        at=at,
        balance_cents=after.available_cents + after.pending_cents if before == after else None,
        said_cents=after.available_cents + after.pending_cents,
        movements=movements,
        payouts=payouts,
        items={
            one.payout_id: list(provider.list_movements(payout_id=one.payout_id))
            for one in payouts
            if one.is_automatic and one.reconciled and one.payout_id not in known
        },
    )
