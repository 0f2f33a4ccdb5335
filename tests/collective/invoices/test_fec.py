"""The file of accounting entries, judged by a checker that is not ours: good, and spoiled."""

import importlib.util
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from booking.jobs.finish import finish_repair
from collective.invoices.fec import fec_of
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.ledger.export_fec import COLUMNS, BadPeriod, clean, export_fec
from collective.ledger.models import Entry
from collective.ledger.record import record
from tests.booking.appointments.scene import NINE, TEN, confirmed, staff_of

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
PARIS = ZoneInfo("Europe/Paris")
SIREN = "732829320"


@pytest.fixture(scope="session")
def check_fec():
    """The checker of django-accounting-fr, its one file alone: the package is an app that is not installed here."""
    package = importlib.util.find_spec("accounting_fr")
    path = Path(package.submodule_search_locations[0]) / "fec_check.py"
    spec = importlib.util.spec_from_file_location("fec_check_alone", path)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.check_fec


@pytest.fixture
def year(workshop, provider):
    """Two repairs, one of them begun online, and something of the year before."""
    entity = books_of(workshop.seller)
    record(
        entity=entity,
        journal=Entry.Journal.SALES,
        source="old",
        label="Ancien",
        lines={"411": 1200, "706": -1000, "44571": -200},
        occurred_at=datetime(2025, 6, 1, 10, tzinfo=UTC),
        workshop=workshop,
    )
    staff = staff_of(workshop)
    for moment in (NINE, TEN):
        appointment = confirmed(workshop, provider, moment)
        finish_repair(appointment=appointment, by=staff, at=moment + timedelta(hours=1))
    return entity


def fec(entity, first=FIRST, last=LAST):
    return export_fec(entity=entity, siren=SIREN, first=first, last=last, zone=PARIS)


def rows(made):
    return [line.split("\t") for line in made.content.decode("iso-8859-15").splitlines()]


@pytest.mark.parametrize("whose", ["seller", "platform", "fund"])
def test_the_independent_checker_accepts_it(year, check_fec, workshop, whose):
    entity = {"seller": year, "platform": platform_of(workshop.collective), "fund": fund_of(workshop.collective)}[whose]
    made = fec(entity)
    report = check_fec(made.content, made.name, FIRST, LAST)
    assert (report.errors, report.warnings) == ([], [])
    assert report.stats["lignes"] == len(rows(made)) - 1 > 0


def test_the_year_before_stands_as_opening_balances(year):
    opening = {row[4]: (row[11], row[12]) for row in rows(fec(year)) if row[0] == "AN"}
    assert opening == {"411000": ("12,00", "0,00"), "445710": ("0,00", "2,00"), "120000": ("0,00", "10,00")}


def test_entries_are_numbered_without_a_gap_in_each_journal(year):
    numbers = {}
    for row in rows(fec(year))[1:]:
        numbers.setdefault(row[0], []).append(int(row[2][2:]))
    for of_journal in numbers.values():
        assert sorted(set(of_journal)) == list(range(1, max(of_journal) + 1))


def test_the_piece_is_the_invoice(year):
    pieces = {row[8] for row in rows(fec_of(year, first=FIRST, last=LAST)) if row[0] == "VT"}
    assert pieces == {"F2026-00001", "F2026-00002"}


def test_it_is_named_after_the_siren_and_the_last_day(year):
    assert fec(year).name == "732829320FEC20261231.txt"
    assert rows(fec(year))[0] == list(COLUMNS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"14,00", b"14,01"),
        (b"VT000002", b"VT000009"),
        (b"20261124", b"20261324"),
        (b"JournalCode", b"Journal"),
        (b",00\t", b",0x\t"),
    ],
)
def test_the_checker_sees_a_spoiled_file(year, check_fec, old, new):
    made = fec(year)
    assert old in made.content
    report = check_fec(made.content.replace(old, new, 1), made.name, FIRST, LAST)
    assert report.errors or report.warnings


def test_another_name_is_refused(year, check_fec):
    assert check_fec(fec(year).content, "moyeu.txt").errors


def test_a_period_with_nothing_in_it_has_its_opening_only(year):
    made = rows(fec(year, date(2027, 1, 1), date(2027, 12, 31)))
    assert {row[0] for row in made[1:]} == {"AN"}


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (date(2020, 1, 1), LAST)])
def test_a_period_that_is_none_is_refused(year, first, last):
    with pytest.raises(BadPeriod):
        fec(year, first, last)


@given(st.text(max_size=40))
def test_a_label_is_one_harmless_line_of_the_encoding(text):
    said = clean(text)
    assert said
    assert not set(said) & set("\t\r\n\x00")
    assert said[0] not in "=+-@|" or said == "-"
    said.encode("iso-8859-15")


def test_a_label_that_is_a_formula_is_harmless(year, workshop):
    record(
        entity=year,
        journal=Entry.Journal.SALES,
        source="formula",
        label='=HYPERLINK("http://x")\t\x07łódź’s',
        lines={"411": 1200, "706": -1200},
        occurred_at=NINE,
        workshop=workshop,
    )
    assert "'=HYPERLINK(\"http://x\") ?ódz's" in [row[10].strip() for row in rows(fec(year))]


def test_the_command_writes_it(year, tmp_path):
    out = StringIO()
    call_command("export_fec", str(year.pk), "2026-01-01", "2026-12-31", "--into", str(tmp_path), stdout=out)
    [path] = tmp_path.iterdir()
    assert path.name.endswith("FEC20261231.txt")
    with pytest.raises(CommandError):
        call_command("export_fec", "0", "2026-01-01", "2026-12-31", "--into", str(tmp_path))
