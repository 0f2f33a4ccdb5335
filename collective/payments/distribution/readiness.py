"""Whether a transfer may leave, and what it waits for otherwise."""

from collective.payments.distribution.models import Freeze, SellerAccount, Transfer

Reason = Transfer.Reason
Status = SellerAccount.Status

OF_STATUS = {
    Status.NONE: Reason.NO_ACCOUNT,
    Status.PENDING: Reason.PENDING,
    Status.RESTRICTED: Reason.RESTRICTED,
    Status.UNSUPPORTED: Reason.UNSUPPORTED,
    Status.CLOSED: Reason.CLOSED,
}


def what_it_waits_for(transfer: Transfer, account: SellerAccount) -> Transfer.Reason:
    """Return why it does not leave now; NOTHING when it may. What the provider refused waits for a person's word."""
    if is_frozen(transfer.reference):
        return Reason.FROZEN
    return what_its_account_lacks(transfer, account)


def what_its_account_lacks(transfer: Transfer, account: SellerAccount) -> Transfer.Reason:
    """The same, but for a dispute."""
    if transfer.payment_id is None:
        return Reason.BATCH if account.iban else Reason.NO_IBAN
    if not account.is_active:
        return OF_STATUS[Status(account.status)]
    if not account.account_id:
        return Reason.NO_ACCOUNT
    return Reason.REFUSED if transfer.said else Reason.NOTHING


def is_frozen(subject: str) -> bool:
    return Freeze.objects.filter(subject=subject, lifted_at__isnull=True).exists()
