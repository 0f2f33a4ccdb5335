"""What was recorded wrongly, or bounced, is taken back: the row stays with who and why, the books get its mirror."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from booking.tenders import receipts, vouchers
from booking.tenders.book import mirror_all
from booking.tenders.means import Means, State, may_become
from booking.tenders.models import Claim, Tender
from booking.tenders.rights import what_forbids_taking_back
from collective.hours.spend import put_back_minutes
from collective.members.models import User

LONGEST_REASON = 240
ENDS = (State.REVERSED, State.REFUSED)


class AlreadyTakenBack(RuleBroken):
    """`params["state"]` is what has become of it."""

    code = "already_taken_back"
    message = _("This payment is %(state)s: it cannot be taken back.")


class TakeBackNeedsReason(BadInput):
    code = "take_back_needs_reason"
    message = _("Say why this payment is taken back, in at most 240 letters.")


def what_forbids_ending(tender: Tender, *, by: User, to: State = State.REVERSED) -> RuleBroken | None:
    """Owners only; and what a payer has paid, or refused, is not undone."""
    if forbidden := what_forbids_taking_back(tender.workshop, by=by):
        return forbidden
    if to not in ENDS or not may_become(tender.means, tender.state, to):
        return AlreadyTakenBack(state=str(tender.get_state_display()))
    return None


@transaction.atomic
def take_back_tender(*, tender: Tender, reason: str, bounced: bool = False, by: User, at: datetime) -> Tender:
    """
    Take a tender back, or, when `bounced`, say that the bank refused it (a cheque, a card): the customer owes it again.

    All its entries are mirrored; a voucher, an account of minutes or a listed transfer gets back what it gave. Whoever
    calls holds the lock of what the bill is for.

    :raises RuleBroken: for who is not the owner; when it was taken back before, or is past that.
    :raises TakeBackNeedsReason: without a reason.
    """
    tender = Tender.objects.locked(tender.pk)
    to = State.REFUSED if bounced else State.REVERSED
    if forbidden := what_forbids_ending(tender, by=by, to=to):
        raise forbidden
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise TakeBackNeedsReason
    if tender.settles:
        _give_back(tender)
        mirror_all(tender, at=at)
    if tender.means == Means.THIRD_PARTY:
        Claim.objects.filter(tender=tender).update(state=Claim.State.DROPPED)
    tender.state, tender.changed_at, tender.ended_by, tender.ended_reason = to, at, by, reason.strip()
    tender.save(update_fields=["state", "changed_at", "ended_by", "ended_reason"])
    return tender


def _give_back(tender: Tender) -> None:
    if tender.voucher_id:
        vouchers.put_back(tender.voucher_id, cents=tender.amount)
    if tender.receipt_id:
        receipts.put_back(tender.receipt_id, cents=tender.amount)
    if tender.time_account_id:
        put_back_minutes(tender.time_account_id, minutes=tender.amount)
