"""Vouchers: sold at a workshop's counter or offered by the common fund, spent in parts, never below nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, NotAllowed, RuleBroken
from booking.tenders.amounts import check_amount
from booking.tenders.bill import Bill
from booking.tenders.given import Given, Settled, Side
from booking.tenders.means import ABLE, Means
from booking.tenders.models import Voucher
from collective.ledger import accounts
from collective.ledger.entities import books_of, fund_of
from collective.ledger.models import Entity, Entry
from collective.ledger.record import Draft, record_all
from collective.members.models import Collective, User
from collective.workshops.models import Workshop
from collective.workshops.roles import coordinates, works_at

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another when read aloud
CODE_LENGTH = 12  # 30^12: 58 bits, behind the limit on how often one may try
MOST_CENTS = 50_000
LASTS_YEARS = 2  # at most, from the day it is issued
SOLD_BY = (Means.CASH, Means.CHEQUE, Means.TERMINAL)


class UnknownVoucher(RuleBroken):
    code = "unknown_voucher"
    message = _("No voucher of this code can be used in this workshop. Please check its letters.")
    status = 404


class VoucherOver(RuleBroken):
    code = "voucher_over"
    message = _("This voucher could be used until %(until)s.")


class VoucherEmpty(RuleBroken):
    """`params["left_cents"]` is what the voucher still holds."""

    code = "voucher_empty"
    message = _("This voucher does not hold so much any more.")


class NotYoursToIssue(NotAllowed):
    code = "not_yours_to_issue"
    message = _("A workshop's people sell its vouchers; coordinators offer those of the common fund.")


class WrongVoucher(BadInput):
    code = "wrong_voucher"
    message = _("A voucher holds at most 500 €, for two years at most, and says how it was paid or why it is given.")


@dataclass(frozen=True)
class Issued:
    """`code` is known now and never again; "" when this form had issued it before."""

    voucher: Voucher
    code: str


def sell_voucher(
    *, workshop: Workshop, cents: int, means: str, expires_on: date, key: str, by: User, at: datetime
) -> Issued:
    """
    Sell a voucher for the work of this workshop: what was paid stands against what is owed to who brings it.

    No VAT is due yet: it is not known what will be sold for it (CGI art. 256 ter, multi-purpose voucher).

    :raises NotYoursToIssue: for who does not work there.
    :raises BadInput: an amount, a day or a means that cannot be.
    """
    if not works_at(by, workshop):
        raise NotYoursToIssue
    if means not in SOLD_BY:
        raise WrongVoucher
    voucher = Voucher(collective=workshop.collective, workshop=workshop, means=means)
    lines = {ABLE[Means(means)].account: cents, accounts.VOUCHERS: -cents}
    books = books_of(workshop.seller)
    return _issue(voucher, books, lines, cents=cents, expires_on=expires_on, key=key, by=by, at=at)


def offer_voucher(
    *, collective: Collective, cents: int, reason: str, expires_on: date, key: str, by: User, at: datetime
) -> Issued:
    """
    Offer a voucher for any workshop of the collective, from the common fund; the reason is kept.

    :raises NotYoursToIssue: for who does not coordinate the collective.
    :raises BadInput: an amount, a day or a reason that cannot be.
    """
    if not coordinates(by, collective):
        raise NotYoursToIssue
    if not reason.strip() or len(reason) > 240:
        raise WrongVoucher
    voucher = Voucher(collective=collective, reason=reason.strip())
    lines = {accounts.VOUCHERS_OFFERED: cents, accounts.VOUCHERS: -cents}
    return _issue(voucher, fund_of(collective), lines, cents=cents, expires_on=expires_on, key=key, by=by, at=at)


@transaction.atomic
def _issue(
    voucher: Voucher,
    books: Entity,
    lines: dict[str, int],
    *,
    cents: int,
    expires_on: date,
    key: str,
    by: User,
    at: datetime,
) -> Issued:
    check_amount(cents, most=MOST_CENTS)
    if not at.date() <= expires_on <= date(at.year + LASTS_YEARS, at.month, min(at.day, 28)) or not 0 < len(key) <= 60:
        raise WrongVoucher
    if standing := Voucher.objects.filter(key=key, issued_by=by, face_cents=cents).first():
        return Issued(standing, "")
    code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
    voucher.digest, voucher.hint = digest_of(code), code[-4:]
    voucher.face_cents = voucher.left_cents = cents
    voucher.expires_on, voucher.key, voucher.issued_by, voucher.issued_at = expires_on, key, by, at
    voucher.save(force_insert=True)
    journal = Entry.Journal.COUNTER if voucher.workshop_id else Entry.Journal.MISC
    label = voucher.workshop.name if voucher.workshop else voucher.collective.name
    record_all([Draft(books, journal, f"voucher:{voucher.pk}", label, lines, at, workshop=voucher.workshop)])
    return Issued(voucher, "-".join(code[place : place + 4] for place in range(0, CODE_LENGTH, 4)))


def settle_by_voucher(bill: Bill, given: Given, left: int, *, at: datetime) -> Settled:
    """
    Take from the voucher what the bill leaves, or as much as is said; its row is locked until the end.

    :raises UnknownVoucher: for a code that is none, or of another workshop or collective.
    :raises VoucherOver, VoucherEmpty: after its last day; when it holds nothing, or less than was said.
    """
    voucher = find_voucher(given.code, workshop=bill.workshop)
    if voucher.is_over(on=at.astimezone(bill.workshop.zone).date()):
        raise VoucherOver(until=voucher.expires_on.isoformat())
    cents = min(voucher.left_cents, left) if given.amount is None else check_amount(given.amount)
    if not 0 < cents <= voucher.left_cents:
        raise VoucherEmpty(left_cents=voucher.left_cents)
    Voucher.objects.filter(pk=voucher.pk).update(left_cents=F("left_cents") - cents)
    links = {"voucher": voucher}
    if voucher.workshop_id:
        return Settled(cents, cents, accounts.VOUCHERS, links)
    fund, seller = fund_of(voucher.collective), books_of(bill.workshop.seller)
    side = Side(fund, {accounts.VOUCHERS: cents, accounts.owed_with(seller): -cents})
    return Settled(cents, cents, accounts.owed_with(fund), links, (side,))


def find_voucher(code: str, *, workshop: Workshop) -> Voucher:
    """
    Lock and return the voucher of this code, as it can be used here: the same seller's, or the collective's own.

    :raises UnknownVoucher: for any other, without saying whether it exists.
    """
    found = Voucher.objects.select_for_update(of=("self",)).filter(
        digest=digest_of(code), collective=workshop.collective
    )
    voucher = found.first()
    if voucher is None or (voucher.workshop and voucher.workshop.seller_id != workshop.seller_id):
        raise UnknownVoucher
    return voucher


def put_back(voucher_pk: int, *, cents: int) -> None:
    """What was taken from it comes back; the caller mirrors the entries."""
    Voucher.objects.select_for_update(of=("self",)).filter(pk=voucher_pk).update(left_cents=F("left_cents") + cents)


def digest_of(code: str) -> str:
    """As typed: without the dashes and the blanks, whatever the case."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())[:40]
    return salted_hmac("moyeu.voucher", plain, algorithm="sha256").hexdigest()
