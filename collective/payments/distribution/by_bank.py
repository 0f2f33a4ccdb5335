"""
Pay between banks what has no account at the provider to go to: the treasurer takes a file to the collective's bank.

A batch takes what waits at that moment, each due once: it is in one batch or in none. Booked when the treasurer says
that the bank has taken the file; until then a batch can be cancelled, and what was in it waits again.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from collective.ledger.accounts import BANK
from collective.ledger.distributions import Owed, book_sent
from collective.ledger.entities import platform_of
from collective.members.models import Collective, User
from collective.payments.distribution.distribute import account_of
from collective.payments.distribution.models import BankBatch, SellerAccount, Transfer
from collective.payments.distribution.order import order_distribution
from collective.payments.distribution.pain import BankAccount, Credit, write_pain
from collective.payments.distribution.rights import what_forbids_treasury
from collective.payments.distribution.send import transfer_source

State = BankBatch.State
FARTHEST_DAYS = 90
TELLS = 4  # repairs named in what the beneficiary reads


class NothingToPay(RuleBroken):
    code = "nothing_to_pay"
    message = _("Nobody waits for a bank transfer just now.")


class NoBankOfOurs(RuleBroken):
    code = "no_bank_of_ours"
    message = _("Give the collective’s own bank details first: the transfers leave from there.")


class BatchClosed(RuleBroken):
    code = "batch_closed"
    message = _("This file was confirmed or cancelled already.")


class WrongDay(BadInput):
    code = "wrong_day"
    message = _("The bank makes transfers today at the earliest, and within 90 days.")


@transaction.atomic
def make_batch(*, collective: Collective, by: User, executes_on: date, at: datetime) -> BankBatch:
    """
    Put all that waits for a bank transfer into one file, one transfer a beneficiary.

    :raises RuleBroken: for who is no treasurer, when nothing waits, or the platform's own bank is not known.
    :raises WrongDay: for a day past or far away.
    """
    if forbidden := what_forbids_treasury(collective, by=by):
        raise forbidden
    if not 0 <= (executes_on - at.date()).days <= FARTHEST_DAYS:
        raise WrongDay
    # The platform's row makes two treasurers at once wait for each other.
    ours = SellerAccount.objects.locked(account_of(platform_of(collective)).pk)
    if not ours.iban:
        raise NoBankOfOurs
    rows = _waiting(collective)
    if not rows:
        raise NothingToPay
    batch = BankBatch(
        collective=collective,
        executes_on=executes_on,
        total_cents=sum(row.amount_cents for row in rows),
        made_at=at,
        made_by=by,
    )
    credits = credits_of(batch, rows)
    batch.payments = len(credits)
    batch.xml = write_pain(
        message_id=batch.message_id, debtor=_bank_of(ours), credits=credits, executes_on=executes_on, made_at=at
    )
    batch.save()
    Transfer.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Transfer.State.PLANNED, reason=Transfer.Reason.NOTHING, batch=batch
    )
    return batch


def _waiting(collective: Collective) -> list[Transfer]:
    accounts = SellerAccount.objects.filter(entity__collective=collective)
    list(accounts.select_for_update(of=("self",)).order_by("pk"))  # nothing is distributed meanwhile
    rows = Transfer.objects.filter(
        entity__collective=collective,
        state=Transfer.State.WAITS,
        reason=Transfer.Reason.BATCH,
        payment__isnull=True,
    )
    return list(rows.select_related("entity__account").order_by("entity", "pk"))


def credits_of(batch: BankBatch, rows: list[Transfer]) -> list[Credit]:
    """Return one transfer between banks for each beneficiary among the rows."""
    by_entity: dict[int, list[Transfer]] = {}
    for row in rows:
        by_entity.setdefault(row.entity_id, []).append(row)
    return [
        Credit(
            to=_bank_of(found[0].entity.account),
            cents=sum(row.amount_cents for row in found),
            end_to_end=f"{batch.message_id[6:22]}-{entity}",
            text=_told(found),
        )
        for entity, found in by_entity.items()
    ]


def _told(rows: list[Transfer]) -> str:
    named = " ".join(row.reference for row in rows[:TELLS])
    return f"{len(rows)} : {named}" + (" ..." if len(rows) > TELLS else "")


def _bank_of(account: SellerAccount) -> BankAccount:
    return BankAccount(account.holder, account.iban, account.bic)


@transaction.atomic
def confirm_batch(*, batch: BankBatch, by: User, at: datetime) -> BankBatch:
    """
    The bank has taken the file: book each transfer, from the platform's bank to the beneficiary's.

    :raises RuleBroken: for who is no treasurer, or when it was confirmed or cancelled before.
    """
    batch = _close(batch, State.SENT, by=by, at=at)
    rows = batch.transfers.select_related("entity__collective", "workshop").order_by("pk")
    for row in rows:
        row.state, row.sent_at = Transfer.State.SENT, at
        row.save(update_fields=["state", "sent_at"])
        owed = Owed(row.entity, row.reference, row.workshop)
        book_sent(owed, cents=row.amount_cents, account=BANK, source=transfer_source(row), at=at)
        order_distribution(reference=row.reference, at=at)
    return batch


@transaction.atomic
def cancel_batch(*, batch: BankBatch, by: User, at: datetime) -> BankBatch:
    """
    The file is not sent: what was in it waits again, as the books have it by now.

    :raises RuleBroken: as `confirm_batch`.
    """
    batch = _close(batch, State.CANCELLED, by=by, at=at)
    rows = list(batch.transfers.all())
    for reference in sorted({row.reference for row in rows}):
        order_distribution(reference=reference, at=at)
    # The plan is made anew from the books: a due that came meanwhile may have a waiting row already.
    batch.transfers.all().delete()
    return batch


def _close(batch: BankBatch, state: BankBatch.State, *, by: User, at: datetime) -> BankBatch:
    if forbidden := what_forbids_treasury(batch.collective, by=by):
        raise forbidden
    batch = BankBatch.objects.select_related("collective").select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != State.LISTED:
        raise BatchClosed
    batch.state, batch.closed_at, batch.closed_by = state, at, by
    batch.save(update_fields=["state", "closed_at", "closed_by"])
    return batch
