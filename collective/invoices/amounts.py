"""
What an invoice's amounts are, before VAT and with it: sums that agree with the price paid and with the books.

Prices include VAT here. The books cut VAT out of labour and out of parts, each to the cent (sharing/what_shares.py): an
invoice that said another VAT would make one of them wrong. So the amounts before VAT of the books are given, and
the lines share them out; then the sums of EN 16931 (BR-CO-10 to 16) hold exactly. The VAT may be a cent away
from rate x basis (BR-CO-17), as with any price that includes it: with 20 %, no basis at all gives a sum that ends in
one of six cents. The published rules allow for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.lib.money import part, split, without_vat

MOST_OFF_OF_A_PART = 5  # cents of VAT: a credit note mirrors the books, where parts of parts were rounded before


@dataclass(frozen=True)
class Sold:
    """One line: what it is, and its price with VAT. Goods are parts; all else is labour."""

    name_fr: str
    name_en: str
    gross_cents: int
    is_goods: bool = False


@dataclass(frozen=True)
class Amounts:
    """Cents. `nets` stands line by line; `allowance_net` is what was taken off the whole, before VAT."""

    nets: tuple[int, ...]
    allowance_net: int
    net_cents: int
    vat_cents: int

    @property
    def lines_cents(self) -> int:
        return sum(self.nets)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


def amounts_of(lines: Sequence[Sold], *, labour_cents: int, parts_cents: int, vat_bp: int) -> Amounts:
    """
    Return the amounts of an invoice over `labour_cents` + `parts_cents`, VAT included at `vat_bp`.

    Lines that say more than that are followed by an allowance. Call `with_the_rest` first for lines that say less.

    :raises ValueError: for an amount under zero, or lines that say less.
    """
    if min([labour_cents, parts_cents, vat_bp, *(line.gross_cents for line in lines)]) < 0:
        raise ValueError("amounts are zero or more")
    net = without_vat(labour_cents, vat_bp) + without_vat(parts_cents, vat_bp)
    nets = [0] * len(lines)
    said = 0
    for is_goods, gross in ((False, labour_cents), (True, parts_cents)):
        group = {place: line.gross_cents for place, line in enumerate(lines) if line.is_goods == is_goods}
        total = sum(group.values())
        said += total
        if total:
            own = without_vat(gross if total == gross else total, vat_bp)
            for place, cents in split(own, group).items():
                nets[place] = cents
    if said < labour_cents + parts_cents:
        raise ValueError("the lines say less than what is sold")
    return Amounts(tuple(nets), sum(nets) - net, net, labour_cents + parts_cents - net)


def with_the_rest(lines: Sequence[Sold], *, labour_cents: int, parts_cents: int, rest: Sold) -> list[Sold]:
    """Add what the lines do not say of labour and of parts, under the name of `rest`."""
    all_lines = list(lines)
    for is_goods, gross in ((False, labour_cents), (True, parts_cents)):
        left = gross - sum(line.gross_cents for line in lines if line.is_goods == is_goods)
        if left > 0:
            all_lines.append(Sold(rest.name_fr, rest.name_en, left, is_goods))
    return all_lines


def what_does_not_add_up(facts: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each sum of EN 16931 that the facts of an invoice break."""
    totals, vats = facts["totals"], facts["vat"]
    off_by = {
        "BR-CO-10": sum(line["net_cents"] for line in facts["lines"]) - totals["lines_cents"],
        "BR-CO-11": sum(one["net_cents"] for one in facts["allowances"]) - totals["allowances_cents"],
        "BR-CO-13": totals["lines_cents"] - totals["allowances_cents"] - totals["net_cents"],
        "BR-CO-14": sum(vat["vat_cents"] for vat in vats) - totals["vat_cents"],
        "BR-CO-15": totals["net_cents"] + totals["vat_cents"] - totals["gross_cents"],
        "BR-CO-16": totals["gross_cents"] - totals["paid_cents"] - totals["due_cents"],
        "basis": sum(vat["basis_cents"] for vat in vats) - totals["net_cents"],
    }
    said = [f"{rule}: off by {cents} cents" for rule, cents in off_by.items() if cents]
    for vat in vats:
        off = vat["vat_cents"] - part(vat["basis_cents"], vat["rate_bp"])
        if abs(off) > (MOST_OFF_OF_A_PART if facts["kind"] == "credit" else 1):
            said.append(f"BR-CO-17: the VAT at {vat['rate_bp']} basis points is off by {off} cents")
    return said
