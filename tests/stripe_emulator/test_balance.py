"""The platform's balance: what moves it, what leaves it for the bank, what is contested."""

from urllib.error import HTTPError

import pytest
from stripe import InvalidRequestError

from tests.stripe_emulator.conftest import new_key
from tests.stripe_spec import load_spec

DAY = 86400


def types(emulator, prefix):
    return [event["type"] for event in emulator.objects("event") if event["type"].startswith(prefix)]


def euros(stripe):
    read = stripe.v1.balance.retrieve()
    return read.available[0].amount, read.pending[0].amount


def refund(stripe, intent, **params):
    return stripe.v1.refunds.create({"payment_intent": intent.id, **params}, new_key())


def test_money_is_pending_then_available_by_the_clock(stripe, emulator, paid_intent):
    paid_intent(cents=3500)
    assert euros(stripe) == (0, 3422)
    emulator.advance(3 * DAY)
    assert euros(stripe) == (3422, 0)
    assert stripe.v1.balance_transactions.list().data[0].status == "available"


def test_every_cent_of_the_balance_has_its_transaction(stripe, emulator, paid_intent, seller):
    intent, destination = paid_intent(cents=5000), seller()
    refund(stripe, intent, amount=1000)
    asked = {"currency": "eur", "destination": destination, "source_transaction": intent.latest_charge}
    transfer = stripe.v1.transfers.create({"amount": 2000, **asked}, new_key())
    stripe.v1.transfers.reversals.create(transfer.id, {"amount": 500}, new_key())
    emulator.dispute(intent=paid_intent(cents=700).id)
    moved = stripe.v1.balance_transactions.list({"limit": 100}).data
    assert {(row.type, row.net) for row in moved} == {
        ("charge", 4900),
        ("refund", -1000),
        ("transfer", -2000),
        ("transfer_refund", 500),
        ("charge", 700 - 36),
        ("adjustment", -700 - 1500),
    }
    assert sum(row.net for row in moved) == sum(euros(stripe))
    assert [row.source for row in stripe.v1.balance_transactions.list({"source": transfer.id})] == [transfer.id]


def test_the_totals_are_what_moved(stripe, emulator, paid_intent, seller):
    intent = paid_intent(cents=5000)
    refund(stripe, intent, amount=1000)
    asked = {"currency": "eur", "destination": seller(), "source_transaction": intent.latest_charge}
    transfer = stripe.v1.transfers.create({"amount": 2000, **asked}, new_key())
    stripe.v1.transfers.reversals.create(transfer.id, {"amount": 500}, new_key())
    paid_intent(cents=700, capture_method="manual")
    assert emulator.totals() == {
        "captured": 5000,
        "held": 700,
        "refunded": 1000,
        "fees": 100,
        "transferred": 2000,
        "reversed": 500,
        "disputed": 0,
        "paid_out": 0,
        "balance": sum(euros(stripe)),
    }


def test_a_capture_may_cost_another_fee(stripe, emulator, paid_intent):
    emulator.fault(on="fee", do="differ", cents=99)
    paid_intent()
    assert stripe.v1.balance_transactions.list().data[0].fee == 99
    paid_intent()
    assert stripe.v1.balance_transactions.list().data[0].fee == 78


def test_a_refund_may_be_on_its_way_and_fail(stripe, emulator, paid_intent):
    intent = paid_intent()
    emulator.fault(on="refund", do="pend", times=2)
    first, second = refund(stripe, intent, amount=1000), refund(stripe, intent, amount=500)
    assert (first.status, second.status) == ("pending", "pending")
    emulator.fault(on="refund", do="succeed", match=first.id)
    emulator.fault(on="refund", do="fail", match=second.id)
    assert stripe.v1.refunds.retrieve(first.id).status == "succeeded"
    failed = stripe.v1.refunds.retrieve(second.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_balance_transaction.net) == ("failed", 500)
    assert sum(euros(stripe)) == 3422 - 1000


def test_a_debit_may_come_back_after_it_succeeded(stripe, emulator, paid_intent):
    intent = paid_intent()
    emulator.fault(on="charge", do="fail", match=intent.latest_charge)
    read = stripe.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (read.status, read.amount_received, read.latest_charge.status) == ("requires_payment_method", 0, "failed")
    assert sum(euros(stripe)) == -78
    assert "charge.failed" in types(emulator, "charge.")


def test_a_dispute_takes_amount_and_fee_and_forbids_a_refund(stripe, emulator, paid_intent):
    intent = paid_intent()
    opened = emulator.dispute(intent=intent.id, reason="product_not_received")
    dispute = stripe.v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert (dispute.id, dispute.status, dispute.amount) == (opened["id"], "needs_response", 3500)
    assert (dispute.balance_transactions[0].net, dispute.balance_transactions[0].fee) == (-5000, 1500)
    assert stripe.v1.charges.retrieve(intent.latest_charge).disputed
    with pytest.raises(InvalidRequestError) as refused:
        refund(stripe, intent)
    assert refused.value.code == "charge_disputed"
    with pytest.raises(HTTPError, match="400"):
        emulator.dispute(intent=intent.id)
    assert types(emulator, "charge.dispute") == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_a_dispute_that_is_won_brings_the_amount_back_and_not_the_fee(stripe, emulator, paid_intent):
    intent = paid_intent()
    emulator.dispute(dispute=emulator.dispute(intent=intent.id)["id"], do="win")
    dispute = stripe.v1.disputes.list({"charge": intent.latest_charge}).data[0]
    assert (dispute.status, dispute.is_charge_refundable) == ("won", True)
    assert sum(row.net for row in dispute.balance_transactions) == -1500
    assert refund(stripe, intent).amount == 3500
    assert types(emulator, "charge.dispute")[2:] == [
        "charge.dispute.funds_reinstated",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]


def test_a_dispute_that_is_lost_is_over(stripe, emulator, paid_intent):
    intent = paid_intent()
    lost = emulator.dispute(intent=intent.id)["id"]
    assert emulator.dispute(dispute=lost, do="lose")["status"] == "lost"
    with pytest.raises(InvalidRequestError, match="charged back"):
        refund(stripe, intent)
    with pytest.raises(HTTPError, match="400"):
        emulator.dispute(dispute=lost, do="win")


def test_an_inquiry_moves_no_money(stripe, emulator, paid_intent):
    intent = paid_intent()
    asked = emulator.dispute(intent=intent.id, inquiry=True)
    assert (asked["status"], asked["balance_transactions"]) == ("warning_needs_response", [])
    assert refund(stripe, intent, amount=1).amount == 1
    assert emulator.dispute(dispute=asked["id"], do="close")["status"] == "warning_closed"


def test_a_payout_is_the_sum_of_its_transactions(stripe, emulator, paid_intent):
    refund(stripe, paid_intent(), amount=1000)
    paid_intent(cents=9600)
    emulator.advance(3 * DAY)
    paid_intent(cents=700)  # still pending: not in this payout
    made = emulator.payout()
    (payout,) = stripe.v1.payouts.list().data
    assert (payout.id, payout.status, payout.automatic) == (made["id"], "paid", True)
    assert payout.reconciliation_status == "completed"
    moved = stripe.v1.balance_transactions.list({"payout": payout.id, "limit": 100}).data
    assert [row.type for row in moved] == ["payout", "charge", "refund", "charge"]
    assert sum(row.net for row in moved if row.type != "payout") == payout.amount == -moved[0].net
    assert euros(stripe) == (0, 664)
    assert types(emulator, "payout") == ["payout.created", "payout.paid", "payout.reconciliation_completed"]
    with pytest.raises(HTTPError, match="400"):
        emulator.payout()


def test_a_payout_takes_two_days_if_it_is_to_wait(stripe, emulator, paid_intent):
    paid_intent()
    emulator.advance(3 * DAY)
    made = emulator.payout(wait=True)
    read = stripe.v1.payouts.retrieve(made["id"])
    assert (read.status, read.reconciliation_status) == ("in_transit", "in_progress")
    emulator.advance(2 * DAY)
    read = stripe.v1.payouts.retrieve(made["id"])
    assert (read.status, read.reconciliation_status) == ("paid", "completed")


def test_a_payout_that_fails_comes_back_and_goes_with_the_next(stripe, emulator, paid_intent):
    paid_intent()
    emulator.advance(3 * DAY)
    failed = emulator.payout(fails=True)
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    assert euros(stripe) == (3422, 0)
    again = emulator.payout()
    moved = stripe.v1.balance_transactions.list({"payout": again["id"]}).data
    assert [(row.type, row.net) for row in moved] == [("payout", -3422), ("payout_failure", 3422)]
    assert "payout.failed" in types(emulator, "payout")


def test_a_payout_may_hold_what_nobody_knows_and_hide_what_it_holds(stripe, emulator, paid_intent):
    paid_intent()
    emulator.advance(3 * DAY)
    made = emulator.payout(unknown=1234, fee=200, missing=True)
    assert made["amount"] == 3422 + 1234 - 200
    moved = stripe.v1.balance_transactions.list({"payout": made["id"]}).data
    assert [(row.type, row.net) for row in moved] == [("payout", -4456), ("adjustment", 1234), ("charge", 3422)]
    with pytest.raises(HTTPError, match="400"):
        emulator.payout(colour="red")


def test_the_objects_in_events_of_the_balance_are_as_described(emulator, stripe, paid_intent, seller):
    reads = {"dispute": "/v1/disputes/x", "payout": "/v1/payouts/x", "transfer": "/v1/transfers/x"}
    intent, destination = paid_intent(), seller()
    asked = {"currency": "eur", "destination": destination, "source_transaction": intent.latest_charge, "amount": 9}
    stripe.v1.transfers.reversals.create(stripe.v1.transfers.create(asked, new_key()).id, {}, new_key())
    paid_intent(cents=9000)
    emulator.dispute(dispute=emulator.dispute(intent=intent.id)["id"], do="win")
    emulator.advance(3 * DAY)
    emulator.payout()
    told = [event["data"]["object"] for event in emulator.objects("event")]
    seen = [subject for subject in told if subject["object"] in reads]
    assert {subject["object"] for subject in seen} == set(reads)
    for subject in seen:
        load_spec().find("GET", reads[subject["object"]])[0].check_response(subject)
