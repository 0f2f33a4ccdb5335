"""The words of a paper, for the page and for the PDF alike, in the language that is spoken just now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backend.templatetags.moyeu import WIDE, euros, speaks_french
from collective.invoices.models import Invoice

Facts = Mapping[str, Any]


def title_of(kind: str) -> str:
    return str(Invoice.Kind(kind).label)


def percent(rate_bp: int) -> str:
    """2000 -> "20 %" or "20%"; 550 -> "5,5 %"; none: "—"."""
    if not rate_bp:
        return "—"
    whole, rest = divmod(rate_bp, 100)
    digits = f"{whole}" if not rest else number_format(f"{whole}.{rest:02}".rstrip("0"), use_l10n=True)
    return f"{digits}{WIDE if speaks_french() else ''}%"


def seller_lines(seller: Facts) -> list[str]:
    capital = _("capital of %(amount)s") % {"amount": euros(seller["capital_cents"])} if seller["capital_cents"] else ""
    legal = ", ".join(filter(None, [seller["legal_form"], capital, seller["register"]]))
    town = " ".join(filter(None, [seller["postcode"], seller["city"]]))
    numbers = ", ".join(
        filter(
            None,
            [
                f"SIRET {seller['siret']}" if seller["siret"] else f"SIREN {seller['siren']}",
                _("VAT no. %(number)s") % {"number": seller["vat_number"]} if seller["vat_number"] else "",
            ],
        )
    )
    return [
        text for text in (legal, ", ".join(filter(None, [seller["street"], town])), numbers, seller["email"]) if text
    ]


def buyer_lines(buyer: Facts) -> list[str]:
    town = " ".join(filter(None, [buyer["postcode"], buyer["city"]]))
    siren = f"SIREN {buyer['siren']}" if buyer["siren"] else ""
    return [text for text in (buyer["name"], buyer["street"], town, siren) if text]


def dates_of(facts: Facts) -> list[tuple[str, str]]:
    """The days and names at the head, as (label, value)."""
    said = [(_("Issued on"), _day(facts["issued_on"])), (_("Service of"), _day(facts["service_on"]))]
    if facts["reference"]:
        said.append((_("Repair"), ", ".join(filter(None, [facts["reference"], facts["workshop"]]))))
    label = _("Corrects invoice") if facts["kind"] == "credit" else _("Deducts deposit")
    for other in facts["names"]:
        said.append((label, f"{other['number']} ({_day(other['issued_on'])})"))
    return said


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(iso), "j F Y")
