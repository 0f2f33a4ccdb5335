"""What does not agree, for programs."""

from __future__ import annotations

from collective.reconciliation.models import BooksCheck, Disagreement


def test_the_list_is_of_what_one_keeps(send, world):
    rows = send("GET", "disagreements/", by="coordinator").json()["results"]
    assert [row["id"] for row in rows] == [world.disagreement.pk]
    assert rows[0] | {"kind": "unknown", "ours_cents": None, "theirs_cents": -700, "how": ""} == rows[0]
    for stranger in ("mechanic", "foreign_coordinator", "other"):
        assert send("GET", "disagreements/", by=stranger).json()["count"] == 0


def test_it_is_chosen_by_kind_and_state(send, world):
    for query, count in (({"open": "true"}, 1), ({"open": "false"}, 0), ({"kind": "balance"}, 0)):
        assert send("GET", "disagreements/", query, by="coordinator").json()["count"] == count
    assert send("GET", "disagreements/", {"kind": "rien"}, by="coordinator").status_code == 400


def test_it_is_settled_with_a_note_once(send, world):
    path = f"disagreements/{world.disagreement.pk}/resolve/"
    assert send("POST", path, {"note": " "}, by="coordinator").status_code == 400
    settled = send("POST", path, {"note": "Frais de carte."}, by="coordinator")
    assert (settled.status_code, settled.json()["how"]) == (200, "accepted")
    again = send("POST", path, {"note": "encore"}, by="coordinator")
    assert (again.status_code, again.json()["code"]) == (409, "already_resolved")


def test_a_fault_of_our_books_is_only_mended(send, world):
    Disagreement.objects.filter(pk=world.disagreement.pk).update(kind="books")
    refused = send("POST", f"disagreements/{world.disagreement.pk}/resolve/", {"note": "vu"}, by="coordinator")
    assert (refused.status_code, refused.json()["code"]) == (409, "only_mended")


def test_checks_are_read_by_who_keeps_the_money(send, world):
    BooksCheck.objects.create(slot=world.at, at=world.at, finished_at=world.at, took_ms=5, provider="none", entries=3)
    [check] = send("GET", "checks/", by="coordinator").json()["results"]
    assert (check["is_green"], check["entries"], check["provider"]) == (True, 3, "none")
    assert send("GET", "checks/", by="mechanic").json()["code"] == "not_the_treasurer"
