"""Settings over the API: what cannot be is refused with a code and changes nothing."""

import json

import pytest

from booking.services.offers import Offer
from collective.workshops.models import Bench, Mechanic, Workshop
from tests.matrix.world import CODE

BOSS = "workshop_owner"


@pytest.fixture
def path(world) -> str:
    return f"workshops/{world.workshop.slug}"


def test_the_rules_are_read_and_changed(send, path, world):
    wanted = {"slot_step_minutes": 20, "open_per_person": 3, "two_mechanics": True}
    answer = send("PATCH", f"{path}/settings/", wanted, by=BOSS)
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in wanted} == wanted
    assert send("GET", f"{path}/settings/", by="mechanic").json() == answer.json()
    assert send("PATCH", f"{path}/settings/", {"open_per_person": None}, by=BOSS).json()["open_per_person"] is None


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("slot_step_minutes", 0, "invalid"),
        ("slot_step_minutes", 7, "number_off_its_steps"),
        ("slot_step_minutes", -15, "invalid"),
        ("slot_step_minutes", 10**9, "invalid"),
        ("slot_step_minutes", "15", "invalid"),
        ("slot_step_minutes", 15.0, "invalid"),
        ("slot_step_minutes", None, "invalid"),
        ("notice_minutes", -1, "invalid"),
        ("horizon_days", 0, "invalid"),
        ("open_per_person", 0, "invalid"),
        ("two_mechanics", "yes", "invalid"),
        ("timezone", "Mars/Olympus", "unknown_field"),
    ],
)
def test_rules_that_cannot_be(send, path, world, name, value, code):
    answer = send("PATCH", f"{path}/settings/", {name: value}, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Workshop.objects.get(pk=world.workshop.pk).slot_step_minutes == 15


def test_a_number_that_is_none_is_refused(send, path):
    answer = send("PATCH", f"{path}/settings/", '{"slot_step_minutes": NaN}', by=BOSS)
    assert answer.status_code == 400


def test_a_mechanic_is_added_changed_and_let_go(send, path):
    wanted = {"name": "Aïcha", "skill_level": 3, "certifications": ["bosch"], "daily_limit": 4}
    made = send("POST", f"{path}/mechanics/", wanted, by=BOSS).json()
    assert {name: made[name] for name in wanted} == wanted
    changed = send("PATCH", f"{path}/mechanics/{made['id']}/", {"daily_limit": None}, by=BOSS).json()
    assert changed == made | {"daily_limit": None}
    assert send("POST", f"{path}/mechanics/{made['id']}/retire/", by=BOSS).json()["retired_at"]
    for again, body in (("POST", None), ("PATCH", {"name": "X"})):
        where = f"{path}/mechanics/{made['id']}/" + ("retire/" if again == "POST" else "")
        assert send(again, where, body, by=BOSS).json()["code"] == "already_retired"


@pytest.mark.parametrize(
    "wrong",
    [{"skill_level": 0}, {"skill_level": 6}, {"name": ""}, {"certifications": ["acme"]}, {"speed_kmh": 0}],
)  # fmt: skip
def test_a_mechanic_who_cannot_be(send, path, world, wrong):
    before = Mechanic.objects.count()
    answer = send("POST", f"{path}/mechanics/", {"name": "Aïcha", "skill_level": 3} | wrong, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Mechanic.objects.count() == before


def test_who_is_counted_on_stays(send, path, world):
    busy = world.requested.mechanic
    answer = send("POST", f"{path}/mechanics/{busy.pk}/retire/", by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_counted_on")
    assert answer.json()["details"]["count"] > 0


def test_a_bench_is_added_changed_and_taken_out_of_use(send, path):
    made = send("POST", f"{path}/benches/", {"name": "Élévateur", "kind": "lift"}, by=BOSS).json()
    changed = send("PATCH", f"{path}/benches/{made['id']}/", {"cleaning_minutes": 10}, by=BOSS).json()
    assert (changed["kind"], changed["cleaning_minutes"]) == ("lift", 10)
    assert send("POST", f"{path}/benches/{made['id']}/retire/", by=BOSS).json()["retired_at"]


@pytest.mark.parametrize(
    "wrong", [{"kind": "sofa"}, {"cleaning_minutes": -1}, {"cleaning_minutes": 10**9}, {"name": 5}]
)
def test_a_bench_that_cannot_be(send, path, world, wrong):
    before = Bench.objects.count()
    answer = send("POST", f"{path}/benches/", {"name": "Pied", "kind": "stand"} | wrong, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Bench.objects.count() == before


def test_an_offer_changes_and_is_withdrawn_and_resumed(send, path, world):
    answer = send("PATCH", f"{path}/offers/{CODE}/", {"labour_cents": 2500, "minutes_for": {"cargo": 55}}, by=BOSS)
    assert (answer.json()["labour_cents"], answer.json()["minutes_for"]) == (2500, {"cargo": 55})
    assert send("POST", f"{path}/offers/{CODE}/withdraw/", by=BOSS).json()["withdrawn_at"]
    assert send("GET", f"{path}/offers/").json()["results"] == []
    assert send("POST", f"{path}/offers/{CODE}/withdraw/", by=BOSS).json()["code"] == "offer_not_on_sale"
    assert send("POST", f"{path}/offers/{CODE}/resume/", by=BOSS).json()["withdrawn_at"] is None


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"minutes": 0}, "invalid"),
        ({"labour_cents": -1}, "invalid"),
        ({"labour_cents": 10**9}, "invalid"),
        ({"minutes_for": {"tandem": 30}}, "unknown_field"),
        ({"minutes_for": {"cargo": 0}}, "invalid"),
        ({"borrows": "lathe"}, "nothing_to_borrow"),
        ({"borrows": "torque_wrench"}, "nothing_to_borrow"),  # the collective has none
    ],
)
def test_an_offer_that_cannot_be(send, path, world, wanted, code):
    answer = send("PATCH", f"{path}/offers/{CODE}/", wanted, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, code), json.dumps(answer.json())
    assert Offer.objects.get(workshop=world.workshop).minutes == 30


@pytest.mark.parametrize(("work", "code"), [("NOTHING", "not_in_the_catalogue"), (CODE, "offered_already")])
def test_work_that_cannot_be_put_on_sale(send, path, work, code):
    wanted = {"intervention": work, "minutes": 30, "labour_cents": 1500}
    assert send("POST", f"{path}/offers/", wanted, by=BOSS).json()["code"] == code
