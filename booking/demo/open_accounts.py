"""
Have the payment provider's emulator know the demonstration's sellers, each in the state that its story tells.

Only ever asked of an emulator on this machine: Stripe itself judges accounts by their papers.
"""

import json
import urllib.request

from django.conf import settings

from collective.payments import gateway
from collective.payments.distribution.models import SellerAccount

PATIENCE = 5  # seconds


def open_accounts() -> int:
    """
    Open at the emulator the accounts that have no number yet; return how many. None without an emulator.

    :raises ProviderError: when it does not answer, as it must before the demonstration is loaded.
    """
    if not (settings.MOYEU_DEMO and settings.STRIPE_API_BASE):
        return 0
    told = SellerAccount.objects.filter(way=SellerAccount.Way.ACCOUNT, account_id="")
    opened = 0
    for account in told.exclude(status=SellerAccount.Status.NONE).select_related("entity"):
        said = gateway.provider().create_account(
            reference=str(account.reference),
            legal_name=account.entity.name,
            email="collectif@moyeu.example",
            key=f"account:{account.reference}",
        )
        _judge(said.account_id, account.status)
        account.account_id = said.account_id
        account.save(update_fields=["account_id"])
        opened += 1
    return opened


def _judge(account_id: str, status: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - gateway.provider() takes no address but this machine's own
        f"{settings.STRIPE_API_BASE.rstrip('/')}/_account",
        data=json.dumps({"id": account_id, "status": status}).encode(),
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310 - the same
        pass
