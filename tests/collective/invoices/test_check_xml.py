"""Each kind of invoice is EN 16931 by the published schema and rules; a wrong total is not."""

from datetime import date

import pytest

from collective.invoices.amounts import Sold
from collective.invoices.check_xml import what_is_wrong_in_xml
from collective.invoices.cii import xml_of
from collective.invoices.facts import Buyer, Other, Settled
from collective.invoices.models import Invoice
from tests.collective.invoices.papers import LABOUR, PARTS, some_facts

Kind = Invoice.Kind
CARD = Settled("online", "Payé en ligne", "Paid online", 600)
BONUS = Settled("467", "Bonus réparation", "Repair bonus", 1500)
BUSINESS = Buyer("Coursiers SARL", "", "1 rue Nationale", "59000", "Lille", "732829320", "FR44732829320")
ODD = [Sold(f"Travail {cents}", f"Work {cents}", cents) for cents in (1, 2, 3, 334, 9_999)]
CASES = {
    "plain": {},
    "paid in part": {"settled": [CARD]},
    "paid by several": {"settled": [CARD, Settled("53", "Caisse", "Till", 1400)]},
    "a third party pays": {"settled": [BONUS]},
    "franchise": {"vat_bp": 0},
    "franchise before the new code": {"vat_bp": 0, "day": date(2026, 3, 2)},
    "between professionals": {"buyer": BUSINESS},
    "deducts a deposit": {"settled": [CARD], "names": [Other("A2026-00007", date(2026, 11, 20))]},
    "deposit": {"kind": Kind.DEPOSIT, "under": ("deposit",), "settled": [CARD], "lines": [LABOUR], "parts_cents": 0},
    "earnest": {"kind": Kind.DEPOSIT, "under": ("earnest",), "lines": [LABOUR], "parts_cents": 0},
    "credit note": {"kind": Kind.CREDIT_NOTE, "names": [Other("F2026-00001", date(2026, 11, 24))]},
    "cents that do not share": {"lines": ODD, "labour_cents": 10_339, "parts_cents": 0},
    "allowance": {"labour_cents": 999},
    "nothing to pay": {"lines": [Sold("Contrôle", "Check", 0)], "labour_cents": 0, "parts_cents": 0},
    "no address": {"street": "", "postcode": "", "city": ""},
    "control characters": {"buyer": Buyer("Cam\x00ille\x0b <b>&amp;")},
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_what_the_norm_asks_for(case, language):
    assert what_is_wrong_in_xml(xml_of(some_facts(**CASES[case]), language=language)) == []


@pytest.mark.parametrize("total", [1, 2, 3, 4, 5, 6, 7, 59, 1999, 2000, 4999, 10_003, 99_999])
def test_whatever_the_total(total):
    facts = some_facts(lines=[Sold("Travail", "Work", total)], labour_cents=total, parts_cents=0)
    assert what_is_wrong_in_xml(xml_of(facts)) == []


@pytest.mark.parametrize(
    ("total", "rule"),
    [
        ("gross_cents", "BR-CO-15"),
        ("due_cents", "BR-CO-16"),
        ("lines_cents", "BR-CO-10"),
        ("net_cents", "BR-CO-13"),
        ("vat_cents", "BR-CO-14"),
    ],
)
def test_a_wrong_total_is_refused_by_its_rule(total, rule):
    facts = some_facts()
    facts["totals"][total] += 1
    assert any(rule in fault for fault in what_is_wrong_in_xml(xml_of(facts)))


def test_what_the_schema_does_not_know_is_refused():
    xml = xml_of(some_facts(lines=[LABOUR, PARTS])).replace(b"ram:TypeCode", b"ram:KindCode")
    assert what_is_wrong_in_xml(xml)[0].startswith("schema")
