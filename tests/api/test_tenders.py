"""How a repair was paid, for programs: recorded once, refused with its code, followed to its end."""

from __future__ import annotations

import pytest

from booking.tenders.models import Tender, Voucher
from collective.hours.models import TimeAccount


@pytest.fixture
def pay(send, world):
    """On the world's repair: 20 €, of which 1 € in cash, 1 € by cheque and 1 € from the town hall stand."""

    def pay(body, by="mechanic"):
        return send("POST", f"appointments/{world.paid.number}/tenders/", {"key": "k"} | body, by=by)

    return pay


def test_what_stands_and_what_is_left(send, world):
    path = f"appointments/{world.paid.number}/tenders/"
    inside, outside = (send("GET", path, by=who).json() for who in ("mechanic", "owner"))
    assert (inside["total_cents"], inside["online_cents"], inside["left_cents"]) == (2000, 0, 1700)
    assert [(one["means"], one["amount"], one["counts"]) for one in inside["tenders"]] == [
        ("cash", 100, True),
        ("transfer", 400, False),
        ("cheque", 100, True),
        ("third_party", 100, True),
    ]
    assert inside["tenders"][2]["evidence"] == {"number": "0001234"}
    assert inside["tenders"][3]["claim"]["payer"] == "Lille"
    assert [one["evidence"] for one in outside["tenders"]] == [{}] * 4


def test_recorded_once_by_its_key(pay):
    cheque = {"means": "cheque", "amount": 700, "number": "7", "bank": "La Nef", "note": "x"}
    first, second = pay(cheque), pay(cheque)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["left_cents"] == 1000


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"means": "cash", "amount": 1701}, 409, "more_than_left"),
        ({"means": "cash", "amount": 0}, 400, "invalid"),
        ({"means": "cash", "amount": -5}, 400, "invalid"),
        ({"means": "cash", "amount": 12.5}, 400, "invalid"),
        ({"means": "cash", "amount": "12"}, 400, "invalid"),
        ({"means": "cash", "amount": 10**12}, 400, "invalid"),
        ({"means": "cash", "amount": True}, 400, "invalid"),
        ({"means": "cash", "currency": "USD"}, 400, "unknown_field"),
        ({"means": "fund"}, 400, "invalid"),
        ({"means": "online"}, 400, "invalid"),
        ({"means": "cash", "key": ""}, 400, "invalid"),
        ({"means": "cash", "amount": 5, "given_cents": 4}, 400, "change_without_cash"),
        ({"means": "cheque"}, 400, "evidence_missing"),
        ({"means": "cash", "bank": "La Nef"}, 400, "unknown_evidence"),
        ({"means": "voucher", "code": "AAAA"}, 404, "unknown_voucher"),
        ({"means": "voucher"}, 404, "unknown_voucher"),
        ({"means": "transfer", "receipt": 10**9}, 409, "receipt_used"),
        ({"means": "cash", "is_promise": True}, 400, "not_a_promise"),
        ({"means": "third_party"}, 400, "payer_unknown"),
        ({"means": "third_party", "scheme": "bonus-reparation-asl", "is_eligible": True}, 409, "scheme_refuses"),
        ({"means": "minutes"}, 409, "minutes_not_accepted"),
        ({"means": "cash", "key": "world-cheque"}, 400, "key_of_another"),
    ],
    ids=str,
)
def test_refusals_have_their_codes_and_move_nothing(pay, body, status, code):
    before = Tender.objects.count()
    answer = pay(body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Tender.objects.count() == before


def test_nothing_is_recorded_before_the_repair_is_done(send, world):
    answer = send(
        "POST", f"appointments/{world.requested.number}/tenders/", {"means": "cash", "key": "k"}, by="mechanic"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")


def test_taken_back_once_by_the_owner(send, world):
    path = f"appointments/{world.paid.number}/tenders/{world.tender.pk}/take-back/"
    assert send("POST", path, {"reason": "Slip"}, by="mechanic").json()["code"] == "only_the_owner"
    assert send("POST", path, {"reason": "Slip"}, by="workshop_owner").json()["left_cents"] == 1800
    assert send("POST", path, {"reason": "Slip"}, by="workshop_owner").json()["code"] == "already_taken_back"


def test_the_announced_transfer_comes(send, world):
    path = f"appointments/{world.paid.number}/tenders/{world.announced.pk}/receive/"
    assert send("POST", path, by="mechanic").json()["left_cents"] == 1300
    assert send("POST", path, by="mechanic").json()["code"] == "cannot_move_so"


def test_a_cheque_and_a_file_go_their_way(send, world):
    assert send("POST", f"tenders/{world.cheque.pk}/remit/", by="mechanic").json()["state"] == "remitted"
    listed = send("GET", f"workshops/{world.workshop.slug}/claims/", by="mechanic").json()["results"]
    assert [(one["appointment"], one["amount_cents"], one["state"]) for one in listed] == [
        (world.paid.number, 100, "to_send")
    ]
    path = f"claims/{world.claim.pk}/"
    assert send("POST", path, {"to": "sent", "file_number": "D-1"}, by="mechanic").json()["file_number"] == "D-1"
    refused = {"to": "refused", "reason": "Too late", "borne_by": "workshop"}
    assert send("POST", path, refused, by="mechanic").status_code == 403
    assert send("POST", path, refused, by="workshop_owner").json()["state"] == "refused"
    assert send("POST", path, {"to": "paid"}, by="mechanic").json()["code"] == "claim_moved"


def test_a_transfer_to_place_is_listed_and_matched(send, world, pay):
    path = f"workshops/{world.workshop.slug}/receipts/"
    wanted = {"amount_cents": 900, "payer": "MARTIN", "received_on": world.at.date().isoformat(), "key": "r"}
    made = send("POST", path, wanted, by="mechanic").json()
    assert made["id"] in [one["id"] for one in send("GET", path, by="mechanic").json()["results"]]
    assert pay({"means": "transfer", "receipt": made["id"]}).json()["left_cents"] == 800


def test_vouchers_are_sold_offered_and_spent(send, world, pay):
    until = world.at.date().replace(year=world.at.year + 1, day=1).isoformat()
    wanted = {"amount_cents": 500, "expires_on": until, "key": "v"}
    sold = send("POST", f"workshops/{world.workshop.slug}/vouchers/", wanted | {"means": "cash"}, by="mechanic")
    assert pay({"means": "voucher", "code": sold.json()["code"]}).json()["left_cents"] == 1200
    path = f"collectives/{world.workshop.collective.slug}/vouchers/"
    offered = wanted | {"reason": "Solidarity", "key": "o"}
    assert send("POST", path, offered, by="mechanic").json()["code"] == "not_yours_to_issue"
    assert send("POST", path, offered, by="coordinator").status_code == 201
    assert send("POST", path, offered, by="coordinator").json()["code"] == ""  # the same key: issued before
    assert Voucher.objects.count() == 2


def test_minutes_are_given_and_pay_for_labour(send, world, pay):
    wanted = {"email": "MECHANIC@example.org", "minutes": 60, "reason": "Saturday", "key": "g"}
    path = f"collectives/{world.workshop.collective.slug}/minutes/"
    assert send("POST", path, wanted, by="coordinator").json() == {"minutes": 60}
    assert send("POST", path, wanted | {"email": "nobody@example.org", "key": "h"}, by="coordinator").status_code == 409
    settings = f"workshops/{world.workshop.slug}/settings/"
    assert send("PATCH", settings, {"accepts_minutes": True}, by="workshop_owner").json()["accepts_minutes"] is True
    TimeAccount.objects.update(user=world.people["owner"])
    paid = pay({"means": "minutes", "amount": 10}).json()
    assert (paid["left_cents"], paid["tenders"][-1]["unit"]) == (1200, "MIN")


def test_done_with_several_means(send, world):
    given = [{"means": "cash", "amount": 500, "key": "a"}, {"means": "terminal", "key": "b", "number": "T1"}]
    path = f"appointments/{world.today.number}/"
    assert send("POST", f"{path}done/", {"tenders": given}, by="mechanic").json()["status"] == "done"
    assert send("GET", f"{path}tenders/", by="mechanic").json()["left_cents"] == 0
