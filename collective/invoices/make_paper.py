"""
Make the PDF of an invoice, its XML inside (Factur-X): checked, then frozen with its hash.

What draws and checks is imported where it is used: it takes more than a second, which no other process has to wait for.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction

from backend.lib.outbox import handles
from backend.lib.outbox_models import OutboxRow
from collective.invoices.issue import PAPER
from collective.invoices.models import Invoice, InvoicePaper
from collective.invoices.said import title_of


class NotConform(Exception):
    """The XML breaks the published rules. A bug of ours: the invoice stands, its paper waits for a person."""


def paper_of(*, invoice: Invoice, at: datetime) -> InvoicePaper:
    """
    Return the paper as it is given out, making it now when nobody has; made once, whoever asks.

    Drawing takes a tenth of a second: call it outside the transaction that issues the invoice.

    :raises NotConform: when the XML is not what EN 16931 asks for; nothing is kept then.
    """
    from collective.invoices.check_xml import what_is_wrong_in_xml
    from collective.invoices.cii import xml_of

    if standing := InvoicePaper.objects.filter(invoice=invoice).first():
        return standing
    xml = xml_of(invoice.facts, language=invoice.language)
    if faults := what_is_wrong_in_xml(xml):
        raise NotConform(f"{invoice.number}: {'; '.join(faults)}")
    pdf = draw(invoice, xml)
    with transaction.atomic():
        paper, _made = InvoicePaper.objects.get_or_create(
            invoice=invoice,
            defaults={
                "pdf": pdf,
                "xml": xml,
                "pdf_sha256": hashlib.sha256(pdf).hexdigest(),
                "xml_sha256": hashlib.sha256(xml).hexdigest(),
                "made_at": at,
            },
        )
    return paper


def files_of(invoice: Invoice) -> tuple[bytes, bytes]:
    """
    Return the PDF and the XML to show; drawn from the same facts while the sweep has yet to freeze them.

    Whoever looks changes no row; the page names the hash of the facts, by which any copy can be judged.
    """
    from collective.invoices.cii import xml_of

    standing = InvoicePaper.objects.filter(invoice=invoice).first()
    if standing:
        return bytes(standing.pdf), bytes(standing.xml)
    xml = xml_of(invoice.facts, language=invoice.language)
    return draw(invoice, xml), xml


def draw(invoice: Invoice, xml: bytes) -> bytes:
    """Draw the page and put the XML into it."""
    import facturx

    from collective.invoices.pdf import pdf_of

    page = pdf_of(invoice.facts, sha256=invoice.sha256, language=invoice.language, at=invoice.issued_at)
    made: bytes = facturx.generate_from_binary(
        page,
        xml,
        flavor="factur-x",
        level="en16931",
        check_xsd=False,  # done before it is frozen, with the rules
        check_schematron=False,  # it would ask a server
        lang=invoice.language,
        pdf_metadata=_metadata(invoice),
        afrelationship="data",
    )
    return made


def draw_due_papers(*, at: datetime, limit: int = 20) -> int:
    """
    Draw what the outbox is about to ask for; return how many papers were drawn.

    The outbox handles a row in a transaction: drawing there would keep every other writer of SQLite waiting.
    One that cannot be drawn is left to it, which keeps the reason and tries again.
    """
    due = OutboxRow.objects.filter(kind=PAPER, state=OutboxRow.State.WAITING, due_at__lte=at).order_by("due_at", "pk")
    drawn = 0
    for payload in list(due.values_list("payload", flat=True)[:limit]):
        with suppress(NotConform):
            paper_of(invoice=Invoice.objects.get(pk=payload["invoice"]), at=at)
            drawn += 1
    return drawn


@handles(PAPER)
def make_paper(payload: dict[str, Any], *, at: datetime) -> None:
    """Swept after the invoice's commit; what fails is tried again, and kept for a person in the end."""
    paper_of(invoice=Invoice.objects.get(pk=payload["invoice"]), at=at)


def _metadata(invoice: Invoice) -> dict[str, str]:
    seller = invoice.facts["seller"]["name"]
    title = f"{title_of(invoice.kind)} {invoice.number}"
    return {"author": seller, "title": f"{seller}, {title}", "subject": title, "keywords": "Factur-X"}
