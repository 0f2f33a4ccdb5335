"""Correct an invoice: a credit note for what the books took back of its sale, in the very cents that they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Sum

from backend.lib.money import split
from collective.invoices.amounts import Amounts, Sold
from collective.invoices.facts import Buyer, Other, Paper
from collective.invoices.issue import AlreadyIssued, Draft, issue
from collective.invoices.letterhead import letterhead_of
from collective.invoices.models import Invoice
from collective.ledger.accounts import ADVANCES, LABOUR, PARTS, VAT_COLLECTED
from collective.ledger.models import Entry, Line
from collective.ledger.record import CannotBeBooked

LABOUR_BACK = ("Main-d’œuvre, en moins", "Labour, taken back")
PARTS_BACK = ("Pièces, en moins", "Parts, taken back")
DEPOSIT_BACK = ("Acompte rendu", "Deposit given back")


def issue_credit_note(*, entry: Entry, at: datetime) -> Invoice:
    """
    Issue the credit note of a mirror entry, in proportion to the stored shares that it took back; return it.

    :raises AlreadyIssued: when it has its credit note.
    :raises CannotBeBooked: for an entry that takes back nothing that was invoiced.
    :raises CreditedTooMuch: beyond what is left of the invoice.
    """
    corrected = Invoice.objects.filter(entry=entry.mirrors_id).first() if entry.mirrors_id else None
    if corrected is None:
        raise CannotBeBooked(f"{entry.source} takes back nothing that was invoiced")
    if standing := Invoice.objects.filter(entry=entry).first():
        raise AlreadyIssued(number=standing.number)
    lines, amounts = _taken_back(entry, corrected)
    paper = Paper(
        seller=letterhead_of(entry.entity),
        buyer=Buyer(**corrected.facts["buyer"]),
        kind=Invoice.Kind.CREDIT_NOTE,
        reference=corrected.reference,
        workshop=corrected.facts["workshop"],
        service_on=entry.occurred_at.astimezone(corrected.workshop.zone).date() if corrected.workshop else at.date(),
        lines=lines,
        amounts=amounts,
        vat_bp=corrected.facts["vat"][0]["rate_bp"],
        names=[Other(corrected.number, corrected.issued_on)],
        under=("correction", "mandate"),
        words=_words(corrected),
    )
    return issue(
        Draft(
            entity=entry.entity,
            paper=paper,
            cause=entry.source,
            at=at,
            workshop=corrected.workshop,
            entry=entry,
            corrects=corrected,
            buyer=corrected.buyer,
            language=corrected.language,
        )
    )


def is_credited(entry: Entry) -> bool:
    """
    Tell whether what stands taken back of a sale, this entry's part included, has its credit notes already.

    So it is when a refund that its bank sent back is made again: the first one's credit note is paid at last.
    """
    is_deposit = Invoice.objects.filter(entry=entry.mirrors_id, kind=Invoice.Kind.DEPOSIT).exists()
    accounts = (ADVANCES,) if is_deposit else (LABOUR, PARTS, VAT_COLLECTED)
    back = Line.objects.filter(entry__mirrors=entry.mirrors_id, account__in=accounts)
    credited = Invoice.objects.filter(corrects__entry=entry.mirrors_id)
    taken_back: int = back.aggregate(total=Sum("amount", default=0))["total"]
    return taken_back <= credited.aggregate(total=Sum("gross_cents", default=0))["total"]


def _taken_back(entry: Entry, corrected: Invoice) -> tuple[list[Sold], Amounts]:
    standing = {line.account: line.amount for line in entry.lines.all()}
    if corrected.kind == Invoice.Kind.DEPOSIT:
        return _of_deposit(standing.get(ADVANCES, 0), corrected)
    labour, parts, vat = (standing.get(account, 0) for account in (LABOUR, PARTS, VAT_COLLECTED))
    nets = {LABOUR: labour, PARTS: parts}
    shares = split(vat, nets) if labour or parts else {LABOUR: vat, PARTS: 0}
    lines = [
        Sold(*names, nets[account] + shares[account], account == PARTS)
        for account, names in ((LABOUR, LABOUR_BACK), (PARTS, PARTS_BACK))
        if nets[account] + shares[account]
    ]
    said = tuple(nets[PARTS if line.is_goods else LABOUR] for line in lines)
    return lines, Amounts(said, 0, labour + parts, vat)


def _of_deposit(cents: int, corrected: Invoice) -> tuple[list[Sold], Amounts]:
    """In the proportions of the deposit invoice; what is given back last takes the cent that is left."""
    given = list(corrected.corrected_by.all())
    left = {
        "net": corrected.net_cents - sum(one.net_cents for one in given),
        "vat": corrected.vat_cents - sum(one.vat_cents for one in given),
    }
    parts = split(cents, left) if any(left.values()) else {"net": cents, "vat": 0}
    return [Sold(*DEPOSIT_BACK, cents)], Amounts((parts["net"],), 0, parts["net"], parts["vat"])


def _words(corrected: Invoice) -> dict[str, Any]:
    collective = corrected.entity.collective
    return {"platform": collective.name, "mediator": collective.mediator}
