"""The main job: from a symptom to a paid repair, seen at the mechanic's and in the collective's books."""

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "frein.jpg"
    Image.new("RGB", (1200, 900), "#8a5a3b").save(path)
    return path


@pytest.mark.parametrize(("language", "width", "place"), [("fr", 360, "59650"), ("en", 1440, "villeneuve dascq")])
def test_from_a_symptom_to_the_books(visitor, demonstration, photo, language, width, place):
    cyclist = visitor(language=language, width=width)
    moussa = visitor(language=language, width=width)
    moussa.becomes("moussa")
    moussa.open("/atelier/atelier-du-pave/a-venir/")
    moussa.look_closely()
    email = f"nadia-{language}-{width}@example.org"

    number = book_after_diagnosis(cyclist, email, place=place, photo=photo)
    mail_says(demonstration, email, number)

    expect(moussa.visit(number)).to_be_visible()  # by itself, without another page
    demonstration.bring_to_today(number)
    finish(moussa, number)
    read_in_the_books(visitor(language=language, width=width), number)


def book_after_diagnosis(cyclist, email, *, place, photo):
    cyclist.open("/")
    cyclist.look_closely()
    cyclist.points_at("brake-front")
    cyclist.look_closely()
    cyclist.names_trouble("BRK-03")
    cyclist.answers()
    cyclist.look_closely()
    cyclist.tells_more("Depuis la pluie de mardi, seulement en descente.", photo)
    cyclist.press("See the slots")
    cyclist.page.wait_for_url("**/creneaux/**")
    cyclist.look_closely()
    cyclist.looks_near(place)
    cyclist.look_closely()
    cyclist.takes_slot("atelier-du-pave")
    cyclist.look_closely()
    cyclist.says_who(email)
    cyclist.orders()
    cyclist.look_closely()
    cyclist.pays()
    cyclist.look_closely()
    return cyclist.number


def mail_says(demonstration, email, number):
    letter = demonstration.letters_to(email)[0]
    assert number in letter.text
    assert number in letter.html
    assert [name for name in letter.files if name.endswith(".ics")]


def finish(moussa, number):
    moussa.open("/atelier/atelier-du-pave/")
    moussa.look_closely()
    moussa.press(moussa.visit(number).get_by_role("link").first)
    moussa.look_closely()
    expect(moussa.page.locator(".photos img")).to_be_visible()
    moussa.press(moussa.page.get_by_role("button", name=moussa.words("Done")))
    moussa.reads("Done, and in the books.")
    moussa.look_closely()


def read_in_the_books(ines, number):
    ines.becomes("ines")
    ines.open("/collectif/comptes/")
    ines.look_closely()
    ines.open("/collectif/comptes/ecritures/")
    ines.look_closely()
    entry = ines.page.get_by_role("link", name=number)
    assert entry.count() >= 2
    ines.press(entry.first)
    ines.look_closely()
