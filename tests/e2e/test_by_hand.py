"""A workshop that confirms by hand: the card is only authorised until it answers."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
LOU = "lou-a-votre-porte"


@pytest.fixture
def lou(visitor):
    person = visitor(width=360)
    person.becomes("lou")
    return person


def ask(person, email, *, number):
    """Ask for a slot of Lou's; the card is authorised, and the page says so."""
    asked = person.books(LOU, email, number=number)
    person.reads("Held on the card")
    return asked


def test_accepting_charges_the_card(visitor, demonstration, lou):
    cyclist = visitor()
    number = ask(cyclist, "amel@example.org", number=0)
    cyclist.look_closely()
    assert demonstration.money_of(number)["captured_cents"] == 0

    lou.open(f"/atelier/{LOU}/")
    lou.look_closely()
    lou.press(lou.page.locator(f"#waiting li:has(form[action*='/{int(number[1:])}/']) form button").first)
    lou.reads("Accepted. The customer has been told.")

    demonstration.letters_to("amel@example.org", count=2)
    cyclist.page.reload()
    cyclist.reads("Card, online")
    assert demonstration.money_of(number)["captured_cents"] > 0


def test_refusing_lets_the_money_go(visitor, demonstration, lou):
    cyclist = visitor()
    number = ask(cyclist, "bruno@example.org", number=1)

    lou.open(f"/atelier/rendez-vous/{int(number[1:])}/")
    lou.look_closely()
    lou.fill("reason", "Ma remorque est en panne ce jour-là.")
    lou.press(lou.page.locator("#refuse button"))
    lou.reads("Refused. The customer has been told, nothing is charged.")

    assert "remorque" in demonstration.letters_to("bruno@example.org", count=2)[0].text
    demonstration.wait_for_money(number, captured_cents=0, state="released")
    cyclist.page.reload()
    cyclist.look_closely()
    expect(cyclist.page.get_by_text("remorque")).to_be_visible()


def test_another_time_is_proposed_and_accepted(visitor, demonstration, lou):
    cyclist = visitor(language="en", width=360)
    number = ask(cyclist, "chloe@example.org", number=2)

    lou.open(f"/atelier/rendez-vous/{int(number[1:])}/autre-heure/")
    lou.look_closely()
    lou.press(lou.page.locator("button[name=debut]").nth(3))
    lou.reads("Proposed. The slot is kept while the customer answers; nothing moves before.")

    demonstration.letters_to("chloe@example.org", count=2)
    cyclist.page.reload()
    cyclist.press("See and answer")
    cyclist.look_closely()
    proposed = cyclist.page.locator("dd.moment").last.inner_text()
    cyclist.press("Take the new time")
    cyclist.look_closely()
    assert proposed.split(",")[0].lower() in cyclist.page.locator("main").inner_text().lower()
    demonstration.letters_to("chloe@example.org", count=3)
