"""What the emulator does with money, and what it refuses."""

import time

import pytest
from stripe import CardError, InvalidRequestError

from tests.stripe_emulator.conftest import new_key

HOUR, DAY = 3600, 86400


def types(emulator):
    return [event["type"] for event in emulator.objects("event")]


def test_a_payment_takes_the_amount_less_the_fee(stripe, paid_intent):
    intent = paid_intent(cents=3500)
    read = stripe.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge.balance_transaction"]})
    assert (read.status, read.amount_received) == ("succeeded", 3500)
    taken = read.latest_charge.balance_transaction
    assert (taken.amount, taken.fee, taken.net) == (3500, 78, 3422)  # 1.5 % of 35.00 is 52.5 cents, rounded up, plus 25


def test_a_hold_is_captured_in_part_and_once(stripe, paid_intent):
    intent = paid_intent(capture_method="manual")
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("requires_capture", 3500, 0)
    with pytest.raises(InvalidRequestError, match="greater than the capturable"):
        stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 3501}, new_key())
    captured = stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000}, new_key())
    assert (captured.status, captured.amount_received, captured.amount_capturable) == ("succeeded", 2000, 0)
    with pytest.raises(InvalidRequestError) as refused:
        stripe.v1.payment_intents.capture(intent.id, {}, new_key())
    assert refused.value.code == "payment_intent_unexpected_state"


def test_a_hold_is_released(stripe, emulator, paid_intent):
    intent = paid_intent(capture_method="manual")
    assert stripe.v1.payment_intents.cancel(intent.id, {}, new_key()).status == "canceled"
    with pytest.raises(InvalidRequestError, match="status of canceled"):
        stripe.v1.payment_intents.capture(intent.id, {}, new_key())
    assert "payment_intent.canceled" in types(emulator)


def test_a_hold_lapses_after_seven_days(stripe, emulator, paid_intent):
    intent = paid_intent(capture_method="manual")
    emulator.advance(7 * DAY - HOUR)
    assert stripe.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    emulator.advance(2 * HOUR)
    lapsed = stripe.v1.payment_intents.retrieve(intent.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")


def test_refunds_go_to_the_last_cent_and_no_further(stripe, paid_intent):
    intent = paid_intent(capture_method="manual")
    stripe.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000}, new_key())

    def refund(cents):
        stripe.v1.refunds.create({"payment_intent": intent.id, "amount": cents}, new_key())

    refund(1500)
    with pytest.raises(InvalidRequestError, match="greater than unrefunded"):
        refund(501)
    refund(500)
    with pytest.raises(InvalidRequestError) as refused:
        refund(1)
    assert refused.value.code == "charge_already_refunded"
    assert sum(row.amount for row in stripe.v1.refunds.list({"payment_intent": intent.id}).data) == 2000
    assert stripe.v1.charges.retrieve(intent.latest_charge).refunded


def test_a_refund_fails_later_and_can_be_made_again(stripe, emulator, paid_intent):
    intent = paid_intent()
    refund = stripe.v1.refunds.create({"payment_intent": intent.id}, new_key())
    emulator.fault(on="refund", do="fail", match=refund.id)
    assert stripe.v1.refunds.retrieve(refund.id).status == "failed"
    assert stripe.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    assert "refund.failed" in types(emulator)
    assert stripe.v1.refunds.create({"payment_intent": intent.id}, new_key()).amount == 3500


def test_what_is_only_held_is_not_refunded(stripe, paid_intent):
    intent = paid_intent(capture_method="manual")
    with pytest.raises(InvalidRequestError, match="not been captured"):
        stripe.v1.refunds.create({"payment_intent": intent.id}, new_key())


def test_transfers_stay_within_their_source(stripe, paid_intent, seller):
    charge = paid_intent().latest_charge
    asked = {"currency": "eur", "destination": seller(), "source_transaction": charge, "transfer_group": "g1"}
    transfer = stripe.v1.transfers.create({"amount": 3000, **asked}, new_key())
    with pytest.raises(InvalidRequestError, match="must not exceed the source amount"):
        stripe.v1.transfers.create({"amount": 501, **asked}, new_key())
    stripe.v1.transfers.reversals.create(transfer.id, {"amount": 1000}, new_key())
    with pytest.raises(InvalidRequestError, match="what is left"):
        stripe.v1.transfers.reversals.create(transfer.id, {"amount": 2001}, new_key())
    read = stripe.v1.transfers.list({"transfer_group": "g1"}).data[0]
    assert (read.id, read.amount_reversed, read.reversed) == (transfer.id, 1000, False)
    assert len(stripe.v1.transfers.reversals.list(transfer.id).data) == 1


def test_test_cards_pay_or_are_declined(stripe):
    asked = {"amount": 1000, "currency": "eur", "confirm": True}
    assert (
        stripe.v1.payment_intents.create({**asked, "payment_method": "pm_card_visa"}, new_key()).status == "succeeded"
    )
    with pytest.raises(CardError) as declined:
        stripe.v1.payment_intents.create({**asked, "payment_method": "pm_card_chargeDeclined"}, new_key())
    assert declined.value.code == "card_declined"


@pytest.mark.parametrize("minutes", [29, 24 * 60 + 1])
def test_a_session_stays_open_between_half_an_hour_and_a_day(open_session, minutes):
    with pytest.raises(InvalidRequestError, match="expires_at"):
        open_session(expires_at=int(time.time()) + minutes * 60)


def test_a_session_is_for_half_a_euro_at_least(open_session):
    with pytest.raises(InvalidRequestError, match="at least €0.50"):
        open_session(cents=49)


def test_a_session_expires_by_request_once(stripe, emulator, open_session):
    session = open_session()
    assert stripe.v1.checkout.sessions.expire(session.id, {}, new_key()).status == "expired"
    with pytest.raises(InvalidRequestError, match="can be expired"):
        stripe.v1.checkout.sessions.expire(session.id, {}, new_key())
    emulator.press(session.id)
    assert emulator.objects("payment_intent") == []


def test_a_session_expires_by_the_clock(stripe, emulator, open_session):
    session = open_session(expires_at=int(time.time()) + 31 * 60)
    emulator.advance(32 * 60)
    assert stripe.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert types(emulator) == ["checkout.session.expired"]


def test_lists_are_paged_newest_first(stripe, open_session):
    made = [open_session().id for _ in range(5)]
    first = stripe.v1.checkout.sessions.list({"limit": 2})
    assert [row.id for row in first.data] == made[:2:-1]
    assert [row.id for row in first.auto_paging_iter()] == made[::-1]
    older = stripe.v1.checkout.sessions.list({"limit": 100, "created": {"lt": first.data[0].created - HOUR}})
    assert older.data == []
