"""Papers to test with: no database, a seller and a buyer who do not exist."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from collective.invoices.amounts import Sold, amounts_of
from collective.invoices.facts import Buyer, Other, Paper, Settled, facts_of
from collective.invoices.letterhead import Letterhead, vat_number
from collective.invoices.models import Invoice

DAY = date(2026, 11, 24)
LABOUR = Sold("Crevaison, main-d’œuvre", "Puncture, labour", 1500)
PARTS = Sold("Crevaison, pièces", "Puncture, parts", 500, is_goods=True)


def a_letterhead(*, charges_vat: bool = True, **fields: Any) -> Letterhead:
    return Letterhead(
        **{
            "name": "Scop L’Atelier du Pavé",
            "legal_form": "SCOP SARL",
            "siren": "000000011",
            "siret": "00000001100018",
            "register": "RCS Lille Métropole",
            "capital_cents": 1_000_000,
            "vat_number": vat_number("000000011") if charges_vat else "",
            "street": "12 rue des Postes",
            "postcode": "59000",
            "city": "Lille",
            "email": "pave@example.org",
            "charges_vat": charges_vat,
            "vat_on_debits": False,
        }
        | fields
    )


def some_facts(
    *,
    lines: Sequence[Sold] = (LABOUR, PARTS),
    labour_cents: int = 1500,
    parts_cents: int = 500,
    vat_bp: int = 2000,
    kind: str = Invoice.Kind.INVOICE,
    buyer: Buyer | None = None,
    settled: Sequence[Settled] = (),
    names: Sequence[Other] = (),
    day: date = DAY,
    under: Sequence[str] = ("mandate",),
    **seller: Any,
) -> dict[str, Any]:
    paper = Paper(
        seller=a_letterhead(charges_vat=vat_bp > 0, **seller),
        buyer=buyer or Buyer("Camille Dubrulle", "camille@example.org"),
        kind=kind,
        reference="M00042",
        workshop="L’Atelier du Pavé",
        service_on=day,
        lines=lines,
        amounts=amounts_of(lines, labour_cents=labour_cents, parts_cents=parts_cents, vat_bp=vat_bp),
        vat_bp=vat_bp,
        settled=settled,
        names=names,
        under=under,
        words={"platform": "Moyeu", "mediator": "Médiation des artisans"},
    )
    return facts_of(paper, number="F2026-00001", issued_on=day)
