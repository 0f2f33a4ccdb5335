"""Five hundred steps of everything that moves money; `make campaign WHICH=books` makes fifty thousand."""

import pytest

from tests.campaigns.books import play, provider_beside


@pytest.mark.django_db
def test_what_is_booked_is_what_was_charged():
    with provider_beside():
        tried = play(500, always_the_same=True)
    assert tried["steps"] >= 500
    assert tried["pressed pay"] >= 20
    assert min(tried["finished"], tried["cancelled"], tried["delivered"]) >= 1, tried
