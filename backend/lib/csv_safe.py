"""Tables for spreadsheets, in which no cell is run as a formula (OWASP, CSV injection)."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the full-width ones too
_AMOUNT = re.compile(r"-\d{1,15}(\.\d{1,4})?", re.ASCII)


def safe_cell(value: object) -> str:
    """
    Return what a cell may hold: what begins like a formula gets an apostrophe, which a spreadsheet does not show.

    An amount below zero ("-12.50") is a number and stays one; None is an empty cell.
    """
    text = "" if value is None else str(value)
    is_formula = text.lstrip().startswith(FORMULA) and not _AMOUNT.fullmatch(text)
    return f"'{text}" if is_formula else text


def write_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV text, every cell made safe, with the mark that tells Excel that it is UTF-8."""
    sheet = StringIO()
    writer = csv.writer(sheet)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return f"\ufeff{sheet.getvalue()}"
