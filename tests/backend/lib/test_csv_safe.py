import csv
from io import StringIO

import pytest

from backend.lib.csv_safe import safe_cell, write_csv


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+33", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠1", "-1e9"],
)
def test_what_begins_like_a_formula_is_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (12, "12"), (-1250, "-1250"), ("-12.50", "-12.50"), ("Du = – Pavé", "Du = – Pavé")]
)
def test_numbers_and_names_stay_as_they_are(value, cell):
    assert safe_cell(value) == cell


def test_a_sheet_is_read_back_as_it_was_written():
    text = write_csv([["nom", "somme"], ['Le "Pavé", à Lille', "=1"]])
    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text[1:]))) == [["nom", "somme"], ['Le "Pavé", à Lille', "'=1"]]
