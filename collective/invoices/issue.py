"""Issue an invoice: take the next number under the series' lock, freeze what it says, plan its PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from backend.lib.errors import RuleBroken
from backend.lib.outbox import put
from collective.invoices.amounts import what_does_not_add_up
from collective.invoices.facts import Paper, facts_of, sha256_of
from collective.invoices.models import Invoice, InvoiceSeries
from collective.ledger.models import Entity, Entry
from collective.members.models import User
from collective.workshops.models import Workshop

Kind = Invoice.Kind
SERIES = {Kind.INVOICE: "F", Kind.DEPOSIT: "A", Kind.CREDIT_NOTE: "AV", Kind.COMMISSION: "C"}
PAPER = "invoice.paper"
AT_ONCE = 200


class CreditedTooMuch(RuleBroken):
    code = "credited_too_much"
    message = _("The credit notes of an invoice never pass what it says.")


class AlreadyIssued(RuleBroken):
    code = "already_issued"
    message = _("The paper for this stands already: %(number)s. It is not changed; a credit note corrects it.")


@dataclass(frozen=True)
class Draft:
    """A paper not yet issued. `cause` names what it is for: each issuer issues it once, and it is not issued twice."""

    entity: Entity
    paper: Paper
    cause: str
    at: datetime
    workshop: Workshop | None = None
    entry: Entry | None = None
    corrects: Invoice | None = None
    buyer: User | None = None
    buyer_entity: Entity | None = None
    language: str = "fr"

    @property
    def zone(self) -> ZoneInfo:
        return self.workshop.zone if self.workshop else ZoneInfo(self.entity.collective.timezone)

    @property
    def series(self) -> tuple[int, str, int]:
        """The issuer, the series and the year in its own zone: what has a counter."""
        return self.entity.pk, SERIES[Kind(self.paper.kind)], self.at.astimezone(self.zone).year


def issue(draft: Draft, *, with_paper: bool = True) -> Invoice:
    """
    Issue one paper and return it; the one that stands, when its cause was issued before.

    :raises AlreadyIssued: when what stands says other amounts.
    :raises CreditedTooMuch: for a credit note beyond what is left of the invoice.
    """
    [invoice] = issue_all([draft], with_paper=with_paper)
    return invoice


@transaction.atomic
def issue_all(drafts: Sequence[Draft], *, with_paper: bool = True) -> list[Invoice]:
    """
    Issue papers in the order of their moments, series by series; return them in the order of the drafts.

    The counter rows stay locked until the caller's transaction ends: a number is taken with its invoice or not at all.
    With `with_paper` an outbox row has the PDF made after the commit; without, it is made when first asked for.
    """
    issued: dict[tuple[int, str], Invoice] = {}
    ordered = sorted(drafts, key=lambda draft: (draft.series, draft.at))
    for series, group in groupby(ordered, key=lambda draft: draft.series):
        counter = _locked(series)
        issued |= _issue_series(counter, list(group))
    if with_paper:
        for invoice in issued.values():
            put(PAPER, {"invoice": invoice.pk}, due_at=invoice.issued_at, key=f"{PAPER}:{invoice.pk}")
    return [issued[draft.entity.pk, draft.cause] for draft in drafts]


def _locked(series: tuple[int, str, int]) -> InvoiceSeries:
    entity, code, year = series
    InvoiceSeries.objects.get_or_create(entity_id=entity, series=code, year=year)
    return InvoiceSeries.objects.select_for_update(of=("self",)).get(entity_id=entity, series=code, year=year)


def _issue_series(counter: InvoiceSeries, drafts: list[Draft]) -> dict[tuple[int, str], Invoice]:
    """Under the counter's lock: look at what stands only now, since another may have issued it while we waited."""
    standing = _standing(counter, [draft.cause for draft in drafts])
    found: dict[tuple[int, str], Invoice] = {}
    fresh: list[Invoice] = []
    for draft in drafts:
        key = draft.entity.pk, draft.cause
        if draft.cause in standing:
            found[key] = _same(standing[draft.cause], draft)
        else:
            _judge_credit(draft)
            fresh.append(_next(counter, draft))
            found[key] = standing[draft.cause] = fresh[-1]
    Invoice.objects.bulk_create(fresh, batch_size=AT_ONCE)
    counter.save(update_fields=["last", "last_on"])
    return found


def _standing(counter: InvoiceSeries, causes: Iterable[str]) -> dict[str, Invoice]:
    wanted = list(causes)
    found: dict[str, Invoice] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        some = Invoice.objects.filter(entity=counter.entity_id, cause__in=wanted[begin : begin + AT_ONCE])
        found |= {invoice.cause: invoice for invoice in some}
    return found


def _same(standing: Invoice, draft: Draft) -> Invoice:
    amounts = draft.paper.amounts
    if (standing.gross_cents, standing.vat_cents) != (amounts.gross_cents, amounts.vat_cents):
        raise AlreadyIssued(number=standing.number)
    return standing


def _judge_credit(draft: Draft) -> None:
    if draft.corrects is None:
        return
    # The row waits for whoever credits the same invoice in another year's series.
    left = left_of(Invoice.objects.select_for_update(of=("self",)).get(pk=draft.corrects.pk))
    if draft.paper.amounts.gross_cents > left:
        raise CreditedTooMuch(left_cents=left)


def left_of(invoice: Invoice) -> int:
    """Return the cents of an invoice that no credit note took back."""
    return invoice.gross_cents - sum(invoice.corrected_by.values_list("gross_cents", flat=True))


def _next(counter: InvoiceSeries, draft: Draft) -> Invoice:
    """The clocks of two machines differ: a later number never carries an earlier day."""
    day = draft.at.astimezone(draft.zone).date()
    counter.last += 1
    counter.last_on = max(day, counter.last_on or day)
    number = f"{counter.series}{counter.year}-{counter.last:05}"
    facts = facts_of(draft.paper, number=number, issued_on=counter.last_on)
    if faults := what_does_not_add_up(facts):
        raise AssertionError(f"{draft.cause} does not add up: {'; '.join(faults)}")
    return Invoice(**_columns(draft), **_numbered(counter, number), facts=facts, sha256=sha256_of(facts))


def _numbered(counter: InvoiceSeries, number: str) -> dict[str, Any]:
    return {
        "series": counter.series,
        "year": counter.year,
        "seq": counter.last,
        "number": number,
        "issued_on": counter.last_on,
    }


def _columns(draft: Draft) -> dict[str, Any]:
    paper = draft.paper
    return {
        "entity": draft.entity,
        "kind": paper.kind,
        "cause": draft.cause,
        "entry": draft.entry,
        "corrects": draft.corrects,
        "workshop": draft.workshop,
        "reference": paper.reference,
        "buyer": draft.buyer,
        "buyer_entity": draft.buyer_entity,
        "buyer_name": paper.buyer.name[:160],
        "language": draft.language,
        "issued_at": draft.at,
        "gross_cents": paper.amounts.gross_cents,
        "vat_cents": paper.amounts.vat_cents,
    }
