"""Saved cards: kept on a page, charged without their holder, and what each test card does then."""

import pytest
from stripe import CardError, InvalidRequestError

from tests.stripe_emulator.conftest import new_key
from tests.stripe_emulator.test_checkout import page

HOUR, DAY = 3600, 86400
GOOD, ASKS_ONCE, ASKS_ALWAYS = "4242424242424242", "4000002500003155", "4000002760003184"
MASTERCARD = "5555555555554444"


@pytest.fixture
def setup_page(stripe):
    def opened(**params):
        customer = stripe.v1.customers.create({"email": "camille@exemple.fr"}, new_key())
        asked = {
            "mode": "setup",
            "currency": "eur",
            "customer": customer.id,
            "success_url": "http://127.0.0.1:9/merci?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/retour",
            "locale": "fr",
        }
        return stripe.v1.checkout.sessions.create(asked | params, new_key())

    return opened


@pytest.fixture
def saved(stripe, emulator, setup_page):
    """Save a card; return (customer id, payment method id)."""

    def save(number=GOOD):
        session = setup_page()
        emulator.press(session.id, "confirm", card=number)
        read = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
        return read.customer, read.setup_intent.payment_method.id

    return save


@pytest.fixture
def charge(stripe):
    def charged(customer, method, **params):
        asked = {"amount": 3500, "currency": "eur", "confirm": True, "off_session": True}
        return stripe.v1.payment_intents.create(
            {**asked, "customer": customer, "payment_method": method, "expand": ["latest_charge"], **params}, new_key()
        )

    return charged


def test_a_card_is_saved_on_a_page_and_nothing_is_taken(stripe, emulator, setup_page):
    session = setup_page()
    assert emulator.press(session.id) == f"http://127.0.0.1:9/merci?session={session.id}"
    read = stripe.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (read.status, read.payment_status, read.amount_total) == ("complete", "no_payment_required", None)
    assert (read.setup_intent.status, read.setup_intent.payment_method.card.last4) == ("succeeded", "4242")
    assert emulator.objects("payment_intent") == []
    assert [event["type"] for event in emulator.objects("event")][1:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize(
    ("locale", "words"), [("fr", ["Enregistrer ma carte", "0,00\u00a0€"]), ("en", ["Save my card", "€0.00"])]
)
def test_the_page_says_that_nothing_is_taken(setup_page, locale, words):
    text = page(setup_page(locale=locale).url)[1]
    for word in words:
        assert word in text
    assert "4000002760003184" in text


def test_a_card_whose_bank_asks_is_saved_after_its_confirmation(stripe, emulator, setup_page):
    session = setup_page()
    where = emulator.press(session.id, card=ASKS_ONCE)
    assert where == f"/c/authenticate/{session.id}?card={ASKS_ONCE}"
    assert ASKS_ONCE in page(emulator.url + where)[1]
    for outcome in ("fail", "abandon"):
        assert emulator.press(session.id, outcome) == f"/c/pay/{session.id}?after={outcome}"
    assert stripe.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert emulator.objects("payment_method") == []
    emulator.press(session.id, "confirm", card=ASKS_ONCE)
    assert emulator.objects("payment_method")[0]["card"]["last4"] == "3155"


def test_a_card_that_is_declined_is_not_saved(stripe, emulator, setup_page):
    session = setup_page()
    assert emulator.press(session.id, card="4000000000000002").endswith("?after=decline")
    assert stripe.v1.setup_intents.retrieve(session.setup_intent).last_setup_error.code == "card_declined"
    assert emulator.objects("payment_method") == []


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"line_items": [{"price_data": {"currency": "eur", "unit_amount": 1}}]}, "line_items"),
        ({"customer": "cus_nobody"}, "No such customer"),
    ],
)
def test_what_no_setup_has_is_refused(setup_page, params, complaint):
    with pytest.raises(InvalidRequestError, match=complaint):
        setup_page(**params)


@pytest.mark.parametrize("number", [GOOD, ASKS_ONCE, MASTERCARD])
def test_a_saved_card_pays_without_its_holder(saved, charge, number):
    intent = charge(*saved(number))
    assert (intent.status, intent.amount_received, intent.latest_charge.captured) == ("succeeded", 3500, True)


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        (ASKS_ALWAYS, "authentication_required", "authentication_required"),
        ("4000000000000341", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
    ],
)
def test_a_decline_leaves_its_intent(stripe, saved, charge, number, code, decline_code):
    with pytest.raises(CardError) as declined:
        charge(*saved(number), metadata={"reference": "r1"})
    assert declined.value.http_status == 402
    told = declined.value.json_body["error"]
    assert (told["code"], told["decline_code"]) == (code, decline_code)
    left = stripe.v1.payment_intents.retrieve(told["payment_intent"]["id"])
    assert (left.status, left.metadata.reference, left.last_payment_error.code) == (
        "requires_payment_method",
        "r1",
        code,
    )


def test_a_card_of_another_person_or_forgotten_does_not_pay(stripe, saved, charge):
    customer, method = saved()
    other, _ = saved()
    with pytest.raises(InvalidRequestError, match="does not have a payment method"):
        charge(other, method)
    assert stripe.v1.payment_methods.detach(method, {}, new_key()).customer is None
    with pytest.raises(InvalidRequestError, match="does not have a payment method"):
        charge(customer, method)
    with pytest.raises(InvalidRequestError, match="not attached"):
        stripe.v1.payment_methods.detach(method, {}, new_key())


@pytest.mark.parametrize(
    ("number", "params", "lasts"),
    [
        (GOOD, {}, 4 * DAY + 18 * HOUR),
        (GOOD, {"off_session": False}, 7 * DAY),
        (MASTERCARD, {}, 7 * DAY),
    ],
)
def test_a_hold_lasts_by_card_and_by_who_is_there(emulator, stripe, saved, charge, number, params, lasts):
    intent = charge(*saved(number), capture_method="manual", **params)
    until = intent.latest_charge.payment_method_details.card.capture_before
    assert until - intent.latest_charge.created == lasts
    emulator.advance(lasts - HOUR)
    assert stripe.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    emulator.advance(HOUR + 1)
    assert stripe.v1.payment_intents.retrieve(intent.id).status == "canceled"


@pytest.mark.parametrize(
    ("number", "where"), [("4000000000009995", "?after=decline"), (ASKS_ALWAYS, "authenticate"), (GOOD, "merci")]
)
def test_on_the_payment_page_too_a_card_does_what_it_has_in_store(emulator, open_session, number, where):
    assert where in emulator.press(open_session().id, card=number)
