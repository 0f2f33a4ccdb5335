"""Look whether the invoices stand: what the database refuses, seen from outside, and each hash made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Sum

from collective.invoices.amounts import what_does_not_add_up
from collective.invoices.check_xml import what_is_wrong_in_xml
from collective.invoices.cii import xml_of
from collective.invoices.facts import sha256_of
from collective.invoices.guards import GUARDS
from collective.invoices.models import Invoice, InvoicePaper, InvoiceSeries
from collective.ledger.models import Entity, Entry

AT_ONCE = 200


def what_is_wrong_in_the_invoices(*, xml_of_last: int = 0) -> list[str]:
    """
    Return a sentence for each fault; none when all is well.

    Hashes and sums are made again for all invoices; the published rules of EN 16931 are run over the XML of the
    `xml_of_last` last ones (a twentieth of a second each).
    """
    faults = [*_guards(), *_numbers(), *_facts(), *_papers(), *_credits(), *_sales_without()]
    last = Invoice.objects.order_by("-pk")[:xml_of_last]
    return faults + [f"{one.number}: {fault}" for one in last for fault in what_is_wrong_in_xml(_xml(one))]


def _xml(invoice: Invoice) -> bytes:
    return xml_of(invoice.facts, language=invoice.language)


def _guards() -> Iterator[str]:
    for name in GUARDS.missing(connection):
        yield f"the database's guard {name} is missing"


def _numbers() -> Iterator[str]:
    """A series counts from 1 to its last number, whatever the counter says."""
    rows = Invoice.objects.values("entity", "series", "year").annotate(top=Max("seq"), count=Sum(1)).order_by()
    counters = {(one.entity_id, one.series, one.year): one.last for one in InvoiceSeries.objects.all()}
    for row in rows:
        key = row["entity"], row["series"], row["year"]
        name = f"series {row['series']}{row['year']} of entity {row['entity']}"
        if row["top"] != row["count"]:
            yield f"{name} has a gap: {row['count']} of {row['top']}"
        if counters.get(key) != row["top"]:
            yield f"the counter of {name} is not at {row['top']}"


def _facts() -> Iterator[str]:
    for invoice in Invoice.objects.order_by("pk").iterator(AT_ONCE):
        if sha256_of(invoice.facts) != invoice.sha256:
            yield f"{invoice.number}: what it says is not what was issued (SHA-256)"
        totals = invoice.facts["totals"]
        said = (invoice.facts["number"], totals["gross_cents"], totals["vat_cents"])
        if said != (invoice.number, invoice.gross_cents, invoice.vat_cents):
            yield f"{invoice.number}: its row and its facts disagree"
        for fault in what_does_not_add_up(invoice.facts):
            yield f"{invoice.number}: {fault}"


def _papers() -> Iterator[str]:
    for paper in InvoicePaper.objects.select_related("invoice").order_by("pk").iterator(AT_ONCE):
        for kind, content, said in (("PDF", paper.pdf, paper.pdf_sha256), ("XML", paper.xml, paper.xml_sha256)):
            if hashlib.sha256(bytes(content)).hexdigest() != said:
                yield f"{paper.invoice.number}: its {kind} is not the one that was given out (SHA-256)"


def _credits() -> Iterator[str]:
    passed = Invoice.objects.annotate(credited=Sum("corrected_by__gross_cents")).filter(credited__gt=F("gross_cents"))
    for invoice in passed:
        yield f"{invoice.number}: its credit notes pass it"


def _sales_without() -> Iterator[str]:
    """A finished repair has its invoice, and both say the same VAT."""
    issued = Invoice.objects.filter(entry=OuterRef("pk"))
    sales = Entry.objects.sealed().filter(entity__kind=Entity.Kind.SELLER, source__startswith="sale:")
    for source in sales.exclude(Exists(issued)).values_list("source", flat=True):
        yield f"{source} has no invoice"
    vat = sales.filter(lines__account="44571").annotate(booked=Sum("lines__amount"))
    for number, said, booked in vat.values_list("invoice__number", "invoice__vat_cents", "booked"):
        if number and said != -booked:
            yield f"{number}: VAT of {said} cents, and {-booked} in the books"
