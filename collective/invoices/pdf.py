"""
Draw an invoice as a PDF/A-3 page from its facts.

fpdf2 draws it, being pure Python: WeasyPrint needs the system's pango, which a bare machine lacks, and typst's wheel is
81 MB. It refuses by itself what PDF/A-3 forbids (fonts left out, transparency, JavaScript).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from backend.templatetags.moyeu import euros
from collective.invoices.fonts import font_files
from collective.invoices.said import buyer_lines, dates_of, percent, seller_lines, title_of

Facts = Mapping[str, Any]
NAME, OTHERS = "Atkinson", "AtkinsonOthers"
INK, SOFT, RULE = (28, 32, 36), (90, 98, 105), (200, 205, 210)
MARGIN = 18.0
LINE = 5.2


def pdf_of(facts: Facts, *, sha256: str, language: str, at: datetime) -> bytes:
    """Return the page in `language`; the hash of the facts stands at its foot, `at` is when it was issued."""
    with override(language):
        page = _Page(facts, language=language, at=at)
        page.heads()
        page.lines()
        page.totals()
        page.settled()
        page.mentions(sha256)
        return bytes(page.pdf.output())


class _Page:
    def __init__(self, facts: Facts, *, language: str, at: datetime) -> None:
        self.facts, self.language = facts, language
        pdf = FPDF(enforce_compliance="PDF/A-3B")
        for (script, style), path in font_files().items():
            pdf.add_font(NAME if script == "latin" else OTHERS, style, path)
        pdf.set_fallback_fonts([OTHERS])
        pdf.set_margins(MARGIN, MARGIN, MARGIN)
        pdf.set_auto_page_break(True, MARGIN)
        pdf.set_lang("fr-FR" if language == "fr" else "en-GB")
        pdf.set_title(f"{title_of(facts['kind'])} {facts['number']}")
        pdf.set_author(facts["seller"]["name"])
        pdf.set_creation_date(at)
        pdf.add_page()
        self.pdf = pdf

    def say(self, text: str, *, size: float = 10, bold: bool = False, soft: bool = False, width: float = 0) -> None:
        self.pdf.set_font(NAME, "B" if bold else "", size)
        self.pdf.set_text_color(*(SOFT if soft else INK))
        self.pdf.multi_cell(width, size * 0.48, _said(text), new_x="LEFT", new_y="NEXT", align="L")

    def heads(self) -> None:
        """Who sells, to whom, which paper of which day."""
        facts, pdf = self.facts, self.pdf
        self.say(facts["seller"]["name"], size=13, bold=True)
        for text in seller_lines(facts["seller"]):
            self.say(text, size=9, soft=True)
        pdf.ln(8)
        self.say(f"{title_of(facts['kind'])} {facts['number']}", size=20, bold=True)
        pdf.ln(1)
        for label, value in dates_of(facts):
            self.say(f"{label} {value}", size=10)
        pdf.ln(5)
        self.say(_("For"), size=9, soft=True)
        for place, text in enumerate(buyer_lines(facts["buyer"])):
            self.say(text, bold=not place)
        pdf.ln(6)

    def lines(self) -> None:
        headings = (_("What"), _("Quantity"), _("Unit price before VAT"), _("VAT"), _("Before VAT"), _("With VAT"))
        rows = [
            (
                line[f"name_{self.language}"],
                str(line["quantity"]),
                euros(line["unit_net_cents"]),
                percent(line["vat_bp"]),
                euros(line["net_cents"]),
                euros(line["gross_cents"]),
            )
            for line in self.facts["lines"]
        ]
        rows += [
            (one[f"name_{self.language}"], "", "", "", euros(-one["net_cents"]), euros(-one["gross_cents"]))
            for one in self.facts["allowances"]
        ]
        self.table((headings, *rows), widths=(70, 18, 26, 16, 22, 22))
        self.pdf.ln(4)

    def totals(self) -> None:
        facts, totals = self.facts, self.facts["totals"]
        rows = [(_("Total before VAT"), euros(totals["net_cents"]))]
        for vat in facts["vat"]:
            if vat["rate_bp"]:
                label = _("VAT at %(rate)s of %(basis)s") % {
                    "rate": percent(vat["rate_bp"]),
                    "basis": euros(vat["basis_cents"]),
                }
                rows.append((label, euros(vat["vat_cents"])))
        rows.append((_("Total with VAT"), euros(totals["gross_cents"])))
        self.table(rows, widths=(110, 64), heading=False, last_bold=True)
        self.pdf.ln(4)

    def settled(self) -> None:
        facts = self.facts
        if facts["kind"] == "credit":
            return
        self.say(_("How it was settled"), size=11, bold=True)
        self.pdf.ln(1)
        rows = [(one[f"name_{self.language}"], euros(one["cents"])) for one in facts["settled"]]
        rows.append((_("Left to pay"), euros(facts["totals"]["due_cents"])))
        self.table(rows, widths=(110, 64), heading=False, last_bold=True)
        self.pdf.ln(4)

    def mentions(self, sha256: str) -> None:
        for mention in self.facts["mentions"]:
            self.say(mention[self.language], size=8.5, soft=True)
            self.pdf.ln(0.8)
        self.say(f"SHA-256 {sha256}", size=6.5, soft=True)

    def table(self, rows: Any, *, widths: tuple[int, ...], heading: bool = True, last_bold: bool = False) -> None:
        pdf = self.pdf
        pdf.set_font(NAME, "", 9.5)
        pdf.set_text_color(*INK)
        pdf.set_draw_color(*RULE)
        rows = list(rows)
        with pdf.table(
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            col_widths=widths,
            text_align=("LEFT", *["RIGHT"] * (len(widths) - 1)),
            first_row_as_headings=heading,
            headings_style=FontFace(emphasis="BOLD", color=INK),
            line_height=LINE,
            padding=1.2,
            width=int(pdf.epw),
        ) as table:
            for place, row in enumerate(rows):
                style = FontFace(emphasis="BOLD") if last_bold and place == len(rows) - 1 else None
                table.row([_said(cell) for cell in row], style=style)


def _said(text: str) -> str:
    """The typeface has no narrow no-break space; and a page has no control characters."""
    return "".join(letter for letter in text.replace("\u202f", "\u00a0") if letter >= " ")
