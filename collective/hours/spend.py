"""Minutes are spent on labour, and come back when what they paid for is taken back."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.hours.models import TimeAccount
from collective.ledger import accounts
from collective.members.models import Collective, User


class NotEnoughMinutes(RuleBroken):
    """`params["minutes"]` is what the account holds."""

    code = "not_enough_minutes"
    message = _("This person has %(minutes)s minutes: not enough for that.")


def take_minutes(*, collective: Collective, user: User | None, minutes: int) -> TimeAccount:
    """
    Take `minutes` off the account of this person, its row locked until the transaction ends, and return it.

    :raises NotEnoughMinutes: when there are not so many, or no account.
    """
    account = TimeAccount.objects.select_for_update(of=("self",)).filter(collective=collective, user=user).first()
    if account is None or account.minutes < minutes:
        raise NotEnoughMinutes(minutes=account.minutes if account else 0)
    TimeAccount.objects.filter(pk=account.pk).update(minutes=F("minutes") - minutes)
    account.minutes -= minutes
    return account


def put_back_minutes(account_pk: int, *, minutes: int) -> None:
    """The mirror: the caller mirrors the entry as well."""
    TimeAccount.objects.select_for_update(of=("self",)).filter(pk=account_pk).update(minutes=F("minutes") + minutes)


def lines_of_spending(account: TimeAccount, *, minutes: int) -> dict[str, int]:
    """What the common fund's books say of it, in MIN."""
    return {accounts.minutes_of(account.pk): minutes, accounts.MINUTES_SPENT: -minutes}
