"""Money's other ways: a quote and the rest online, a card held or saved, and the pages that say where it all goes."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
PAVE = "atelier-du-pave"


@pytest.mark.parametrize(("language", "width"), [("fr", 360), ("en", 1440)])
def test_a_quote_is_agreed_to_and_the_rest_is_paid_online(visitor, demonstration, language, width):
    cyclist, moussa = visitor(language=language, width=width), visitor(language=language, width=width)
    number = cyclist.books(PAVE, f"gaston-{language}@example.org", code="TYR-PUNCT", number=3 + width // 1000)
    demonstration.bring_to_today(number)
    quote(moussa, number, labour="30")
    cyclist.page.reload()
    cyclist.look_closely()
    cyclist.press("See and answer")
    cyclist.look_closely()
    cyclist.press(cyclist.page.locator("button[name=reponse][value=oui]"))
    cyclist.page.wait_for_url("**/rendez-vous/**")
    cyclist.look_closely()
    cyclist.press("Pay the rest online")
    cyclist.look_closely()
    cyclist.press(cyclist.page.locator("main form button").last)
    cyclist.pays()
    cyclist.look_closely()
    finish_with_nothing_left(moussa, number)
    cyclist.page.reload()
    cyclist.look_closely()
    expect(cyclist.page.locator("main").get_by_text("F2026-").first).to_be_visible()


def quote(moussa, number, *, labour):
    moussa.becomes("moussa")
    moussa.open(f"/atelier/rendez-vous/{int(number[1:])}/devis/")
    moussa.look_closely()
    moussa.page.locator("input[name^=labour-]").first.fill(labour)
    moussa.fill("reason", "Le pneu est fendu sur tout le flanc.")
    moussa.press("Send the quote")
    moussa.page.wait_for_url(f"**/rendez-vous/{int(number[1:])}/")
    moussa.look_closely()


def finish_with_nothing_left(moussa, number):
    moussa.open(f"/atelier/rendez-vous/{int(number[1:])}/")
    moussa.press(moussa.page.get_by_role("button", name=moussa.words("Done")))
    moussa.reads("Done, and in the books.")
    moussa.look_closely()


def test_a_card_is_held_and_nothing_is_taken(visitor, demonstration):
    cyclist = visitor(width=360)
    cyclist.knows_what("TYR-PUNCT")
    cyclist.looks_near("Armentières")
    cyclist.takes_slot("cycles-de-la-lys")
    cyclist.look_closely()
    cyclist.says_who("odile@example.org")
    cyclist.orders()
    cyclist.look_closely()
    cyclist.pays()
    cyclist.look_closely()
    assert demonstration.money_of(cyclist.number)["captured_cents"] == 0


MOUSSAS = ("gains/", "encaissements/", "reglages/paiement/", "reglages/prix/")
INES = (
    "comptes/concordance/",
    "virements/",
    "factures/",
    "caisse/",
    "minutes/",
)


@pytest.mark.parametrize(("language", "width"), [("fr", 360), ("en", 1440)])
def test_pages_that_say_where_the_money_goes(visitor, language, width):
    moussa = visitor(language=language, width=width)
    moussa.becomes("moussa")
    for page in MOUSSAS:
        moussa.open(f"/atelier/{PAVE}/{page}")
        moussa.look_closely()
    ines = visitor(language=language, width=width)
    ines.becomes("ines")
    for page in INES:
        ines.open(f"/collectif/{page}")
        ines.look_closely()
