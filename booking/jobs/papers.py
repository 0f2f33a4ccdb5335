"""Issue the papers that the books call for: receipts of money that came before the repair, credit notes of refunds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from booking.appointments.models import Appointment
from booking.jobs.invoice import buyer_of, words_of
from collective.invoices.amounts import Sold, amounts_of
from collective.invoices.credit import is_credited, issue_credit_note
from collective.invoices.facts import Paper, Settled
from collective.invoices.issue import Draft, issue
from collective.invoices.letterhead import letterhead_of
from collective.invoices.models import Invoice
from collective.invoices.settled import ONLINE
from collective.ledger.accounts import ADVANCES
from collective.ledger.models import Entity, Entry
from collective.sharing.vat import vat_bp
from collective.workshops.models import Workshop

logger = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=120)
ARRHES = Workshop.DepositKind.ARRHES
NAMES = {
    True: ("Arrhes sur la réparation {}", "Earnest money for repair {}"),
    False: ("Acompte sur la réparation {}", "Down payment for repair {}"),
}


def issue_due_papers(*, at: datetime, limit: int = 50) -> int:
    """Issue what the seller's books show to be due and no paper says yet; return how many were issued."""
    done = 0
    for entry in _captures(at)[:limit]:
        done += _try(_issue_deposit, entry, at)
    for entry in _taken_back(at)[:limit]:
        done += _try(_issue_credit, entry, at)
    return done


def _seller_entries(at: datetime) -> QuerySet[Entry]:
    seen = Entry.objects.sealed().filter(entity__kind=Entity.Kind.SELLER, occurred_at__gte=at - LOOKS_BACK)
    return seen.filter(invoice=None).select_related("entity__seller", "entity__collective", "workshop").order_by("pk")


def _captures(at: datetime) -> QuerySet[Entry]:
    """Money that came, while no invoice of the repair says so."""
    invoiced = Invoice.objects.sold().filter(entity=OuterRef("entity"), reference=OuterRef("reference"))
    return _seller_entries(at).filter(source__startswith="capture:", workshop__isnull=False).exclude(Exists(invoiced))


def _taken_back(at: datetime) -> QuerySet[Entry]:
    """
    Mirrors of what was invoiced. A refund after the sale mirrors both the money and the sale: the sale's is the paper.

    A refund that its bank sent back is mirrored again and changes no paper: its credit note stands, and is paid by the
    next refund.
    """
    sale_too = Entry.objects.filter(entity=OuterRef("entity"), source=Concat(OuterRef("source"), Value(":income")))
    return (
        _seller_entries(at)
        .filter(mirrors__invoice__isnull=False)
        .exclude(source__startswith="undone:")
        .exclude(Exists(sale_too))
        .filter(entity=F("mirrors__entity"))
    )


def _try(issue_paper: Callable[[Entry, datetime], Invoice | None], entry: Entry, at: datetime) -> bool:
    """One that fails is said, and keeps no other from its paper."""
    try:
        with transaction.atomic():
            return bool(issue_paper(entry, at))
    except Exception:
        logger.exception("no paper could be issued for %s", entry.source)
        return False


def _issue_credit(entry: Entry, at: datetime) -> Invoice | None:
    return None if is_credited(entry) else issue_credit_note(entry=entry, at=at)


def _issue_deposit(entry: Entry, at: datetime) -> Invoice | None:
    appointment = Appointment.objects.numbered(entry.reference).select_related("workshop__seller", "cyclist").first()
    if appointment is None:
        return None
    return issue(draft_deposit(appointment, entry, at=at))


def draft_deposit(appointment: Appointment, entry: Entry, *, at: datetime) -> Draft:
    """
    Compose the invoice of money captured before the work: VAT on a service is due when it is paid (CGI 269, 2 c).

    The books keep it as an advance, VAT and all, until the repair is finished.
    """
    workshop = appointment.workshop
    cents = -sum(line.amount for line in entry.lines.all() if line.account == ADVANCES)
    on = entry.occurred_at.astimezone(workshop.zone).date()
    rate = vat_bp(seller=workshop.seller, on=on)
    is_earnest = appointment.deposit_kind == ARRHES
    name_fr, name_en = (name.format(appointment.number) for name in NAMES[is_earnest])
    lines = [Sold(name_fr, name_en, cents)]
    paper = Paper(
        seller=letterhead_of(entry.entity),
        buyer=buyer_of(appointment),
        kind=Invoice.Kind.DEPOSIT,
        reference=appointment.number,
        workshop=workshop.name,
        service_on=on,
        lines=lines,
        amounts=amounts_of(lines, labour_cents=cents, parts_cents=0, vat_bp=rate),
        vat_bp=rate,
        settled=[Settled("online", *ONLINE, cents)],
        under=("earnest" if is_earnest else "deposit", "mandate"),
        words=words_of(appointment),
    )
    return Draft(
        entity=entry.entity,
        paper=paper,
        cause=entry.source,
        at=at,
        workshop=workshop,
        entry=entry,
        buyer=appointment.cyclist,
        language=appointment.language,
    )
