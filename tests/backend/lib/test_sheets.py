from __future__ import annotations

import pytest

from backend.lib.sheets import safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "＝1+1", "\u00a0=1", "\n@x"]
)
def test_what_a_spreadsheet_would_run_is_disarmed(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Lille", "1=1", "", "a-b", -3, 2.5, None])
def test_everything_else_is_left_alone(value):
    assert safe_cell(value) == value
