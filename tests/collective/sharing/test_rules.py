"""Dated rules: the sharing key in force, the rate of VAT."""

from datetime import date

import pytest

from collective.sharing.models import SharingKey
from collective.sharing.vat import vat_bp
from collective.workshops.models import Seller
from tests.collective.money import a_workshop


def test_the_key_in_force_is_the_last_one_voted_by_that_day(db):
    collective = a_workshop().collective
    for year, fund_bp in ((2025, 500), (2026, 700), (2027, 900)):
        SharingKey.objects.create(
            collective=collective, name=f"AG {year}", valid_from=date(year, 1, 1), fund_bp=fund_bp, platform_bp=300
        )
    SharingKey.objects.create(
        collective=a_workshop().collective, name="ailleurs", valid_from=date(2026, 2, 1), fund_bp=1, platform_bp=1
    )
    in_force = SharingKey.objects.in_force
    assert in_force(collective, on=date(2026, 11, 21)).fund_bp == 700
    assert in_force(collective, on=date(2026, 1, 1)).fund_bp == 700
    assert in_force(collective, on=date(2025, 12, 31)).fund_bp == 500
    with pytest.raises(SharingKey.DoesNotExist):
        in_force(collective, on=date(2024, 12, 31))


def test_vat_is_charged_by_regime_and_day():
    standard, franchise = Seller(vat_regime="standard"), Seller(vat_regime="franchise")
    assert vat_bp(seller=standard, on=date(2026, 11, 21)) == 2000
    assert vat_bp(seller=franchise, on=date(2026, 11, 21)) == 0
    with pytest.raises(LookupError, match="2013-12-31"):
        vat_bp(seller=standard, on=date(2013, 12, 31))


def test_a_reduced_rate_is_a_line_in_the_file(monkeypatch, tmp_path):
    from collective.sharing import vat

    rates = tmp_path / "rates.toml"
    rates.write_text(
        "[[bicycle_repair]]\nsince = 2027-01-01\nrate_bp = 550\n"
        "[[bicycle_repair]]\nsince = 2014-01-01\nrate_bp = 2000\n"
    )
    monkeypatch.setattr(vat, "RATES", rates)
    vat._rates.cache_clear()
    try:
        assert vat_bp(seller=Seller(vat_regime="standard"), on=date(2026, 12, 31)) == 2000
        assert vat_bp(seller=Seller(vat_regime="standard"), on=date(2027, 1, 1)) == 550
    finally:
        vat._rates.cache_clear()
