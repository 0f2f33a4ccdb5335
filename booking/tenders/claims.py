"""Third-party payers: their part is a receivable, not a discount, and has a file that is sent, paid or refused."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import BadInput, RuleBroken
from backend.lib.money import decimal
from booking.tenders.amounts import check_amount
from booking.tenders.bill import Bill
from booking.tenders.book import mirror_all, move
from booking.tenders.given import Given, Settled
from booking.tenders.means import Means, State
from booking.tenders.models import Claim, Payer, RepairLabel, Tender
from booking.tenders.rights import what_forbids_recording, what_forbids_taking_back
from booking.tenders.schemes import Scheme, scheme_of
from collective.ledger import accounts
from collective.ledger.models import Entry
from collective.members.models import User
from collective.workshops.models import Workshop

LONGEST_NUMBER = 60
LONGEST_REASON = 240


class SchemeRefuses(RuleBroken):
    """`params["why"]` says which of its conditions is not met."""

    code = "scheme_refuses"
    message = _("The scheme does not pay for this repair: %(why)s")


class PayerUnknown(BadInput):
    code = "payer_unknown"
    message = _("Say who pays: their kind, and their name.")


class ClaimMoved(RuleBroken):
    code = "claim_moved"
    message = _("This claim has moved on since: it is %(state)s.")


class ClaimNeedsWords(BadInput):
    code = "claim_needs_words"
    message = _("Say why it was refused, and keep the number of the file within 60 letters.")


def holds_label(workshop: Workshop, label: str, *, on: date) -> bool:
    lasting = Q(valid_until=None) | Q(valid_until__gte=on)
    return RepairLabel.objects.filter(lasting, workshop=workshop, label=label, valid_from__lte=on).exists()


def what_forbids_scheme(scheme: Scheme | None, bill: Bill, *, on: date) -> RuleBroken | None:
    """The conditions that our rows can judge; the rest is the mechanic's word (`Given.is_eligible`)."""
    if scheme is None:
        return SchemeRefuses(why=str(_("it does not run on that day.")))
    if bill.bike_type not in scheme.bike_types:
        return SchemeRefuses(why=str(_("it is not for this kind of bicycle.")))
    if scheme.label and not holds_label(bill.workshop, scheme.label, on=on):
        return SchemeRefuses(why=str(_("this workshop does not hold its label.")))
    if not scheme.gives_cents(bill.total_cents):
        return SchemeRefuses(why=_("it begins at %(least)s €.") % {"least": decimal(scheme.least_cents)})
    standing = Claim.objects.filter(tender__reference=bill.reference, scheme=scheme.code)
    if standing.exclude(state__in=(Claim.State.DROPPED, Claim.State.REFUSED)).exists():
        return SchemeRefuses(why=str(_("it was claimed for this repair already.")))
    return None


def settle_by_third_party(bill: Bill, given: Given, left: int, *, at: datetime) -> Settled:
    """
    Say what a third party takes off the bill: what its scheme gives, or what was agreed with it.

    A scheme gives its sum and no other; when less is left, less is claimed.

    :raises SchemeRefuses, PayerUnknown: as their words say.
    """
    if not given.scheme:
        cents = left if given.amount is None else check_amount(given.amount)
        return Settled(cents, cents, accounts.owed_by_payer(payer_of(bill.workshop, given, at=at).pk))
    on = at.astimezone(bill.workshop.zone).date()
    scheme = scheme_of(given.scheme, on=on)
    if forbidden := what_forbids_scheme(scheme, bill, on=on):
        raise forbidden
    assert scheme is not None
    if not given.is_eligible:
        raise SchemeRefuses(why=str(_("confirm that nothing it excludes is in it.")))
    cents = min(scheme.gives_cents(bill.total_cents), left)
    return Settled(cents, cents, accounts.owed_by_payer(payer_of(bill.workshop, given, at=at).pk))


def payer_of(workshop: Workshop, given: Given, *, at: datetime) -> Payer:
    """
    :raises PayerUnknown: for a kind that is none, or no name.
    """
    if given.scheme:
        scheme = scheme_of(given.scheme, on=at.astimezone(workshop.zone).date())
        kind, name = Payer.Kind.SCHEME.value, scheme.payer if scheme else ""
    else:
        kind, name = given.payer_kind, given.payer.strip()
        if kind == Payer.Kind.SCHEME or kind not in Payer.Kind.values or not name or len(name) > 120:
            raise PayerUnknown
    return Payer.objects.get_or_create(collective=workshop.collective, kind=kind, name=name)[0]


def open_claim(tender: Tender, given: Given) -> Claim:
    payer = payer_of(tender.workshop, given, at=tender.recorded_at)
    number = str(tender.evidence.get("number", ""))
    if len(number) > LONGEST_NUMBER:
        raise ClaimNeedsWords
    return Claim.objects.create(tender=tender, payer=payer, scheme=given.scheme, file_number=number)


@transaction.atomic
def send_claim(*, claim: Claim, file_number: str = "", by: User, at: datetime) -> Claim:
    """
    Say that the file was sent, with its number when there is one.

    :raises RuleBroken: for who does not work there, or a claim that is past that.
    """
    claim = _locked(claim, by=by, waits_in=(Claim.State.TO_SEND,))
    if len(file_number) > LONGEST_NUMBER:
        raise ClaimNeedsWords
    claim.file_number = file_number.strip() or claim.file_number
    claim.state, claim.sent_at = Claim.State.SENT, at
    claim.save(update_fields=["file_number", "state", "sent_at"])
    return claim


@transaction.atomic
def claim_paid(*, claim: Claim, by: User, at: datetime) -> Claim:
    """
    The payer's money is at the bank: 512 instead of 4671.

    :raises RuleBroken: for who does not work there, or a claim that is past that.
    """
    claim = _locked(claim, by=by, waits_in=(Claim.State.TO_SEND, Claim.State.SENT))
    tender = claim.tender
    lines = {accounts.BANK: tender.amount, accounts.owed_by_payer(claim.payer_id): -tender.amount}
    move(tender, cause="paid", lines=lines, at=at)
    claim.state, claim.paid_at = Claim.State.PAID, at
    claim.save(update_fields=["state", "paid_at"])
    _become(tender, State.RECEIVED, at=at)
    return claim


@transaction.atomic
def claim_refused(*, claim: Claim, reason: str, workshop_bears: bool, by: User, at: datetime) -> Claim:
    """
    The payer does not pay: the customer owes this part again, or the workshop bears it (654), by its owner's choice.

    :raises RuleBroken: for who is not its owner, or a claim that is past that.
    :raises ClaimNeedsWords: without a reason.
    """
    if forbidden := what_forbids_taking_back(claim.tender.workshop, by=by):
        raise forbidden
    claim = _locked(claim, by=by, waits_in=(Claim.State.TO_SEND, Claim.State.SENT))
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise ClaimNeedsWords
    tender = claim.tender
    if workshop_bears:
        lines = {accounts.LOSSES: tender.amount, accounts.owed_by_payer(claim.payer_id): -tender.amount}
        move(tender, cause="borne", lines=lines, journal=Entry.Journal.MISC, at=at)
    else:
        mirror_all(tender, at=at)
    claim.state, claim.refused_at, claim.reason = Claim.State.REFUSED, at, reason.strip()
    claim.save(update_fields=["state", "refused_at", "reason"])
    tender.ended_by, tender.ended_reason = by, reason.strip()
    _become(tender, State.BORNE if workshop_bears else State.REFUSED, at=at)
    return claim


def _locked(claim: Claim, *, by: User, waits_in: tuple[str, ...]) -> Claim:
    """The tender's row is what all wait for that move it."""
    Tender.objects.locked(claim.tender_id)
    claim = Claim.objects.select_related("tender__workshop__seller", "tender__workshop__collective", "payer").get(
        pk=claim.pk
    )
    if forbidden := what_forbids_recording(claim.tender.workshop, by=by):
        raise forbidden
    if claim.state not in waits_in:
        raise ClaimMoved(state=str(claim.get_state_display()))
    return claim


def _become(tender: Tender, state: State, *, at: datetime) -> None:
    assert tender.means == Means.THIRD_PARTY
    tender.state, tender.changed_at = state, at
    tender.save(update_fields=["state", "changed_at", "ended_by", "ended_reason"])
