"""Limits by address: reading, changing and having mails written are counted apart."""

from __future__ import annotations

import pytest

from tests.matrix.rows import booking_wanted, items_wanted


@pytest.fixture(autouse=True)
def _few(settings, _limits_are_far):
    settings.API_RATES = {"look": "3/h", "write": "2/h", "mail": "1/h"}


def test_each_kind_is_counted_by_itself(send, world):
    assert [send("GET", "workshops/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [send("POST", "diagnoses/assess/", items_wanted(world)).status_code for _ in range(3)] == [200, 200, 429]
    assert [send("POST", "appointments/", booking_wanted(world)).status_code for _ in range(2)] == [201, 429]


def test_the_refusal_says_how_long_to_wait(send):
    for _ in range(3):
        send("GET", "places/", {"q": "lille"})
    refused = send("GET", "places/", {"q": "lille"})
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused.headers["Retry-After"]) == refused.json()["details"]["wait_seconds"] > 0


def test_pretending_to_be_forwarded_does_not_help(send):
    answers = [send("GET", "workshops/", **{"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]


def test_signing_in_does_not_help_either(send):
    roles = ("anonymous", "owner", "mechanic", "coordinator")
    assert [send("GET", "workshops/", by=role).status_code for role in roles] == [200, 200, 200, 429]
