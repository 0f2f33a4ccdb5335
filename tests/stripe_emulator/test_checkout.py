"""The hosted payment page, as a browser without scripts sees it."""

import urllib.request
from urllib.error import HTTPError

import pytest


def page(url, language="fr"):
    request = urllib.request.Request(url, headers={"Accept-Language": language})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode(), answer.headers


def test_the_page_says_that_it_is_simulated_and_what_is_paid(open_session):
    status, text, headers = page(open_session(cents=123450).url)
    assert status == 200
    for words in ("Paiement simulé", "1\u202f234,50\u00a0€", "camille@exemple.fr", "http://127.0.0.1:9/retour"):
        assert words in text
    assert "Frein &lt;b&gt;avant&lt;/b&gt;" in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in text


@pytest.mark.parametrize(
    ("locale", "browser", "words"),
    [("en", "fr", "Simulated payment"), ("auto", "en-GB", "Simulated payment"), ("auto", "de", "Paiement simulé")],
)
def test_the_page_speaks_the_session_language(open_session, locale, browser, words):
    assert words in page(open_session(locale=locale).url, browser)[1]


def test_a_hold_is_authorised_not_paid(open_session):
    text = page(open_session(capture_method="manual").url)[1]
    assert "Autoriser" in text
    assert "Payer" not in text


def test_paying_leads_back_to_the_shop_once(stripe, emulator, open_session):
    session = open_session()
    back = f"http://127.0.0.1:9/merci?session={session.id}"
    assert emulator.press(session.id) == back
    assert emulator.press(session.id) == back
    assert len(emulator.objects("charge")) == 1
    read = stripe.v1.checkout.sessions.retrieve(session.id)
    assert (read.status, read.payment_status, read.url) == ("complete", "paid", None)
    assert "C’est déjà réglé" in page(session.url)[1]


@pytest.mark.parametrize("outcome", ["decline", "fail", "abandon"])
def test_after_a_failure_the_person_can_pay_again(stripe, emulator, open_session, outcome):
    session = open_session()
    again = emulator.url + emulator.press(session.id, outcome)
    assert "vous pouvez réessayer" in page(again)[1]
    assert "vous pouvez réessayer" not in page(session.url)[1]
    assert stripe.v1.checkout.sessions.retrieve(session.id).status == "open"
    emulator.press(session.id)
    assert len(emulator.objects("payment_intent")) == 1
    assert stripe.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_the_bank_asks_for_confirmation(emulator, open_session):
    session = open_session()
    text = page(emulator.url + emulator.press(session.id, "authenticate"))[1]
    assert "Confirmer auprès de la banque" in text
    assert emulator.objects("charge") == []


def test_an_expired_session_says_so_and_takes_nothing(stripe, emulator, open_session):
    session = open_session()
    emulator.advance(25 * 3600)
    text = page(session.url)[1]
    assert "Cette page de paiement est fermée" in text
    assert "http://127.0.0.1:9/retour" in text
    emulator.press(session.id)
    assert emulator.objects("charge") == []


def test_an_unknown_session_is_not_found(emulator):
    status, text, _ = page(f"{emulator.url}/c/pay/cs_test_nobody")
    assert status == 404
    assert "introuvable" in text
