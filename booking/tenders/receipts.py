"""Transfers that came without saying for what: listed as they are, matched to a bill by a person."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.tenders.amounts import check_amount
from booking.tenders.bill import Bill
from booking.tenders.given import Given, Settled
from booking.tenders.models import Receipt
from booking.tenders.rights import what_forbids_recording
from collective.ledger import accounts
from collective.ledger.entities import books_of
from collective.ledger.models import Entry
from collective.ledger.record import Draft, record_all
from collective.members.models import User
from collective.workshops.models import Workshop

LONGEST_PAYER = 120


class WrongReceipt(BadInput):
    code = "wrong_receipt"
    message = _("Say who paid, as the bank statement does, and on which day up to today.")


class ReceiptUsed(RuleBroken):
    """`params["left_cents"]` is what is left of the transfer."""

    code = "receipt_used"
    message = _("This transfer is not on your list, or not so much of it is left.")


@transaction.atomic
def record_receipt(
    *, workshop: Workshop, cents: int, payer: str, note: str, received_on: date, key: str, by: User, at: datetime
) -> Receipt:
    """
    Write down a transfer that nobody can place yet: the bank has it (512), it waits on 471. Once for a `key`.

    :raises RuleBroken: for who does not work there.
    :raises BadInput: an amount, a payer or a day that cannot be.
    """
    if forbidden := what_forbids_recording(workshop, by=by):
        raise forbidden
    check_amount(cents)
    today = at.astimezone(workshop.zone).date()
    said = payer.strip() and len(payer) <= LONGEST_PAYER and len(note) <= 240 and 0 < len(key) <= 60
    if not said or not date(2020, 1, 1) <= received_on <= today:
        raise WrongReceipt
    if standing := Receipt.objects.filter(key=key, workshop=workshop).first():
        return standing
    receipt = Receipt.objects.create(
        workshop=workshop,
        amount_cents=cents,
        left_cents=cents,
        received_on=received_on,
        payer=payer.strip(),
        note=note.strip(),
        key=key,
        recorded_by=by,
        recorded_at=at,
    )
    lines = {accounts.BANK: cents, accounts.UNMATCHED: -cents}
    source = f"receipt:{receipt.pk}"
    books = books_of(workshop.seller)
    record_all([Draft(books, Entry.Journal.BANK, source, workshop.name, lines, at, workshop=workshop)])
    return receipt


def settle_by_receipt(bill: Bill, given: Given, left: int) -> Settled:
    """
    Take from a listed transfer what the bill leaves, or as much as is said.

    :raises ReceiptUsed: for a transfer of another workshop, or one that holds less.
    """
    found = Receipt.objects.select_for_update(of=("self",)).filter(pk=given.receipt or 0, workshop=bill.workshop)
    receipt = found.first()
    if receipt is None:
        raise ReceiptUsed(left_cents=0)
    cents = min(receipt.left_cents, left) if given.amount is None else check_amount(given.amount)
    if not 0 < cents <= receipt.left_cents:
        raise ReceiptUsed(left_cents=receipt.left_cents)
    Receipt.objects.filter(pk=receipt.pk).update(left_cents=F("left_cents") - cents)
    return Settled(cents, cents, accounts.UNMATCHED, {"receipt": receipt})


def put_back(receipt_pk: int, *, cents: int) -> None:
    """What was matched waits again; the caller mirrors the entries."""
    Receipt.objects.select_for_update(of=("self",)).filter(pk=receipt_pk).update(left_cents=F("left_cents") + cents)
