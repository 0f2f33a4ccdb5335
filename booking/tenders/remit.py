"""Cheques and cards reach the bank; a transfer that was announced arrives."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from backend.lib.money import decimal
from booking.tenders.amounts import MoreThanLeft
from booking.tenders.bill import Bill, left_cents
from booking.tenders.book import draft_tender, move
from booking.tenders.given import Settled
from booking.tenders.means import ABLE, Means, State, may_become
from booking.tenders.models import Tender
from booking.tenders.rights import what_forbids_recording
from collective.ledger import accounts
from collective.ledger.record import record_all
from collective.members.models import User


class CannotMoveSo(RuleBroken):
    code = "cannot_move_so"
    message = _("This payment is %(state)s: that cannot become of it.")


@transaction.atomic
def remit_tender(*, tender: Tender, by: User, at: datetime) -> Tender:
    """
    Say that a cheque was put in the bank, or that the terminal's money came: 512 instead of 5112 or 5115.

    :raises RuleBroken: for who does not work there, or a tender that is past that.
    """
    tender = _locked(tender, State.REMITTED, by=by)
    lines = {accounts.BANK: tender.amount, ABLE[Means(tender.means)].account: -tender.amount}
    move(tender, cause="remitted", lines=lines, at=at)
    return _become(tender, State.REMITTED, at=at)


@transaction.atomic
def receive_tender(*, tender: Tender, bill: Bill, by: User, at: datetime) -> Tender:
    """
    Say that an announced transfer is at the bank. Whoever calls holds the lock of what the bill is for.

    :raises RuleBroken: for who does not work there, one that is no announcement any more, or when less is left by now.
    """
    tender = _locked(tender, State.RECEIVED, by=by)
    if tender.amount > (left := left_cents(bill)):
        raise MoreThanLeft(left_cents=left, left=decimal(left))
    settled = Settled(tender.amount, tender.settles_cents, ABLE[Means(tender.means)].account)
    record_all(draft_tender(tender, settled, at=at))
    return _become(tender, State.RECEIVED, at=at)


def _locked(tender: Tender, to: State, *, by: User) -> Tender:
    tender = Tender.objects.locked(tender.pk)
    if forbidden := what_forbids_recording(tender.workshop, by=by):
        raise forbidden
    if tender.means == Means.THIRD_PARTY or not may_become(tender.means, tender.state, to):
        raise CannotMoveSo(state=str(tender.get_state_display()))
    return tender


def _become(tender: Tender, state: State, *, at: datetime) -> Tender:
    tender.state, tender.changed_at = state, at
    tender.save(update_fields=["state", "changed_at"])
    return tender
