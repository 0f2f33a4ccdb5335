"""Make the calls that send money to beneficiaries and take it back, and settle what the provider answers."""

from datetime import datetime

from django.db.models import F

from collective.ledger.accounts import PROVIDER
from collective.ledger.distributions import Owed, book_back, book_sent
from collective.payments import gateway
from collective.payments.distribution.models import Reversal, SellerAccount, Transfer
from collective.payments.distribution.order import order_distribution
from collective.payments.models import Operation
from collective.payments.states import ReversalState, TransferState

KINDS = (Operation.Kind.TRANSFER, Operation.Kind.REVERSAL)
SAID_AT_MOST = 200


def transfer_source(transfer: Transfer) -> str:
    return f"transfer:{transfer.pk}"


def reversal_source(reversal: Reversal) -> str:
    return f"reversal:{reversal.pk}"


def ask_transfer(operation: Operation) -> dict[str, str]:
    """:raises ProviderError: when there is no answer, or a refusal."""
    asked = operation.params
    return _sent(
        gateway.provider().transfer(
            account_id=asked["account_id"],
            amount_cents=asked["amount_cents"],
            charge_id=asked["charge_id"],
            transfer_group=asked["transfer_group"],
            reference=operation.key,
            key=operation.key,
        )
    )


def find_transfer(operation: Operation) -> dict[str, str] | None:
    """Return what became of a call whose key the provider may have forgotten: it carries our key as its reference."""
    for found in gateway.provider().list_transfers(transfer_group=operation.params["transfer_group"]):
        if found.reference == operation.key:
            return _sent(found)
    return None


def ask_reversal(operation: Operation) -> dict[str, str]:
    reversal = Reversal.objects.select_related("transfer").get(operation=operation)
    return _taken_back(
        gateway.provider().reverse_transfer(
            transfer_id=reversal.transfer.provider_id,
            amount_cents=operation.params["amount_cents"],
            reference=operation.key,
            key=operation.key,
        )
    )


def find_reversal(operation: Operation) -> dict[str, str] | None:
    reversal = Reversal.objects.select_related("transfer").get(operation=operation)
    for found in gateway.provider().list_reversals(transfer_id=reversal.transfer.provider_id):
        if found.reference == operation.key:
            return _taken_back(found)
    return None


def settle_distribution(operation: Operation, result: dict[str, str], *, at: datetime) -> None:
    """Write what was sent or taken back, and book it, in the caller's transaction; the payment is locked."""
    if operation.kind == Operation.Kind.TRANSFER:
        _settle_transfer(operation, result["transfer_id"], at=at)
    else:
        _settle_reversal(operation, result["reversal_id"], at=at)


def refuse_distribution(operation: Operation, said: str, *, at: datetime) -> None:
    """
    The provider said no. A transfer waits for a person, and its account is read again; what a reversal could not take
    back is owed by the beneficiary.
    """
    if operation.kind == Operation.Kind.REVERSAL:
        reversal = Reversal.objects.select_related("transfer").get(operation=operation)
        _fail(reversal, said)
        order_distribution(reference=reversal.transfer.reference, at=at)
        return
    transfer = Transfer.objects.select_related("entity").get(operation=operation)
    for reversal in transfer.reversals.filter(state=Reversal.State.PLANNED):
        if reversal.operation_id:
            Operation.objects.filter(pk=reversal.operation_id, state=Operation.State.PENDING).update(
                state=Operation.State.REFUSED, last_error="what it would take back was never sent"
            )
        reversal.delete()
    transfer.state, transfer.reason = Transfer.State.WAITS, Transfer.Reason.REFUSED
    transfer.said, transfer.operation = said[:SAID_AT_MOST], None
    transfer.save(update_fields=["state", "reason", "said", "operation"])
    SellerAccount.objects.filter(entity=transfer.entity).update(looked_at=None)
    order_distribution(reference=transfer.reference, at=at)


def _settle_transfer(operation: Operation, provider_id: str, *, at: datetime) -> None:
    transfer = Transfer.objects.select_related("entity__collective", "workshop").get(operation=operation)
    if transfer.state == Transfer.State.SENT:
        return
    transfer.state, transfer.provider_id, transfer.sent_at = Transfer.State.SENT, provider_id, at
    transfer.save(update_fields=["state", "provider_id", "sent_at"])
    book_sent(_owed(transfer), cents=transfer.amount_cents, account=PROVIDER, source=transfer_source(transfer), at=at)


def _settle_reversal(operation: Operation, provider_id: str, *, at: datetime) -> None:
    reversal = Reversal.objects.select_related("transfer__entity__collective", "transfer__workshop").get(
        operation=operation
    )
    if reversal.state == Reversal.State.DONE:
        return
    transfer, cents = reversal.transfer, reversal.amount_cents
    reversal.state, reversal.provider_id, reversal.done_at = Reversal.State.DONE, provider_id, at
    reversal.save(update_fields=["state", "provider_id", "done_at"])
    Transfer.objects.filter(pk=transfer.pk).update(reversed_cents=F("reversed_cents") + cents)
    book_back(
        _owed(transfer),
        cents=cents,
        account=PROVIDER,
        source=reversal_source(reversal),
        sent=transfer_source(transfer),
        at=at,
    )


def _fail(reversal: Reversal, said: str) -> None:
    reversal.state, reversal.said = Reversal.State.FAILED, said[:SAID_AT_MOST]
    reversal.save(update_fields=["state", "said"])


def _owed(transfer: Transfer) -> Owed:
    return Owed(transfer.entity, transfer.reference, transfer.workshop)


def _sent(state: TransferState) -> dict[str, str]:
    return {"transfer_id": state.transfer_id}


def _taken_back(state: ReversalState) -> dict[str, str]:
    return {"reversal_id": state.reversal_id}
