"""
How a seller comes to be paid: it opens an account on the provider's own pages, or says which bank account it has.

What the provider asks there we never see; we only read what has become of the account. Coming back from those pages
proves nothing: the account is read again.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from collective.ledger.models import Entity
from collective.members.models import Collective, User
from collective.payments import gateway
from collective.payments.distribution.bank_details import read_bic, read_holder, read_iban
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import SellerAccount, Transfer
from collective.payments.distribution.order import order_distribution
from collective.payments.distribution.rights import what_forbids_account
from collective.payments.ports import ProviderError, ProviderRefused, ProviderUnavailable
from collective.payments.states import AccountState
from collective.workshops.models import Seller

logger = logging.getLogger(__name__)

Status = SellerAccount.Status
LOOK_AGAIN = timedelta(minutes=10)  # at an account that is not active
LOOK_DAILY = timedelta(days=1)  # at one that is


class OnboardingUnavailable(RuleBroken):
    code = "onboarding_unavailable"
    message = _("The payment provider cannot be reached just now. Please try again in a minute.")
    status = 503


class AccountClosed(RuleBroken):
    code = "account_closed"
    message = _("The payment provider has closed this account. Give your bank details instead, or ask your treasurer.")


def account_shown(*, seller: Seller | None = None, fund_of: Collective | None = None) -> SellerAccount:
    """Return the account of a seller, or of a collective's fund, for who only looks: none yet is a blank one."""
    kind = Entity.Kind.FUND if seller is None else Entity.Kind.SELLER
    found = SellerAccount.objects.filter(entity__kind=kind, entity__seller=seller).select_related("entity")
    if fund_of is not None:
        found = found.filter(entity__collective=fund_of)
    return found.first() or SellerAccount()


def begin_onboarding(*, entity: Entity, by: User, refresh_url: str, return_url: str, at: datetime) -> str:
    """
    Return the address where `entity` opens or completes its account: good for one visit, so asked for each time.

    Call it outside any transaction.

    :raises RuleBroken: for who may not, for a closed account, or when the provider does not answer.
    """
    if forbidden := what_forbids_account(entity, by=by):
        raise forbidden
    account = account_of(entity)
    if account.status == Status.CLOSED:
        raise AccountClosed
    try:
        account_id = account.account_id or _open(account, by=by)
        return gateway.provider().open_onboarding(
            account_id=account_id,
            refresh_url=refresh_url,
            return_url=return_url,
            key=f"onboarding:{account.reference}:{uuid.uuid4()}",
        )
    except ProviderError as error:
        logger.warning("onboarding of %s: %s", entity, error)
        raise OnboardingUnavailable from error


def _open(account: SellerAccount, *, by: User) -> str:
    """The key is the row's own and stands before the call: asked again after a crash, it is the same account."""
    entity = account.entity
    said = gateway.provider().create_account(
        reference=str(account.reference),
        legal_name=entity.seller.legal_name if entity.seller else entity.name,
        email=(entity.seller.email if entity.seller else entity.collective.contact_email) or by.email,
        key=f"account:{account.reference}",
    )
    with transaction.atomic():
        locked = SellerAccount.objects.locked(account.pk)
        locked.account_id = locked.account_id or said.account_id
        locked.way = SellerAccount.Way.ACCOUNT
        locked.save(update_fields=["account_id", "way"])
    return locked.account_id


def look_at_account(*, account: SellerAccount, at: datetime) -> SellerAccount:
    """
    Take the provider's word on an account; what waited for it leaves. Call it outside any transaction.

    :raises ProviderUnavailable: no answer; look again later.
    """
    if not account.account_id:
        return account
    try:
        said = gateway.provider().read_account(account_id=account.account_id)
    except ProviderRefused as refusal:
        logger.error("account %s cannot be read: %s", account.account_id, refusal)
        said = AccountState(account.account_id, "unsupported", (), True, gateway.provider().livemode)
    with transaction.atomic(durable=True):
        locked = SellerAccount.objects.select_related("entity").locked(account.pk)
        _take(locked, said, at=at)
    return locked


def _take(account: SellerAccount, said: AccountState, *, at: datetime) -> None:
    was = account.status
    account.status = Status.CLOSED if said.closed else Status(said.transfers)
    account.due, account.looked_at = list(said.due), at
    if account.is_active and was != Status.ACTIVE:
        account.active_since = at
        # What was refused before may be taken now.
        Transfer.objects.filter(entity=account.entity, state=Transfer.State.WAITS).exclude(said="").update(said="")
    account.save(update_fields=["status", "due", "looked_at", "active_since"])
    if account.status != was:
        distribute_what_waits(account, at=at)


def distribute_what_waits(account: SellerAccount, *, at: datetime) -> None:
    """In the transaction that changes how `account` is paid: each repair that waits for it is looked at again."""
    waiting = Transfer.objects.filter(entity=account.entity, state=Transfer.State.WAITS)
    for reference in sorted(set(waiting.values_list("reference", flat=True))):
        order_distribution(reference=reference, at=at)


def look_soon_at(account_id: str) -> None:
    """An event said that something changed: the next round reads the account."""
    SellerAccount.objects.filter(account_id=account_id).exclude(account_id="").update(looked_at=None)


def poll_accounts(*, at: datetime, limit: int = 20) -> int:
    """Look at accounts whose news may have been lost: every ten minutes those not active, daily the others."""
    begun = SellerAccount.objects.exclude(account_id="")
    never = Q(looked_at__isnull=True)
    stale = ~Q(status__in=(Status.ACTIVE, Status.CLOSED)) & Q(looked_at__lte=at - LOOK_AGAIN)
    due = begun.filter(never | stale | Q(looked_at__lte=at - LOOK_DAILY)).order_by("looked_at", "pk")[:limit]
    return sum(_poll(account, at=at) for account in due)


def _poll(account: SellerAccount, *, at: datetime) -> bool:
    try:
        look_at_account(account=account, at=at)
    except ProviderUnavailable as silence:
        logger.warning("account %s could not be read: %s", account.account_id, silence)
        return False
    return True


@transaction.atomic
def choose_bank(*, entity: Entity, by: User, iban: str, bic: str = "", holder: str, at: datetime) -> SellerAccount:
    """
    Be paid between banks from now on, to this account. What waits is listed for the next bank transfer.

    :raises BadInput: for an IBAN or BIC that cannot be one.
    :raises NotAllowed: for who may not.
    """
    if forbidden := what_forbids_account(entity, by=by):
        raise forbidden
    account = SellerAccount.objects.select_related("entity").locked(account_of(entity).pk)
    account.iban, account.bic, account.holder = read_iban(iban), read_bic(bic), read_holder(holder)
    account.way = SellerAccount.Way.BANK
    account.bank_changed_at, account.bank_changed_by = at, by
    account.save()
    distribute_what_waits(account, at=at)
    return account


@transaction.atomic
def choose_account(*, entity: Entity, by: User, at: datetime) -> SellerAccount:
    """Be paid through the provider again; the bank details stay for what has no online payment behind it."""
    if forbidden := what_forbids_account(entity, by=by):
        raise forbidden
    account = SellerAccount.objects.select_related("entity").locked(account_of(entity).pk)
    account.way = SellerAccount.Way.ACCOUNT
    account.save(update_fields=["way"])
    distribute_what_waits(account, at=at)
    return account
