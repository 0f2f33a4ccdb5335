"""From a slot to an appointment and back, as programs do it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.appointments.models import Appointment, Hold
from booking.availability.days import drop_off_days
from booking.availability.needs import works_for
from collective.timetable.drop_off import sell_days
from collective.workshops.models import Workshop
from tests.matrix.rows import booking_wanted, hold_wanted, items_wanted
from tests.matrix.world import CODE

SEARCH = {"lat": "50.63", "lon": "3.05", "interventions": CODE}


def test_a_guest_finds_holds_books_and_comes_back(send, world):
    found = send("GET", "slots/", SEARCH).json()["results"][0]
    hold = send("POST", "holds/", hold_wanted(world) | {"diagnosis": str(world.diagnosis.token)}).json()
    assert found["work"]["total_cents"] == hold["total_cents"] == 2000
    assert hold["ways_to_pay"] == [{"pay": "counter", "due_now_cents": 0}]

    booked = send("POST", "appointments/", booking_wanted(world) | {"hold": hold["token"]}).json()
    assert booked["status"] == "requested"
    assert booked["total_cents"] == 2000
    assert booked["payment_url"] is None
    assert booked["phone"] == "+33612345678"

    again = send("GET", f"appointments/{booked['manage_token']}/").json()
    assert again["number"] == booked["number"]
    assert again["diagnosis"] == str(world.diagnosis.token)
    assert "manage_token" not in again


def test_the_same_hold_twice_gives_the_same_appointment(send, world):
    first = send("POST", "appointments/", booking_wanted(world)).json()
    second = send("POST", "appointments/", booking_wanted(world)).json()
    assert first["number"] == second["number"]
    assert Appointment.objects.filter(hold=world.hold).count() == 1


def test_who_comes_second_gets_the_three_nearest_slots(send, world):
    wanted = hold_wanted(world)
    for _mechanic in world.workshop.mechanics.all():
        assert send("POST", "holds/", wanted).status_code == 201
    late = send("POST", "holds/", wanted)
    assert late.status_code == 409
    assert late.json()["code"] == "slot_taken"
    others = late.json()["details"]["alternatives"]
    assert len(others) == 3
    gone = (wanted["workshop"], wanted["starts_at"])
    assert gone not in [(other["workshop"], other["starts_at"]) for other in others]


def test_changing_hold_gives_the_first_slot_up(send, world):
    first = send("POST", "holds/", hold_wanted(world)).json()
    moved = hold_wanted(world) | {"starts_at": world.slots[8].starts_at.isoformat(), "instead_of": first["token"]}
    assert send("POST", "holds/", moved).status_code == 201
    assert send("GET", f"holds/{first['token']}/").json()["is_live"] is False


def test_a_hold_is_extended_once_and_given_back(send, world):
    token = world.hold.token
    assert send("POST", f"holds/{token}/extend/").json()["may_be_extended"] is False
    assert send("POST", f"holds/{token}/extend/").json()["code"] == "extended_already"
    assert send("POST", f"holds/{token}/give-back/").json()["is_live"] is False
    late = send("POST", "appointments/", booking_wanted(world))
    assert (late.status_code, late.json()["code"]) == (410, "hold_expired")


def test_what_cancelling_gives_back_is_shown_by_a_get_that_does_nothing(send, world):
    shown = send("GET", f"appointments/{world.link}/refund/").json()
    assert (shown["refund_cents"], shown["kept_cents"], shown["owed_cents"]) == (0, 0, 0)
    world.requested.refresh_from_db()
    assert world.requested.status == "requested"
    assert send("POST", f"appointments/{world.link}/cancel/").json()["status"] == "cancelled"


def test_a_diagnosis_is_kept_as_it_is_assessed(send, world):
    items = items_wanted(world)
    assessed = send("POST", "diagnoses/assess/", items).json()
    assert assessed["items"][0]["next_question"]
    assert sum(cause["probability"] for cause in assessed["items"][0]["causes"]) == pytest.approx(1, abs=0.001)
    kept = send("POST", "diagnoses/", items | {"comment": "Creaks"}).json()
    read = send("GET", f"diagnoses/{kept['token']}/").json()
    assert read["items"][0]["interventions"] == assessed["items"][0]["interventions"]
    assert read["comment"] == "Creaks"


def test_a_workshop_answers_and_the_books_are_balanced(send, world):
    accepted = send("POST", f"appointments/{world.requested.number}/accept/", by="mechanic")
    assert accepted.json()["status"] == "confirmed"
    done = send(
        "POST",
        f"appointments/{world.today.number}/done/",
        {"tenders": [{"means": "cash", "amount": 2000, "key": "k1"}]},
        by="mechanic",
    )
    assert done.json()["status"] == "done"
    entries = send("GET", "ledger-entries/", {"reference": world.today.number}, by="coordinator").json()["results"]
    assert entries
    assert [sum(line["amount"] for line in entry["lines"]) for entry in entries] == [0] * len(entries)
    assert send("GET", "ledger-entries/", by="foreign_coordinator").json()["count"] == 0


def test_a_proposed_time_moves_nothing_until_its_customer_says_so(send, world):
    key = world.proposed.number
    proposal = send("GET", f"appointments/{key}/", by="owner").json()["proposal"]
    moved = send("POST", f"appointments/{key}/answer-proposal/", {"accept": True}, by="owner").json()
    assert moved["starts_at"] == proposal["starts_at"]
    assert moved["proposal"] is None


def test_an_expired_hold_is_dead_whatever_the_sweeps_did(send, world):
    Hold.objects.filter(pk=world.hold.pk).update(expires_at=world.at - timedelta(seconds=1))
    assert send("GET", f"holds/{world.hold.token}/").json()["is_live"] is False
    assert send("POST", "appointments/", booking_wanted(world)).status_code == 410


def test_sentences_are_in_the_language_asked_for(send):
    english = send("GET", "slots/", SEARCH | {"radius_km": "0"}, **{"Accept-Language": "en"})
    french = send("GET", "slots/", SEARCH | {"radius_km": "0"}, **{"Accept-Language": "fr"})
    assert english.json()["code"] == french.json()["code"] == "bad_radius"
    assert english.json()["message"] == "Search within more than 0 and at most 100 km."
    assert (english.headers["Content-Language"], french.headers["Content-Language"]) == ("en", "fr")


def test_the_name_of_an_account_changes_and_nothing_else(send, world):
    assert send("PATCH", "me/", {"name": "Zoé", "language": "en"}, by="owner").json()["name"] == "Zoé"
    assert send("PATCH", "me/", {"email": "boss@example.org"}, by="owner").json()["code"] == "unknown_field"
    mine = send("GET", "me/", by="mechanic").json()
    assert mine["workshops"] == [{"workshop": world.workshop.slug, "role": "mechanic"}]


@pytest.fixture
def day(world) -> str:
    """A day on which the workshop takes bikes in."""
    at = world.hold.created_at
    terms = {"arrives_from": 540, "arrives_until": 660, "return_days": 1, "returns_from": 1020, "storage_places": 6}
    sell_days(workshop=world.workshop, share_bp=8000, at=at, **terms)
    work = works_for(interventions=[CODE], bike_type="city", workshops=[Workshop.objects.get(pk=world.workshop.pk)])
    today = at.astimezone(world.workshop.zone).date()
    days = drop_off_days(work=work[world.workshop.pk], first=today, last=today + timedelta(days=14), at=at)
    return days[1].day.isoformat()


def test_a_bicycle_is_left_for_a_day_that_is_then_moved_to_a_time(send, world, day):
    wanted = hold_wanted(world)
    starts_at = wanted.pop("starts_at")
    hold = send("POST", "holds/", wanted | {"day": day}).json()
    assert (hold["is_drop_off"], hold["minutes"]) == (True, 30)
    assert hold["starts_at"] < hold["ends_at"] < hold["ready_at"]

    booked = send("POST", "appointments/", booking_wanted(world) | {"hold": hold["token"]}).json()
    assert (booked["mechanic"], booked["is_drop_off"], booked["ready_at"]) == (None, True, hold["ready_at"])

    moved = send("POST", f"appointments/{booked['manage_token']}/move/", {"starts_at": starts_at}).json()
    assert (moved["is_drop_off"], moved["ready_at"]) == (False, None)
    assert moved["mechanic"]


@pytest.mark.parametrize(("given", "code"), [({}, "say_when"), ({"day": "2026-11-24"}, "say_when")])
def test_a_hold_says_a_time_or_a_day(send, world, given, code):
    wanted = hold_wanted(world) | given
    if not given:
        del wanted["starts_at"]
    refused = send("POST", "holds/", wanted)
    assert (refused.status_code, refused.json()["code"]) == (400, code)


def test_a_mechanic_who_comes_needs_a_place_that_is_one(send, world):
    Workshop.objects.filter(pk=world.workshop.pk).update(kind=Workshop.Kind.ITINERANT, served_km=5)
    world.workshop.benches.update(kind="van")
    nowhere = send("POST", "holds/", hold_wanted(world))
    assert (nowhere.status_code, nowhere.json()["code"]) == (400, "where_missing")
    far = send("POST", "holds/", hold_wanted(world) | {"lat": 45.0, "lon": 3.0})
    assert (far.status_code, far.json()["code"]) == (400, "not_served")
    assert send("POST", "holds/", hold_wanted(world) | {"lat": "45", "lon": "3"}).status_code == 400

    here = {"lat": world.workshop.lat, "lon": world.workshop.lon}
    hold = send("POST", "holds/", hold_wanted(world) | here).json()
    assert {name: hold[name] for name in here} == here
