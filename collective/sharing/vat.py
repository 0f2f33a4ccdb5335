"""The rate of VAT on repairs: dated data, so that a reduced rate is a line in a file."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from collective.workshops.models import Seller

RATES = Path(__file__).parent / "data" / "vat_rates.toml"


def vat_bp(*, seller: Seller, on: date) -> int:
    """
    Return the rate in basis points that `seller` charges on `on`: none under the franchise.

    :raises LookupError: for a day before the first rate in the file.
    """
    if seller.vat_regime == Seller.VatRegime.FRANCHISE:
        return 0
    in_force = [rate for since, rate in _rates() if since <= on]
    if not in_force:
        raise LookupError(f"no rate of VAT is known for {on}")
    return in_force[-1]


@lru_cache(maxsize=1)
def _rates() -> list[tuple[date, int]]:
    rates = tomllib.loads(RATES.read_text(encoding="utf-8"))["bicycle_repair"]
    return sorted((rate["since"], rate["rate_bp"]) for rate in rates)
