"""Transfers, receivables and accounts for programs."""

from __future__ import annotations

import pytest

from collective.payments.distribution.models import Transfer

pytestmark = pytest.mark.django_db


def test_the_list_shows_the_rows_one_may_see(send, world):
    mine = send("GET", "transfers/", {}, by="mechanic").json()["results"]
    assert [(row["id"], row["state"], row["reason"]) for row in mine] == [(world.transfer.pk, "waits", "no_iban")]
    assert send("GET", "transfers/", {}, by="foreign_coordinator").json()["results"] == []
    assert send("GET", "transfers/", {}, by="treasurer").json()["results"] == mine
    assert send("GET", "transfers/", {"state": "sent"}, by="mechanic").json()["results"] == []
    assert send("GET", "transfers/", {"state": "lost"}, by="mechanic").status_code == 400


def test_an_account_is_read_by_those_inside_and_changed_by_its_owner(send, world):
    path = f"workshops/{world.workshop.slug}/account/"
    assert send("GET", path, {}, by="mechanic").json()["status"] == "none"
    wanted = {"iban": "FR76 3000 6000 0112 3456 7890 189", "holder": "Atelier"}
    assert send("PUT", path, wanted | {"iban": "FR76"}, by="workshop_owner").json()["code"] == "wrong_iban"
    kept = send("PUT", path, wanted, by="workshop_owner").json()
    assert (kept["way"], kept["iban_end"]) == ("bank", "0189")
    assert send("PUT", path, wanted, by="mechanic").status_code == 403


def test_only_a_treasurer_has_a_refused_transfer_tried_again(send, world):
    path = f"transfers/{world.transfer.pk}/retry/"
    assert send("POST", path, {}, by="mechanic").json()["code"] == "not_the_treasurer"
    assert send("POST", path, {}, by="treasurer").json()["code"] == "not_refused"
    Transfer.objects.filter(pk=world.transfer.pk).update(said="refused")
    assert send("POST", path, {}, by="treasurer").status_code == 200
    assert send("POST", path, {}, by="foreign_coordinator").status_code == 404
