"""Transfers and reversals that the provider made for us and that our rows do not know: a backup was restored since."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from collective.ledger.accounts import PROVIDER
from collective.ledger.distributions import Owed, book_back, book_sent
from collective.payments import gateway
from collective.payments.distribution.models import Reversal, SellerAccount, Transfer
from collective.payments.distribution.send import reversal_source, transfer_source
from collective.payments.models import Operation, Payment
from collective.payments.ports import ReversalState, TransferState

logger = logging.getLogger(__name__)


def find_transfers(*, payment: Payment, at: datetime) -> int:
    """
    Keep and book the transfers of a payment's repair, and what was taken back of them, that we do not know.

    What an operation of ours still has to settle is left to it: sent again under its key, it gets the same answer. Call
    it outside any transaction. Return how many were found.

    :raises ProviderError: no answer.
    """
    if not payment.charge_id:
        return 0
    found = 0
    for said in gateway.provider().list_transfers(transfer_group=payment.subject):
        if said.charge_id != payment.charge_id:
            continue
        known = Transfer.objects.filter(provider_id=said.transfer_id).first()
        if known is None and not _is_pending(said.reference):
            known = _adopt(payment, said, at=at)
            found += known is not None
        if known is not None and said.reversed_cents != known.reversed_cents:
            backs = gateway.provider().list_reversals(transfer_id=said.transfer_id)
            found += sum(_adopt_reversal(known.pk, back, at=at) for back in backs)
    return found


def _is_pending(key: str) -> bool:
    return Operation.objects.filter(key=key, state=Operation.State.PENDING).exists()


@transaction.atomic(durable=True)
def _adopt(payment: Payment, said: TransferState, *, at: datetime) -> Transfer | None:
    payment = Payment.objects.locked(payment.pk)
    account = SellerAccount.objects.select_related("entity__collective").filter(account_id=said.account_id).first()
    if account is None or Transfer.objects.filter(provider_id=said.transfer_id).exists():
        logger.error("transfer %s went to %s, whom we do not know", said.transfer_id, said.account_id)
        return None
    result = {"transfer_id": said.transfer_id}
    transfer = Transfer.objects.create(
        entity=account.entity,
        reference=said.transfer_group,
        workshop=payment.workshop,
        payment=payment,
        operation=_done(payment, Operation.Kind.TRANSFER, said.reference, result, at=at),
        amount_cents=said.amount_cents,
        state=Transfer.State.SENT,
        provider_id=said.transfer_id,
        account_id=said.account_id,
        created_at=said.created_at,
        sent_at=at,
    )
    owed = Owed(transfer.entity, transfer.reference, transfer.workshop)
    book_sent(owed, cents=transfer.amount_cents, account=PROVIDER, source=transfer_source(transfer), at=at)
    return transfer


@transaction.atomic(durable=True)
def _adopt_reversal(transfer_pk: int, said: ReversalState, *, at: datetime) -> bool:
    if _is_pending(said.reference) or Reversal.objects.filter(provider_id=said.reversal_id).exists():
        return False
    transfer = Transfer.objects.select_related("entity__collective", "workshop", "payment").get(pk=transfer_pk)
    if transfer.payment is None:
        return False
    result = {"reversal_id": said.reversal_id}
    reversal = Reversal.objects.create(
        transfer=transfer,
        operation=_done(transfer.payment, Operation.Kind.REVERSAL, said.reference, result, at=at),
        amount_cents=said.amount_cents,
        state=Reversal.State.DONE,
        provider_id=said.reversal_id,
        created_at=said.created_at,
        done_at=at,
    )
    Transfer.objects.filter(pk=transfer.pk).update(reversed_cents=F("reversed_cents") + said.amount_cents)
    book_back(
        Owed(transfer.entity, transfer.reference, transfer.workshop),
        cents=said.amount_cents,
        account=PROVIDER,
        source=reversal_source(reversal),
        sent=transfer_source(transfer),
        at=at,
    )
    return True


def _done(payment: Payment, kind: str, key: str, result: dict[str, str], *, at: datetime) -> Operation:
    """The operation that made it, as it was: its key is used up, and the next one gets another number."""
    operation, _is_new = Operation.objects.get_or_create(
        key=key,
        defaults={
            "payment": payment,
            "kind": kind,
            "state": Operation.State.DONE,
            "created_at": at,
            "due_at": at,
            "result": result,
        },
    )
    return operation
