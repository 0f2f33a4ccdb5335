"""CSV for people who open it in a spreadsheet."""

from __future__ import annotations

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")  # the full-width ones too


def safe_cell(value: object) -> object:
    """
    Give a value that no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it.

    Numbers stay numbers. (OWASP, CSV Injection)
    """
    if isinstance(value, str) and (value.startswith(_BEGINS_A_FORMULA) or value.lstrip().startswith(_BEGINS_A_FORMULA)):
        return "'" + value
    return value
