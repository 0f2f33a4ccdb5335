"""What bad input gets: a status, a stable code, a sentence; never a 5xx, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.appointments.models import Appointment, AppointmentLine, Hold, HoldLine, Proposal
from booking.diagnosis.models import Diagnosis
from booking.tenders.models import Claim, Tender, Voucher
from collective.members.models import User
from collective.payments.models import Payment
from tests.matrix.rows import booking_wanted, hold_wanted
from tests.matrix.table import API
from tests.matrix.test_matrix import WRITES, address
from tests.matrix.world import CODE

SEARCH = {"lat": "50.63", "lon": "3.05", "interventions": CODE}
SEARCHES: list[tuple[dict[str, Any], str]] = [
    ({"place": "Atlantis-sur-Mer"}, "unknown_place"),
    ({"lat": "91"}, "invalid"),
    ({"lat": "nan"}, "invalid"),
    ({"radius_km": "-5"}, "invalid"),
    ({"radius_km": "0"}, "bad_radius"),
    ({"radius_km": "1e9"}, "invalid"),
    ({"first": "2020-01-01"}, "past_date"),
    ({"first": "2026-13-45"}, "invalid"),
    ({"first": "9999-12-31"}, "invalid"),
    ({"first": "2126-01-01", "last": "2136-01-01"}, "range_too_long"),
    ({"first": "2126-01-02", "last": "2126-01-01"}, "range_backwards"),
    ({"interventions": "NOTHING"}, "unknown_intervention"),
    ({"interventions": ""}, "invalid"),
    ({"from_hour": "20", "to_hour": "8"}, "bad_hours"),
    ({"weekdays": "9"}, "invalid"),
    ({"order": "whoever_pays"}, "invalid"),
    ({"price": "1"}, "unknown_field"),
    ({"page_size": "1000000000"}, "unknown_field"),
    ({"limit": "1000000000"}, "invalid"),
    ({"cargo": "perhaps"}, "invalid"),
]


@pytest.mark.parametrize(("asked", "code"), SEARCHES, ids=lambda given: str(given))
def test_a_search_that_makes_no_sense(asked, code, send):
    answer = send("GET", "slots/", SEARCH | asked)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]


def test_a_search_from_nowhere(send):
    assert send("GET", "slots/", {"interventions": CODE}).json()["code"] == "place_missing"


HOLDS: list[tuple[dict[str, Any], int, str]] = [
    ({"starts_at": "2020-01-01T09:00:00+01:00"}, 400, "not_a_slot"),
    ({"starts_at": "2126-01-01T03:07:11Z"}, 400, "not_a_slot"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, 400, "unreadable_moment"),
    ({"starts_at": "2026-12-10T09:00:00"}, 400, "unreadable_moment"),
    ({"starts_at": 12}, 400, "unreadable_moment"),
    ({"workshop": "nowhere"}, 404, "not_found"),
    ({"interventions": ["NOTHING"]}, 400, "unknown_intervention"),
    ({"interventions": ["TYR-TUBE"]}, 409, "not_offered_here"),
    ({"interventions": [CODE] * 21}, 400, "invalid"),
    ({"bike_type": "rocket"}, 400, "invalid"),
    ({"minutes": -30}, 400, "unknown_field"),
    ({"total_cents": 1}, 400, "unknown_field"),
    ({"diagnosis": "00000000-0000-4000-8000-000000000000"}, 404, "not_found"),
    ({"workshop": "a\u0000b"}, 400, "invalid"),
    ({"workshop": "\ud800"}, 400, "invalid"),
]


@pytest.mark.parametrize(("wanted", "status", "code"), HOLDS, ids=lambda given: ascii(given))
def test_a_hold_that_cannot_be(wanted, status, code, send, world):
    before = Hold.objects.count()
    answer = send("POST", "holds/", hold_wanted(world) | wanted)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Hold.objects.count() == before


BOOKINGS: list[tuple[dict[str, Any], str]] = [
    ({"email": "no address"}, "bad_email"),
    ({"phone": "12"}, "bad_phone"),
    ({"pay": "full"}, "not_a_way_to_pay"),
    ({"pay": "beads"}, "invalid"),
    ({"note": "x" * 1001}, "invalid"),
    ({"total_cents": 1}, "unknown_field"),
    ({"labour_cents": 0, "status": "done"}, "unknown_field"),
    ({"work_may_begin_early": "yes"}, "invalid"),
    ({"language": "tlh"}, "invalid"),
]


@pytest.mark.parametrize(("wanted", "code"), BOOKINGS, ids=lambda given: str(given)[:60])
def test_a_booking_that_cannot_be(wanted, code, send, world):
    answer = send("POST", "appointments/", booking_wanted(world) | wanted)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Appointment.objects.filter(hold=world.hold).exists()


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "12", "[[[[", "\u0000", '{"hold": NaN}'])
def test_a_body_that_is_no_object(body, send):
    answer = send("POST", "appointments/", body)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("parse_error", "invalid")


def test_a_body_without_end(send):
    answer = send("POST", "diagnoses/assess/", '{"items": "' + "x" * 300_000 + '"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_without_bottom(send):
    answer = send("POST", "diagnoses/assess/", "[" * 200_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_other_than_json(clients, db):
    answer = clients["anonymous"].post("/api/v1/holds/", {"workshop": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_forged_and_cut_links(send, world):
    assert send("GET", f"appointments/{world.link[:-2]}/").json()["code"] == "forged_link"
    other_purpose = world.link.split(":")[0] + ":" + "A" * 43
    assert send("POST", f"appointments/{other_purpose}/cancel/").status_code == 404


def test_an_address_that_leads_nowhere_answers_in_json(send):
    answer = send("GET", "nonsense/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_nobody_may_act_twice_on_what_is_over(send, world):
    assert send("POST", f"appointments/{world.link}/cancel/").status_code == 200
    again = send("POST", f"appointments/{world.link}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "appointment_closed")


MODELS = (Appointment, AppointmentLine, Hold, HoldLine, Proposal, Diagnosis, User, Payment, Tender, Claim, Voucher)
NAMES = sorted({field.name for model in MODELS for field in model._meta.get_fields()})
CHANGES = [line for line in API if line.method != "GET" and line.route not in ("api:stripe", "api:nothing")]


@pytest.mark.parametrize("line", CHANGES, ids=lambda line: line.id)
def test_no_field_of_a_model_is_taken_undeclared(line, send, world):
    """Mass assignment: each field of each model beside a good body changes nothing, and says so."""
    person = next((role for role, status in line.status.items() if role != "anonymous" and status < 400), "mechanic")
    declared = line.body(world)
    path = address(line, world).removeprefix("/api/v1/")
    for name in NAMES:
        if name in declared or name in OPTIONAL.get(line.route, ()):
            continue
        with CaptureQueriesContext(connection) as queries:
            answer = send(line.method, path, declared | {name: "1"}, by=person)
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field"), name
        assert not [query for query in queries.captured_queries if WRITES.match(query["sql"])], name


# What these doors do ask for, beside what the table sends.
OPTIONAL = {
    "api:tenders": ("code", "given_cents", "note", "payer", "receipt", "scheme"),
    "api:balance": ("amount_cents",),
    "api:receipts": ("note",),
    "api:claim": ("file_number", "reason"),
    "api:done": ("tenders",),
    "api:holds": ("bike_type", "certification", "diagnosis", "lat", "lon", "place"),
    "api:accept_offer": ("address", "work_may_begin_early"),
    "api:tool": ("name",),
    "api:tool_loans": ("note",),
    "api:waits": ("bike_type", "certification", "language", "name", "place", "workshop"),
    "api:bench": ("name",),
    "api:mechanic": ("name",),
    "api:exceptions": ("label",),
    "api:absences": ("label",),
    "api:offers": ("parts_cents",),
    "api:offer": ("minutes", "parts_cents"),
    "api:diagnoses": ("bike_type", "part", "comment"),
    "api:appointments": ("name", "language", "note", "address"),
    "api:cancel": ("reason",),
    "api:me": ("language",),
}
