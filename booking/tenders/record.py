"""Something is given for a bill: money, a paper, a promise of a third party. It is written down and booked, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from backend.lib.money import decimal
from booking.tenders.amounts import MoreThanLeft, WrongTakings, check_amount
from booking.tenders.bill import Bill, left_cents
from booking.tenders.book import draft_tender
from booking.tenders.claims import open_claim, settle_by_third_party
from booking.tenders.given import Given, Settled, check_evidence, check_means
from booking.tenders.means import ABLE, Means, State
from booking.tenders.minutes import settle_by_minutes
from booking.tenders.models import Tender
from booking.tenders.receipts import settle_by_receipt
from booking.tenders.vouchers import settle_by_voucher
from collective.ledger.record import record_all
from collective.members.models import User

LONGEST_KEY = 60


class NothingLeft(RuleBroken):
    code = "nothing_left"
    message = _("Nothing is left to pay for this repair.")


class KeyOfAnother(BadInput):
    code = "key_of_another"
    message = _("This form was used for another payment. Open the page again.")


class ChangeWithoutCash(BadInput):
    code = "change_without_cash"
    message = _("What was handed over is at least what is kept, and only cash gives change.")


class NotAPromise(BadInput):
    code = "not_a_promise"
    message = _("Only a bank transfer can be announced; anything else is recorded once it is there.")


@transaction.atomic
def record_tender(*, bill: Bill, given: Given, by: User | None, at: datetime) -> Tender:
    """
    Record one thing given for a bill, and book it: debit what was given, credit the customer's account.

    Whoever calls holds the lock of what the bill is for, so that two at once follow each other. The same `key` for the
    same bill returns what stands and books nothing more. A transfer that is only announced settles nothing yet.

    :raises RuleBroken: when nothing is left, or less than that; what the means itself refuses (vouchers.py, claims.py,
        minutes.py, receipts.py).
    :raises BadInput: an amount, a means, evidence or a key that cannot be.
    """
    if standing := _standing(bill, given):
        return standing
    means, evidence = check_means(given.means), check_evidence(given)
    left = left_cents(bill)
    if left <= 0:
        raise NothingLeft
    settled = _settle(bill, given, left, at=at)
    if settled.settles_cents > left:
        raise MoreThanLeft(left_cents=left, left=decimal(left))
    _check_change(given, settled)
    tender = Tender.objects.create(
        reference=bill.reference,
        workshop=bill.workshop,
        means=means,
        unit=ABLE[means].unit,
        amount=settled.amount,
        settles_cents=settled.settles_cents,
        given_cents=given.given_cents,
        state=_begins(means, given),
        evidence=evidence,
        key=given.key,
        recorded_by=by,
        recorded_at=at,
        **settled.links,
    )
    if means == Means.THIRD_PARTY:
        open_claim(tender, given)
    if tender.settles:
        record_all(draft_tender(tender, settled, at=at))
    return tender


@transaction.atomic
def what_would_settle(*, bill: Bill, given: Given, left_cents: int, at: datetime) -> int:
    """
    Return the cents that `given` would settle of what is left, and leave everything as it is.

    :raises RuleBroken: as record_tender() does.
    """
    if given.is_promise or left_cents <= 0 or _standing(bill, given):
        return 0
    check_means(given.means)
    with transaction.atomic():
        settled = _settle(bill, given, left_cents, at=at)
        transaction.set_rollback(True)
    return settled.settles_cents


def _standing(bill: Bill, given: Given) -> Tender | None:
    if not given.key or len(given.key) > LONGEST_KEY:
        raise KeyOfAnother
    standing = Tender.objects.filter(key=given.key).first()
    if standing and (standing.reference, standing.means) != (bill.reference, given.means):
        raise KeyOfAnother
    return standing


def _settle(bill: Bill, given: Given, left: int, *, at: datetime) -> Settled:
    """Say what is settled; what the means keeps itself (a voucher, minutes, a receipt) is taken from it here."""
    if given.means == Means.VOUCHER:
        return settle_by_voucher(bill, given, left, at=at)
    if given.means == Means.THIRD_PARTY:
        return settle_by_third_party(bill, given, left, at=at)
    if given.means == Means.MINUTES:
        return settle_by_minutes(bill, given)
    if given.means == Means.TRANSFER and given.receipt is not None:
        return settle_by_receipt(bill, given, left)
    cents = left if given.amount is None else check_amount(given.amount)
    return Settled(cents, cents, ABLE[Means(given.means)].account)


def _begins(means: Means, given: Given) -> State:
    """
    :raises NotAPromise: for an announcement of something that is handed over.
    """
    states = tuple(ABLE[means].moves)
    if given.is_promise:
        if State.PROMISED not in states or given.receipt is not None:
            raise NotAPromise
        return State.PROMISED
    return next(state for state in states if state != State.PROMISED)


def _check_change(given: Given, settled: Settled) -> None:
    if given.given_cents is None:
        return
    try:
        handed = check_amount(given.given_cents)
    except WrongTakings as wrong:
        raise ChangeWithoutCash from wrong
    if not ABLE[Means(given.means)].gives_change or handed < settled.amount:
        raise ChangeWithoutCash
