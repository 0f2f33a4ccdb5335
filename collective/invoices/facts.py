"""Compose all that an invoice says, as JSON that is frozen with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collective.invoices.amounts import Amounts, Sold
from collective.invoices.letterhead import Letterhead
from collective.invoices.mentions import mentions_on

NATURES = {
    (False,): ("prestation de services", "services"),
    (True,): ("livraison de biens", "goods"),
    (False, True): ("prestation de services et livraison de biens", "services and goods"),
}


@dataclass(frozen=True)
class Buyer:
    """Who the invoice is made out to. A SIREN makes it one between professionals."""

    name: str
    email: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    siren: str = ""
    vat_number: str = ""
    country: str = "FR"


@dataclass(frozen=True)
class Settled:
    """A part of the bill that was settled: how, and how much. A third party's help is one too, never a discount."""

    kind: str
    name_fr: str
    name_en: str
    cents: int


@dataclass(frozen=True)
class Other:
    """Another paper that this one names: the invoice a credit note corrects, the deposit an invoice deducts."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Paper:
    """What a paper says apart from its number and day of issue."""

    seller: Letterhead
    buyer: Buyer
    kind: str
    reference: str
    workshop: str
    service_on: date
    lines: Sequence[Sold]
    amounts: Amounts
    vat_bp: int
    settled: Sequence[Settled] = ()
    names: Sequence[Other] = ()
    allowance: tuple[str, str] = ("Remise", "Discount")
    under: Sequence[str] = ()  # facts for the mentions: "deposit", "mandate"…
    words: Mapping[str, str] | None = None


def facts_of(paper: Paper, *, number: str, issued_on: date) -> dict[str, Any]:
    """Return the facts of the invoice; what it says of money is cents."""
    amounts, paid = paper.amounts, sum(one.cents for one in paper.settled)
    return {
        "version": 1,
        "number": number,
        "kind": paper.kind,
        "issued_on": issued_on.isoformat(),
        "service_on": paper.service_on.isoformat(),
        "due_on": issued_on.isoformat(),
        "currency": "EUR",
        "reference": paper.reference,
        "workshop": paper.workshop,
        "nature": "services" if not any(line.is_goods for line in paper.lines) else "mixed",
        "seller": paper.seller.facts(),
        "buyer": {**vars(paper.buyer)},
        "names": [{"number": other.number, "issued_on": other.issued_on.isoformat()} for other in paper.names],
        "lines": [_line(line, net, paper.vat_bp) for line, net in zip(paper.lines, amounts.nets, strict=True)],
        "allowances": _allowances(paper),
        "vat": [{"rate_bp": paper.vat_bp, "basis_cents": amounts.net_cents, "vat_cents": amounts.vat_cents}],
        "totals": {
            "lines_cents": amounts.lines_cents,
            "allowances_cents": amounts.allowance_net,
            "net_cents": amounts.net_cents,
            "vat_cents": amounts.vat_cents,
            "gross_cents": amounts.gross_cents,
            "paid_cents": paid,
            "due_cents": amounts.gross_cents - paid,
        },
        "settled": [{**vars(one)} for one in paper.settled],
        "mentions": mentions_on(issued_on, facts=_under(paper), words=_words(paper)),
    }


def canonical(facts: Mapping[str, Any]) -> bytes:
    """The one way to write these facts as bytes: JSON in UTF-8, keys sorted, no spaces."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(facts)).hexdigest()


def _line(line: Sold, net: int, vat_bp: int) -> dict[str, Any]:
    return {
        "name_fr": line.name_fr,
        "name_en": line.name_en,
        "is_goods": line.is_goods,
        "quantity": 1,
        "unit_net_cents": net,
        "net_cents": net,
        "gross_cents": line.gross_cents,
        "vat_bp": vat_bp,
    }


def _allowances(paper: Paper) -> list[dict[str, Any]]:
    amounts = paper.amounts
    if not amounts.allowance_net:
        return []
    off = sum(line.gross_cents for line in paper.lines) - amounts.gross_cents
    name_fr, name_en = paper.allowance
    return [{"name_fr": name_fr, "name_en": name_en, "net_cents": amounts.allowance_net, "gross_cents": off}]


def _under(paper: Paper) -> set[str]:
    said = set(paper.under) | {"charged" if paper.seller.charges_vat else "franchise"}
    if paper.seller.vat_on_debits:
        said.add("debits")
    if paper.buyer.siren:
        said.add("business")
    if (paper.words or {}).get("mediator"):
        said.add("mediator")
    return said


def _words(paper: Paper) -> dict[str, str]:
    goods = tuple(sorted({line.is_goods for line in paper.lines}))
    nature_fr, nature_en = NATURES.get(goods, NATURES[(False,)])
    given = {"platform": "", "mediator": "", **(paper.words or {})}
    return {**given, "seller": paper.seller.name, "nature_fr": nature_fr, "nature_en": nature_en}
