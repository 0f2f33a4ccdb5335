"""What an invoice says of money agrees with the price, with the books and with the sums of EN 16931."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.lib.money import part, without_vat
from collective.invoices.amounts import Sold, amounts_of, what_does_not_add_up, with_the_rest
from collective.sharing.what_shares import what_shares
from tests.collective.invoices.papers import LABOUR, some_facts

CENTS = st.integers(0, 300_000)
LINES = st.lists(st.builds(Sold, st.just("Travail"), st.just("Work"), CENTS, st.booleans()), min_size=1, max_size=8)
REST = Sold("Reste", "Rest", 0)


def gross(lines, *, goods):
    return sum(line.gross_cents for line in lines if line.is_goods == goods)


@given(lines=LINES, vat_bp=st.sampled_from([0, 550, 1000, 2000]))
def test_the_lines_with_vat_are_what_the_customer_pays(lines, vat_bp):
    labour, parts = gross(lines, goods=False), gross(lines, goods=True)
    amounts = amounts_of(lines, labour_cents=labour, parts_cents=parts, vat_bp=vat_bp)
    assert amounts.net_cents + amounts.vat_cents == labour + parts
    assert sum(amounts.nets) == amounts.net_cents
    assert amounts.allowance_net == 0
    assert abs(amounts.vat_cents - part(amounts.net_cents, vat_bp)) <= 1
    for net, line in zip(amounts.nets, lines, strict=True):
        assert abs(net - without_vat(line.gross_cents, vat_bp)) <= len(lines)


@given(labour=CENTS, parts=CENTS, vat_bp=st.sampled_from([0, 550, 2000]))
def test_an_invoice_says_the_vat_that_the_books_collect(labour, parts, vat_bp):
    lines = [Sold("a", "a", labour), Sold("b", "b", parts, is_goods=True)]
    booked = what_shares(
        labour_cents=labour, parts_cents=parts, fund_bp=600, platform_bp=300, vat_bp=vat_bp, fee_cents=0
    )
    amounts = amounts_of(lines, labour_cents=labour, parts_cents=parts, vat_bp=vat_bp)
    assert amounts.vat_cents == booked.vat_cents
    assert amounts.nets == (booked.labour_net_cents, booked.parts_cents)


@given(lines=LINES, labour=CENTS, parts=CENTS, vat_bp=st.sampled_from([0, 550, 2000]))
def test_a_price_below_or_above_the_lines_still_adds_up(lines, labour, parts, vat_bp):
    whole = with_the_rest(lines, labour_cents=labour, parts_cents=parts, rest=REST)
    facts = some_facts(lines=whole, labour_cents=labour, parts_cents=parts, vat_bp=vat_bp)
    assert what_does_not_add_up(facts) == []
    assert facts["totals"]["gross_cents"] == labour + parts
    assert facts["totals"]["allowances_cents"] >= 0


@pytest.mark.parametrize("off", [1, -1, 100])
@pytest.mark.parametrize("total", ["lines_cents", "net_cents", "vat_cents", "gross_cents", "due_cents"])
def test_a_total_that_is_a_cent_off_is_said(total, off):
    facts = some_facts()
    facts["totals"][total] += off
    assert what_does_not_add_up(facts)


def test_lines_that_say_less_than_what_is_sold_are_a_fault():
    with pytest.raises(ValueError, match="say less"):
        amounts_of([LABOUR], labour_cents=1501, parts_cents=0, vat_bp=2000)


@pytest.mark.parametrize("labour", [-1, -100_000])
def test_no_amount_is_below_zero(labour):
    with pytest.raises(ValueError, match="zero or more"):
        amounts_of([LABOUR], labour_cents=labour, parts_cents=0, vat_bp=2000)
