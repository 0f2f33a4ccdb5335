"""Events in our words: what each is about, whatever its kind; and bodies that are signed and are none."""

from datetime import UTC, datetime

import pytest

from collective.payments.gateway import read_event
from collective.payments.ports import BadPayload
from collective.payments.stripe_events import event_seen
from tests.collective.payments.test_receive import signed
from tests.stripe_emulator import running_emulator
from tests.stripe_emulator.conftest import ACCOUNT, client_of, new_key

CREATED = "2026-11-22T06:30:00.000Z"
THIN = {
    "id": "evt_1",
    "object": "v2.core.event",
    "type": "v2.core.account[configuration.recipient].capability_status_updated",
    "created": CREATED,
    "livemode": False,
    "context": None,
    "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"},
}
SNAPSHOT = {"id": "evt_1", "object": "event", "type": "charge.failed", "created": 1, "livemode": False}


def snapshot(subject, **fields):
    return SNAPSHOT | {"data": {"object": subject}} | fields


def test_a_thin_event_names_the_account_it_is_about():
    seen = event_seen(THIN)
    assert (seen.object_kind, seen.object_id, seen.account) == ("v2.core.account", "acct_1", "acct_1")
    assert (seen.created, seen.livemode) == (datetime(2026, 11, 22, 6, 30, tzinfo=UTC), False)
    assert (seen.intent_id, seen.charge_id, seen.reference) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "field"), [("payment_intent", "intent_id"), ("charge", "charge_id"), ("payout", "object_id")]
)
def test_a_thin_event_of_the_first_api_names_its_object(kind, field):
    about = {"id": "x_1", "type": kind, "url": "/v1/x"}
    assert getattr(event_seen(THIN | {"type": f"v1.{kind}.updated", "related_object": about}), field) == "x_1"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (
            {"object": "dispute", "id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1"},
            {"object_id": "dp_1", "charge_id": "ch_1", "intent_id": "pi_1", "object_kind": "dispute"},
        ),
        (
            {"object": "transfer", "id": "tr_1", "destination": "acct_1", "source_transaction": "ch_1"},
            {"object_id": "tr_1", "account": "acct_1", "charge_id": "ch_1", "intent_id": None},
        ),
        ({"object": "payout", "id": "po_1", "destination": None}, {"object_id": "po_1", "account": None}),
        ({"object": "account", "id": "acct_1"}, {"object_id": "acct_1", "account": "acct_1"}),
        ({"object": "balance"}, {"object_id": "", "account": None}),
        (
            {"object": "dispute", "id": "dp_1", "charge": {"id": "ch_1"}, "payment_intent": {"id": "pi_1"}},
            {"charge_id": "ch_1", "intent_id": "pi_1"},
        ),
        (
            {"object": "setup_intent", "id": "seti_1", "metadata": {"reference": "r1"}},
            {"object_id": "seti_1", "reference": "r1", "intent_id": None},
        ),
        ({"object": "charge", "id": "ch_1", "metadata": {"reference": 3}}, {"reference": None, "charge_id": "ch_1"}),
    ],
)
def test_a_snapshot_says_what_it_is_about(subject, expected):
    seen = event_seen(snapshot(subject))
    assert {name: getattr(seen, name) for name in expected} == expected


def test_the_account_an_event_happened_on_comes_first():
    assert event_seen(snapshot({"object": "payout", "id": "po_1"}, account="acct_9")).account == "acct_9"


@pytest.mark.parametrize(
    "payload",
    [
        "null",
        "3",
        '"event"',
        "[]",
        "{",
        '{"object": "event"}',
        '{"object": "event", "data": null}',
        '{"object": "event", "data": {"object": []}}',
        '{"object": "v2.core.event"}',
        '{"object": "v2.core.event", "id": "e", "type": "t", "livemode": false, "created": 3}',
        '{"object": "v2.core.event", "id": "e", "type": "t", "livemode": false, "created": "2026-11-22"}',
        '{"object": "v2.core.event", "id": "e", "type": "t", "livemode": false, "created": "x", "related_object": 3}',
        '{"object": "event", "id": "e", "type": "t", "livemode": false, "created": 1e99, "data": {"object": {}}}',
        '{"object": "event", "id": 3, "type": "t", "livemode": false, "created": 1, "data": {"object": {}}}',
        '{"object": "event", "id": "e\\u0000", "type": "t", "livemode": false, "created": 1, "data": {"object": {}}}',
        '{"object": "event", "id": "e", "type": "t", "livemode": false, "created": 1, "data": {"object": {"id": []}}}',
        '{"object": "event", "id": "%s", "type": "t", "livemode": false, "created": 1, "data": {"object": {}}}'
        % ("e" * 121),
        '{"object": "event", "id": "e", "type": "%s", "livemode": false, "created": 1, "data": {"object": {}}}'
        % ("t" * 81),
        "[" * 100_000,
    ],
)
def test_a_signed_body_that_is_no_event_is_told_apart_never_an_accident(payload):
    with pytest.raises(BadPayload):
        read_event(payload.encode(), signed(payload.encode()), ["whsec_emulator"])


def test_the_emulators_events_are_all_understood():
    with running_emulator() as emulator:
        client = client_of(emulator)
        account = client.v2.core.accounts.create(ACCOUNT, new_key())
        emulator.set_account(account.id, status="active")
        card = {"amount": 5000, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa"}
        intent = client.v1.payment_intents.create(card, new_key())
        sent = {"amount": 9, "currency": "eur", "destination": account.id, "source_transaction": intent.latest_charge}
        client.v1.transfers.create(sent, new_key())
        emulator.dispute(intent=client.v1.payment_intents.create(card, new_key()).id)
        emulator.advance(3 * 86400)
        emulator.payout(unknown=2000)
        seen = [event_seen(event) for kind in ("event", "v2.core.event") for event in emulator.objects(kind)]
    kinds = {event.object_kind for event in seen}
    assert kinds == {"payment_intent", "charge", "transfer", "dispute", "payout", "v2.core.account"}
    assert all(event.object_id for event in seen)
