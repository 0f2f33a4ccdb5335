"""What e-reporting will ask for: each day's sales to consumers and payments, by rate (CGI art. 290 and 290 A)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.lib.money import decimal
from backend.lib.sheets import safe_cell
from collective.invoices.models import Invoice
from collective.ledger.models import Entity

COLUMNS = ("date", "siren", "category", "rate_percent", "net", "vat", "gross", "documents")
Kind = Invoice.Kind


def report_sales(*, entity: Entity, first: date, last: date) -> bytes:
    """
    Return a line for each day, nature and rate of what was sold to consumers; credit notes lower it.

    Deposits are lines of their own ("deposit"): for services VAT follows the payment, and the invoice that deducts them
    says the whole sale, so that they are never added to it. Euros with a point; UTF-8 with a mark, for spreadsheets.
    """
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(COLUMNS)
    for key, sums in sorted(_sums(entity, first, last).items()):
        day, siren, category, rate = key
        sheet.writerow(
            [day, safe_cell(siren), category, decimal(rate), *(decimal(cents) for cents in sums[:3]), sums[3]]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _sums(entity: Entity, first: date, last: date) -> dict[tuple[str, str, str, int], list[int]]:
    sums: dict[tuple[str, str, str, int], list[int]] = {}
    for key, amounts in _said(entity, first, last):
        kept = sums.setdefault(key, [0, 0, 0, 0])
        for place, cents in enumerate(amounts):
            kept[place] += cents
    return sums


def _said(entity: Entity, first: date, last: date) -> Iterator[tuple[tuple[str, str, str, int], list[int]]]:
    issued = Invoice.objects.filter(entity=entity, issued_on__gte=first, issued_on__lte=last)
    for paper in issued.order_by("pk").iterator(500):
        facts: dict[str, Any] = paper.facts
        if facts["buyer"]["siren"] or paper.kind == Kind.COMMISSION:
            continue  # between professionals: e-invoicing tells it
        sign = -1 if paper.kind == Kind.CREDIT_NOTE else 1
        category = {Kind.DEPOSIT: "deposit"}.get(Kind(paper.kind), facts["nature"])
        for vat in facts["vat"]:
            key = (paper.issued_on.isoformat(), facts["seller"]["siren"], category, vat["rate_bp"])
            gross = vat["basis_cents"] + vat["vat_cents"]
            yield key, [sign * vat["basis_cents"], sign * vat["vat_cents"], sign * gross, 1]
