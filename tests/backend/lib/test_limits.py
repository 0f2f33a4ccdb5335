import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory

from backend.lib.limits import TooManyRequests, limit, read_rate, visitor_address

HALF_PAST = "2026-11-21T10:00:30Z"


@pytest.fixture(autouse=True)
def forget_counts():
    cache.clear()


def coming_from(address, **headers):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


@time_machine.travel(HALF_PAST, tick=False)
def test_the_number_allowed_passes_and_one_more_is_told_how_long_to_wait():
    for _time in range(3):
        limit("hold", coming_from("192.0.2.1"), rate="3/m")
    with pytest.raises(TooManyRequests) as refused:
        limit("hold", coming_from("192.0.2.1"), rate="3/m")
    assert refused.value.status == 429
    assert refused.value.params == {"wait_seconds": 31}


@time_machine.travel(HALF_PAST, tick=False)
def test_other_visitors_and_other_acts_have_their_own_count():
    limit("hold", coming_from("192.0.2.1"), rate="1/m")
    limit("hold", coming_from("192.0.2.2"), rate="1/m")
    limit("book", coming_from("192.0.2.1"), rate="1/m")


def test_the_next_while_counts_afresh():
    with time_machine.travel(HALF_PAST, tick=False) as traveller:
        limit("hold", coming_from("192.0.2.1"), rate="1/m")
        traveller.shift(31)
        limit("hold", coming_from("192.0.2.1"), rate="1/m")


@pytest.mark.parametrize(("rate", "read"), [("20/m", (20, 60)), ("5/10m", (5, 600)), ("1/2h", (1, 7200))])
def test_rates(rate, read):
    assert read_rate(rate) == read


@pytest.mark.parametrize("rate", ["20", "m/20", "20/x", "-1/m"])
def test_a_rate_that_cannot_be_read_is_a_bug(rate):
    with pytest.raises(ValueError, match="is no rate"):
        read_rate(rate)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # nobody of ours stands in front: the header is the visitor's own claim
        (1, "203.0.113.9, 198.51.100.4", "198.51.100.4"),
        (2, "203.0.113.9, 198.51.100.4, 10.0.0.2", "198.51.100.4"),
        (2, "198.51.100.4", "10.0.0.1"),
    ],
)
def test_the_address_that_our_proxy_saw(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert visitor_address(coming_from("10.0.0.1", **{"X-Forwarded-For": forwarded})) == address
