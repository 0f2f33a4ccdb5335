"""Shared tools, tours, drop-off terms and zones over the API: they work, and what cannot be is refused."""

from datetime import timedelta

import pytest

from collective.timetable.models import Occupancy, Resource
from collective.tools.models import Loan, Tool
from collective.workshops.models import Workshop

BOSS, COORDINATOR = "workshop_owner", "coordinator"


@pytest.fixture
def path(world) -> str:
    return f"workshops/{world.workshop.slug}"


def days(world, first, last):
    return {
        "workshop": world.workshop.slug,
        "starts_at": (world.at + timedelta(days=first)).isoformat(),
        "ends_at": (world.at + timedelta(days=last)).isoformat(),
    }


def test_tools_are_listed_to_those_of_the_collective_alone(send, world):
    listed = send("GET", "tools/", by="mechanic").json()["results"]
    assert [(one["id"], one["home"]["slug"], one["now"]) for one in listed] == [
        (world.tool.pk, world.workshop.slug, None)
    ]
    assert listed[0]["next"]["what"] == "loan"
    assert listed[0]["stands_at"]["slug"] == world.workshop.slug
    assert send("GET", "tools/", by="foreign_mechanic").json()["results"] == []


def test_a_tool_is_shared_changed_and_taken_out_of_use(send, world):
    wanted = {"kind": "truing_stand", "name": "Centreur", "home": world.workshop.slug, "hand_over_minutes": 10}
    made = send("POST", "tools/", wanted, by=COORDINATOR).json()
    assert (made["kind"], made["hand_over_minutes"]) == ("truing_stand", 10)
    changed = send("PATCH", f"tools/{made['id']}/", {"name": "Centreur R-02"}, by=BOSS).json()
    assert changed["name"] == "Centreur R-02"
    assert send("POST", f"tools/{made['id']}/retire/", by=BOSS).status_code == 204
    assert send("GET", f"tools/{made['id']}/", by=BOSS).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"kind": "stand"}, "not_shareable"),
        ({"kind": "nothing"}, "not_shareable"),
        ({"home": "atelier-ailleurs"}, "not_a_member_workshop"),
        ({"hand_over_minutes": -1}, "invalid"),
        ({"speed_kmh": 0}, "invalid"),
        ({"speed_kmh": 10**9}, "invalid"),
        ({"detour_percent": 99}, "invalid"),
        ({"name": "  "}, "invalid"),
    ],
)
def test_a_tool_that_cannot_be(send, world, wrong, code):
    wanted = {"kind": "truing_stand", "name": "Centreur", "home": world.workshop.slug} | wrong
    answer = send("POST", "tools/", wanted, by=COORDINATOR)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Tool.objects.count() == 1


def test_a_tool_is_lent_and_taken_back(send, world):
    made = send("POST", f"tools/{world.tool.pk}/loans/", days(world, 30, 31), by=BOSS).json()
    uses = send("GET", f"tools/{world.tool.pk}/uses/", by="mechanic").json()["results"]
    assert [use["loan"] for use in uses] == [world.loan.pk, made["id"]]
    assert send("POST", f"loans/{made['id']}/end/", by=COORDINATOR).json()["ended_at"]
    assert send("POST", f"loans/{made['id']}/end/", by=COORDINATOR).json()["code"] == "loan_over"
    assert Occupancy.objects.filter(resource__tool=world.tool).count() == 1


def test_a_loan_over_another_says_when_it_is_free(send, world):
    answer = send("POST", f"tools/{world.tool.pk}/loans/", days(world, 14, 16), by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (409, "tool_taken")
    assert set(answer.json()["details"]) == {"tool", "until", "free"}
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"workshop": "atelier-ailleurs"}, "not_a_member_workshop"),
        ({"starts_at": "2026-11-24T09:00:00"}, "unreadable_moment"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "period_unusable"),
        ({"ends_at": "2190-01-01T00:00:00Z"}, "period_unusable"),
    ],
)
def test_a_loan_that_cannot_be(send, world, wrong, code):
    answer = send("POST", f"tools/{world.tool.pk}/loans/", days(world, 30, 31) | wrong, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Loan.objects.count() == 1


def test_drop_off_days_are_switched_on(send, path, world):
    assert send("GET", f"{path}/drop-off/", by="mechanic").json()["is_on"] is False
    changed = send("PATCH", f"{path}/drop-off/", {"is_on": True, "storage_places": 3}, by=BOSS).json()
    assert (changed["is_on"], changed["storage_places"], changed["share_bp"]) == (True, 3, 8000)
    assert Resource.objects.filter(workshop=world.workshop, kind="drop_off").exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"share_bp": 10001}, "invalid"),
        ({"share_bp": -1}, "invalid"),
        ({"storage_places": 10**9}, "invalid"),
        ({"arrives_from": 700, "arrives_until": 600}, "bad_drop_off_terms"),
        ({"arrives_from": 541}, "number_off_its_steps"),
        ({"return_days": 31}, "invalid"),
    ],
)
def test_terms_that_cannot_be(send, path, world, wrong, code):
    answer = send("PATCH", f"{path}/drop-off/", wrong, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Resource.objects.filter(kind="drop_off").exists()


SQUARE = [[50.6, 3.0], [50.6, 3.1], [50.7, 3.1], [50.7, 3.0]]


@pytest.fixture
def _travels(world):
    Workshop.objects.filter(pk=world.workshop.pk).update(kind=Workshop.Kind.ITINERANT, served_km=5)


@pytest.mark.usefixtures("_travels")
@pytest.mark.parametrize("zone", [{"km": 12}, {"communes": ["59350"]}, {"area": SQUARE}])
def test_a_zone_is_told_in_one_way_of_three(send, path, zone):
    shown = send("PATCH", f"{path}/zone/", zone, by=BOSS).json()
    assert shown == {"km": None, "communes": [], "area": []} | zone


@pytest.mark.usefixtures("_travels")
@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ({}, "one_zone_of_three"),
        ({"km": 5, "area": SQUARE}, "one_zone_of_three"),
        ({"km": 0}, "invalid"),
        ({"km": 10**9}, "invalid"),
        ({"communes": ["00000"]}, "unknown_communes"),
        ({"area": SQUARE[:2]}, "bad_area"),
        ({"area": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]}, "area_crosses_itself"),
        ({"area": [[95, 3.0], *SQUARE[1:]]}, "bad_area"),
        ({"area": [["50", 3.0], *SQUARE[1:]]}, "invalid"),
        ({"area": SQUARE * 51}, "invalid"),
    ],
    ids=str,
)
def test_a_zone_that_cannot_be(send, path, world, zone, code):
    answer = send("PATCH", f"{path}/zone/", zone, by=BOSS)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Workshop.objects.get(pk=world.workshop.pk).served_km == 5


@pytest.mark.usefixtures("_travels")
def test_a_tour_is_read_and_one_visit_thought_elsewhen(send, path, world):
    day = world.requested.starts_at.astimezone(world.workshop.zone).date().isoformat()
    tour = send("GET", f"{path}/tour/", {"day": day}, by="mechanic").json()["tours"][0]
    stops = [stop["number"] for stop in tour["stops"]]
    assert world.requested.number in stops
    assert len(tour["legs"]) == len(stops) + 1
    to = (world.requested.starts_at + timedelta(days=1)).isoformat()
    moved = send("GET", f"{path}/tour/", {"day": day, "move": world.requested.number, "to": to}, by="mechanic")
    assert all(world.requested.number not in [s["number"] for s in one["stops"]] for one in moved.json()["tours"])


@pytest.mark.parametrize(
    ("asked", "status"), [({"day": "2026-13-45"}, 400), ({"move": "M99999", "to": "2026-12-01T09:00:00Z"}, 404)]
)
def test_a_tour_that_makes_no_sense(send, path, asked, status):
    assert send("GET", f"{path}/tour/", asked, by="mechanic").status_code == status
