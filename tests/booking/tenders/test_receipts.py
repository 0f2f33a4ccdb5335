"""Transfers that came without a word wait on a list, and are matched to a repair, in parts if need be."""

from datetime import timedelta

import pytest

from backend.lib.errors import BadInput, NotAllowed
from booking.jobs.settle import take_back
from booking.tenders.models import Receipt
from booking.tenders.receipts import ReceiptUsed, record_receipt
from collective.ledger.check import what_is_wrong_in_the_books
from tests.booking.appointments.scene import make_workshop, staff_of
from tests.booking.tenders.conftest import DONE_AT

TODAY = DONE_AT.date()


@pytest.fixture
def receive(workshop, staff):
    def receive(cents=3000, **more):
        said = {"payer": "MARTIN C", "note": "merci", "received_on": TODAY, "key": "r1", "by": staff, "at": DONE_AT}
        return record_receipt(**{"workshop": workshop, "cents": cents} | said | more)

    return receive


def test_a_transfer_waits_and_is_matched_in_parts(receive, pay, seller, left):
    receipt = receive()
    assert (seller()["512"], seller()["471"]) == (3000, -3000)
    pay("transfer", 1200, receipt=receipt.pk)
    assert left() == 800
    pay("transfer", receipt=receipt.pk)
    receipt.refresh_from_db()
    assert (receipt.left_cents, left(), seller()["471"], seller()["512"]) == (1000, 0, -1000, 3000)
    assert what_is_wrong_in_the_books() == []


def test_it_is_written_down_once(receive):
    assert receive() == receive()
    assert Receipt.objects.count() == 1


def test_it_gives_no_more_than_it_holds_and_to_its_own_workshop_only(receive, pay):
    receipt = receive(900)
    with pytest.raises(ReceiptUsed):
        pay("transfer", 901, receipt=receipt.pk)
    elsewhere = make_workshop(name="Ailleurs")
    foreign = receive(900, workshop=elsewhere, by=staff_of(elsewhere), key="r2")
    for pk in (foreign.pk, 0, 2**60):
        with pytest.raises(ReceiptUsed):
            pay("transfer", receipt=pk)
    pay("transfer", receipt=receipt.pk)
    with pytest.raises(ReceiptUsed):
        pay("transfer", 1, receipt=receipt.pk)


def test_taken_back_it_waits_again(receive, pay, done, owner, left):
    receipt = receive()
    tender = pay("transfer", receipt=receipt.pk)
    take_back(appointment=done, tender=tender.pk, reason="Un autre client", by=owner, at=DONE_AT)
    receipt.refresh_from_db()
    assert (receipt.left_cents, left()) == (3000, 2000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"cents": 0}, {"cents": -1}, {"cents": 10**9}, {"cents": 1.5}, {"payer": " "}, {"payer": "x" * 121},
        {"received_on": TODAY + timedelta(days=1)}, {"received_on": TODAY.replace(year=1999)}, {"key": ""},
    ],
    ids=str,
)  # fmt: skip
def test_receipts_that_cannot_be(receive, wrong):
    with pytest.raises(BadInput):
        receive(**wrong)
    assert not Receipt.objects.exists()


def test_only_the_workshops_people(receive):
    with pytest.raises(NotAllowed):
        receive(by=staff_of(make_workshop(name="Ailleurs")))
