"""What programs may ask of slots besides the list: the first ones, a month."""

import json
from datetime import timedelta

import pytest
from rest_framework.renderers import JSONRenderer

from api import slots as door
from tests.api.test_booking import SEARCH


def test_the_first_slots_come_in_order_of_time(send, world):
    found = send("GET", "slots/first/", SEARCH | {"count": "5"}).json()["results"]
    moments = [one["slot"]["starts_at"] for one in found]
    assert len(moments) == 5
    assert moments == sorted(moments)
    listed = send("GET", "slots/", SEARCH).json()["results"]
    assert moments[0] == min(one["slots"][0]["starts_at"] for one in listed)


def test_the_next_page_begins_after_the_last_slot_seen(send, world):
    first = send("GET", "slots/first/", SEARCH | {"count": "1"}).json()["results"][0]["slot"]["starts_at"]
    after = send("GET", "slots/first/", SEARCH | {"count": "1", "after": first}).json()["results"][0]
    assert after["slot"]["starts_at"] > first


def test_a_month_tells_the_days_with_a_slot(send, world):
    a_slot = world.slots[0].starts_at.astimezone(world.workshop.zone).date()
    days = send("GET", "slots/month/", SEARCH | {"month": f"{a_slot:%Y-%m}"}).json()["days"]
    assert {"day": a_slot.isoformat(), "is_free": True} in days
    assert len(days) in range(28, 32)


def test_what_makes_no_sense_is_refused(send, world):
    assert send("GET", "slots/month/", SEARCH | {"month": "soon"}).json()["code"] == "unreadable_month"
    assert send("GET", "slots/month/", SEARCH | {"month": "2020-01"}).json()["code"] == "past_date"
    assert send("GET", "slots/first/", SEARCH | {"count": "0"}).status_code == 400
    assert send("GET", "slots/first/", SEARCH | {"within_hours": "-1"}).status_code == 400
    assert send("GET", "slots/first/", {"interventions": "TYR-PUNCT"}).json()["code"] == "place_missing"


def test_nothing_found_says_why(send, world):
    far = send("GET", "slots/", SEARCH | {"lat": "43.3", "lon": "5.4"}).json()
    assert far["nothing_because"]["code"] == "no_workshop_near"
    assert far["nothing_because"]["message"]


@pytest.mark.parametrize("where", [{}, {"lat": "43.3", "lon": "5.4"}])
def test_what_is_declared_of_a_search_is_answered(send, world, monkeypatch, where):
    found = heard(monkeypatch, "find_slots")
    answer = send("GET", "slots/", SEARCH | where).json()
    assert answer == declared(door.FoundShown(found[0]))
    assert bool(answer["results"]) is not bool(where)


def test_what_is_declared_of_the_first_slots_is_answered(send, world, monkeypatch):
    found = heard(monkeypatch, "find_first")
    answer = send("GET", "slots/first/", SEARCH).json()
    assert answer["results"]
    assert answer == declared(door.FirstsShown({"results": found[0]}))


def test_what_is_declared_of_a_workshop_is_answered(send, world, monkeypatch):
    works, slots = heard(monkeypatch, "find_work"), heard(monkeypatch, "slots_of")
    first = world.slots[0].starts_at.date()
    days = {"first": first.isoformat(), "last": (first + timedelta(days=1)).isoformat()}
    answer = send("GET", f"workshops/{world.workshop.slug}/slots/", {"interventions": SEARCH["interventions"]} | days)
    shown = {"workshop": works[0].workshop, "work": works[0], "slots": slots[0]}
    assert slots[0]
    assert answer.json() == declared(door.SlotsOfShown(shown))


def heard(monkeypatch, name):
    """Listen to what a use case answers the door."""
    answers, use_case = [], getattr(door, name)

    def listening(*args, **kwargs):
        answers.append(use_case(*args, **kwargs))
        return answers[-1]

    monkeypatch.setattr(door, name, listening)
    return answers


def declared(form):
    return json.loads(JSONRenderer().render(form.data))
