"""Nothing is lost when money is cut, whoever is first in line."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.lib.money import decimal, part, split, without_vat

WEIGHTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 10_000), min_size=1).filter(
    lambda weights: any(weights.values())
)


@given(total=st.integers(-2_000_000, 2_000_000), weights=WEIGHTS, tie=st.integers(0, 1000))
def test_the_parts_sum_to_the_whole_and_each_is_within_a_cent_of_its_exact_share(total, weights, tie):
    parts = split(total, weights, tie=tie)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    for key, weight in weights.items():
        assert abs(parts[key] * whole - total * weight) < whole


def test_the_odd_cent_takes_turns():
    lucky = {
        key for tie in range(3) for key, cents in split(100, {"a": 1, "b": 1, "c": 1}, tie=tie).items() if cents == 34
    }
    assert lucky == {"a", "b", "c"}


def test_who_weighs_nothing_gets_nothing():
    assert split(7, {"a": 0, "b": 3}, tie=1) == {"a": 0, "b": 7}


@given(cents=st.integers(-1_000_000, 1_000_000))
def test_a_net_amount_plus_its_vat_is_the_gross_amount(cents):
    net = without_vat(cents, 2000)
    assert abs(net * 12_000 - cents * 10_000) <= 6_000
    assert without_vat(-cents, 2000) == -net


def test_parts_of_cents_round_half_a_cent_away_from_zero():
    assert [part(105, 1000), part(-105, 1000), part(104, 1000)] == [11, -11, 10]


@given(cents=st.integers(-(10**17), 10**17))
def test_cents_are_written_exactly(cents):
    assert Decimal(decimal(cents)) * 100 == cents
    assert decimal(cents)[-3] == "."


def test_every_amount_to_two_hundred_euros_is_split_exactly_over_up_to_twelve_shares():
    for count in range(1, 13):
        weights = {share: 1 + share * 37 % 11 for share in range(count)}
        for total in range(20_000):
            parts = split(total, weights, tie=total).values()
            assert sum(parts) == total
            assert min(parts) >= 0


@given(total=st.integers(1, 100_000), count=st.integers(2, 12), first=st.integers(0, 10_000))
def test_no_member_is_favoured_over_a_thousand_entries(total, count, first):
    """Equal members, one entry after another: what each got differs by at most one cent an unfinished turn."""
    got = dict.fromkeys(range(count), 0)
    for entry in range(first, first + 1000):
        for member, cents in split(total, dict.fromkeys(range(count), 1), tie=entry).items():
            got[member] += cents
    assert sum(got.values()) == 1000 * total
    assert max(got.values()) - min(got.values()) <= total % count
