from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collective.sharing.what_shares import Shares, what_shares

CENTS = st.integers(0, 19_999)
RATE = st.integers(0, 10_000)


def test_a_hundred_euros_without_vat_go_where_the_page_says():
    shares = what_shares(labour_cents=7200, parts_cents=2800, fund_bp=1000, platform_bp=0, vat_bp=0, fee_cents=160)
    assert shares == Shares(6320, 2800, 720, 0, 160, 0)


def test_shares_are_taken_of_labour_before_vat_and_not_of_parts():
    shares = what_shares(labour_cents=6000, parts_cents=2400, fund_bp=500, platform_bp=300, vat_bp=2000, fee_cents=115)
    assert shares.fund_cents == 250  # 5 % of 50.00
    assert shares.platform_cents == 150
    assert shares.parts_cents == 2000
    assert shares.vat_cents == 1400
    assert shares.workshop_cents == 5000 - 250 - 150 - 115


@given(labour=CENTS, parts=CENTS, rates=st.tuples(RATE, RATE).map(sorted), vat=RATE, fee=st.integers(0, 500))
def test_the_six_shares_sum_to_the_price_for_any_amount_and_rate(labour, parts, rates, vat, fee):
    fund_bp, platform_bp = rates[0], rates[1] - rates[0]
    shares = what_shares(
        labour_cents=labour, parts_cents=parts, fund_bp=fund_bp, platform_bp=platform_bp, vat_bp=vat, fee_cents=fee
    )
    assert sum(astuple(shares)) == labour + parts
    assert min(astuple(shares)[1:]) >= 0
    assert shares.workshop_cents >= -fee


def test_every_amount_to_two_hundred_euros_is_exact_at_odd_rates():
    for cents in range(20_000):
        shares = what_shares(
            labour_cents=cents, parts_cents=19_999 - cents, fund_bp=333, platform_bp=167, vat_bp=550, fee_cents=0
        )
        assert sum(astuple(shares)) == 19_999
        assert min(astuple(shares)) >= 0


def test_when_the_two_rates_are_the_whole_the_workshop_is_left_with_nothing_and_owes_nothing():
    shares = what_shares(labour_cents=101, parts_cents=0, fund_bp=5000, platform_bp=5000, vat_bp=0, fee_cents=0)
    assert (shares.fund_cents, shares.platform_cents, shares.workshop_cents) == (51, 50, 0)


@pytest.mark.parametrize("wrong", [{"labour_cents": -1}, {"fee_cents": -1}, {"fund_bp": 9000, "platform_bp": 1001}])
def test_absurd_shares_are_refused(wrong):
    asked = {"labour_cents": 100, "parts_cents": 0, "fund_bp": 0, "platform_bp": 0, "vat_bp": 0, "fee_cents": 0}
    with pytest.raises(ValueError, match="at most the whole"):
        what_shares(**{**asked, **wrong})
