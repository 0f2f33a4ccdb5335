"""The product and the oracle agree, on random worlds around the days on which clocks change."""

import pytest

from tests.booking.availability.compare import differences

pytestmark = pytest.mark.django_db

CASES = 60  # `make campaign WHICH=oracle` compares 5,000


@pytest.mark.parametrize("part", range(4))
def test_search_and_taking_agree_with_the_oracle(part):
    found = [line for seed in range(part, CASES, 4) for line in differences(seed)]
    assert found == []
