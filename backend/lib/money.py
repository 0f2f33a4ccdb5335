"""Money is integer cents; a share is cut out of it in one place, and nothing is lost."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)

FULL_BP = 10_000  # basis points in a whole


def split(total: int, weights: Mapping[K, int], *, tie: int = 0) -> dict[K, int]:
    """
    Cut `total` (cents or minutes, may be negative) in proportion to `weights` (integers, none negative, one positive).

    Largest remainder (Hamilton's method): each key gets the floor of its exact share, what is left goes by one to the
    largest remainders, so the parts sum to `total` exactly. Equal remainders take turns, begun at `tie` (an entry's
    id), so that no one is always the lucky one. A negative total is the mirror image of the positive one.

    :raises ValueError: when a weight is negative or all are zero.
    """
    if total < 0:
        return {key: -part for key, part in split(-total, weights, tie=tie).items()}
    whole = sum(weights.values())
    if whole <= 0 or min(weights.values()) < 0:
        raise ValueError("weights must be zero or more, and one above zero")
    parts = {key: total * weight // whole for key, weight in weights.items()}
    left = total - sum(parts.values())
    keys = [key for key, weight in weights.items() if weight]
    turn = tie % len(keys)
    order = {key: place for place, key in enumerate(keys[turn:] + keys[:turn])}
    for key in sorted(keys, key=lambda key: (-(total * weights[key] % whole), order[key]))[:left]:
        parts[key] += 1
    return parts


def decimal(cents: int) -> str:
    """Write cents as euros, to the cent, for programs and number fields: -1250 is "-12.50"."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def part(total: int, rate_bp: int) -> int:
    """Return `rate_bp` basis points of `total` cents, half a cent rounded away from zero."""
    sign = -1 if (total < 0) != (rate_bp < 0) else 1
    return sign * ((abs(total) * abs(rate_bp) + FULL_BP // 2) // FULL_BP)


def without_vat(gross: int, vat_bp: int) -> int:
    """
    Return the net cents in `gross` cents that include VAT at `vat_bp`; the VAT is `gross` minus it, to the cent.

    net = gross / (1 + rate), half a cent rounded away from zero (CGI annexe II art. 242 nonies A rounds per rate).
    """
    sign = -1 if gross < 0 else 1
    return sign * ((abs(gross) * FULL_BP * 2 + FULL_BP + vat_bp) // (2 * (FULL_BP + vat_bp)))
