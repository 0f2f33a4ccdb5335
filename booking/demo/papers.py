"""Give the demonstration's past its papers: invoices in the order of their days, and closed days at every counter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from booking.appointments.models import Appointment
from booking.jobs.invoice import draft_invoices
from booking.jobs.papers import draft_deposit
from collective.invoices.invoice_commission import invoice_commissions
from collective.invoices.issue import Draft, issue_all
from collective.ledger.close_period import close_counters
from collective.ledger.models import Entity, Entry
from collective.workshops.models import Workshop

AT_ONCE = 500


def issue_past_papers(workshops: Iterable[Workshop], *, at: datetime) -> None:
    """Issue what the books of these workshops' sellers call for and no paper says yet, then close what is over."""
    entities = Entity.objects.filter(seller__workshops__in=list(workshops)).distinct().order_by("pk")
    for entity in entities.select_related("seller", "collective"):
        _issue_deposits(entity)
        _issue_invoices(entity)
    close_counters(at=at)
    invoice_commissions(at=at)


def _issue_deposits(entity: Entity) -> None:
    captures = Entry.objects.filter(entity=entity, source__startswith="capture:", invoice=None)
    entries = {entry.reference: entry for entry in captures.prefetch_related("lines")}
    found = [one for one in _appointments(entity, entries) if one.number in entries]
    issue_all(
        [_deposit(one, entries[one.number], entity) for one in found],
        with_paper=False,  # the PDF is drawn for who asks: a year of them would take minutes
    )


def _deposit(appointment: Appointment, entry: Entry, entity: Entity) -> Draft:
    entry.entity = entity
    return draft_deposit(appointment, entry, at=entry.occurred_at)


def _issue_invoices(entity: Entity) -> None:
    sales = Entry.objects.filter(entity=entity, source__startswith="sale:", invoice=None)
    found = _appointments(entity, sales.values_list("reference", flat=True))
    issue_all(draft_invoices(found, entity=entity), with_paper=False)


def _appointments(entity: Entity, numbers: Iterable[str]) -> list[Appointment]:
    """Read them in a few queries, each with its workshop as the entity knows it."""
    assert entity.seller
    workshops = {one.pk: one for one in entity.seller.workshops.all()}
    for workshop in workshops.values():
        workshop.seller, workshop.collective = entity.seller, entity.collective
    pks = [int(number.removeprefix("M")) for number in numbers]
    found: list[Appointment] = []
    for begin in range(0, len(pks), AT_ONCE):
        some = Appointment.objects.filter(pk__in=pks[begin : begin + AT_ONCE])
        found += some.select_related("cyclist").prefetch_related("lines")
    for appointment in found:
        appointment.workshop = workshops[appointment.workshop_id]
    return found
