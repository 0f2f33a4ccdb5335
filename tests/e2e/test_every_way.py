"""The same main job without a mouse, without JavaScript, in the dark, signed in by a mailed code, and its weight."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
CAMILLE = "camille@moyeu.example"
MOST_INTERACTIONS = 10
MOST_BYTES = 150_000  # a first visit of a public page, without the map
MAP = re.compile(r"/leaflet|/communes\.json|/map\.[\w.]*(?:css|js)$")
PUBLIC = (
    "/", "/diagnostic/symptomes/?piece=brake-front", "/diagnostic/?piece=brake-front&s=BRK-03", "/prestations/",
    "/creneaux/?i=TYR-PUNCT&lieu=59650", "/creneaux/atelier-du-pave/?i=TYR-PUNCT", "/ateliers/",
    "/ateliers/atelier-du-pave/", "/collectif/comptes-ouverts/", "/vos-donnees/", "/conditions-de-vente/",
    "/classement/", "/mentions-legales/", "/accessibilite/", "/compte/login/", "/compte/login/code/", "/compte/signup/",
)  # fmt: skip


def test_by_keyboard_alone(visitor):
    cyclist = visitor()
    page, keyboard = cyclist.page, cyclist.page.keyboard
    cyclist.open("/")
    follow(cyclist, page.locator("svg a#brake-front"))
    follow(cyclist, page.locator("a.answer[href*=BRK-03]"))
    while "/resultat/" not in page.url:
        follow(cyclist, page.locator("button.answer").first)
    follow(cyclist, cyclist.named("See the slots"))
    cyclist.tabs_to(page.locator("[name=lieu]"))
    keyboard.type("59650")
    keyboard.press("Enter")
    expect(page.locator("#found [role=status]")).to_contain_text("km")
    follow(cyclist, cyclist.slots_of("les-rayons-libres").nth(1))
    for field, text in (("email", "karim@example.org"), ("phone", "06 12 34 56 78")):
        cyclist.tabs_to(page.locator(f"[name={field}]"))
        keyboard.type(text)
    cyclist.tabs_to(page.locator("[name=pay]").first)
    keyboard.press("ArrowDown")
    cyclist.tabs_to(page.locator("[name=work_may_begin_early]"))
    keyboard.press("Space")
    follow(cyclist, cyclist.named("Order with obligation to pay"))
    follow(cyclist, page.locator("button[value=pay]"))
    page.wait_for_url("**/rendez-vous/**")
    assert cyclist.number


def follow(cyclist, target):
    """Tab to a link or button, press Enter, and wait for the page that it leads to."""
    cyclist.tabs_to(target)
    with cyclist.page.expect_navigation():
        cyclist.page.keyboard.press("Enter")
    cyclist.page.wait_for_load_state("networkidle")


def test_without_javascript(visitor):
    cyclist = visitor(width=360, java_script_enabled=False)
    cyclist.open("/")
    cyclist.points_at("brake-front")
    cyclist.names_trouble("BRK-03")
    while "/resultat/" not in cyclist.page.url:
        cyclist.press(cyclist.page.locator("button.answer").first)
    cyclist.press("See the slots")
    cyclist.looks_near("59650")
    cyclist.takes_slot("les-rayons-libres", number=2)
    cyclist.says_who("lise@example.org")
    cyclist.orders()
    cyclist.pays()
    assert cyclist.number


def test_who_knows_what_they_need_has_paid_after_few_interactions(visitor):
    """Every press and every field counts."""
    cyclist = visitor(width=360)
    cyclist.open("/")
    cyclist.press(cyclist.page.locator("ul.chips a[href*='TYR-PUNCT']"))
    if not cyclist.page.locator("button.slot").count():
        cyclist.press("See the slots")
    take_the_earliest(cyclist, "mona@example.org")
    assert cyclist.presses + cyclist.fields <= MOST_INTERACTIONS


def test_who_does_not_know_has_paid_after_few_presses(visitor):
    """Four questions and three fields: what leads from page to page counts."""
    cyclist = visitor(width=360)
    cyclist.open("/")
    cyclist.points_at("brake-front")
    cyclist.names_trouble("BRK-03")
    cyclist.answers(closely=False)
    cyclist.press("See the slots")
    take_the_earliest(cyclist, "nils@example.org")
    assert cyclist.presses <= MOST_INTERACTIONS


def take_the_earliest(cyclist, email):
    cyclist.takes_slot("le-moulin-a-velos")
    cyclist.says_who(email)
    cyclist.orders()
    cyclist.pays()


@pytest.mark.parametrize("path", PUBLIC)
def test_a_first_visit_is_light_and_asks_nobody_else(visitor, demonstration, path):
    guest = visitor(width=360)
    network = guest.page.context.new_cdp_session(guest.page)
    network.send("Network.enable")
    urls, sizes = {}, {}
    network.on("Network.requestWillBeSent", lambda seen: urls.update({seen["requestId"]: seen["request"]["url"]}))
    network.on(
        "Network.loadingFinished", lambda seen: sizes.update({seen["requestId"]: int(seen["encodedDataLength"])})
    )

    guest.open(path)

    guest.look_closely()
    hosts = {urlsplit(url).netloc for url in urls.values() if not url.startswith("data:")}
    assert hosts == {urlsplit(demonstration.address).netloc}
    weights = {urls[key]: size for key, size in sizes.items() if not MAP.search(urlsplit(urls[key]).path)}
    assert sum(weights.values()) <= MOST_BYTES, sorted(weights.items(), key=lambda one: -one[1])[:6]


@pytest.mark.parametrize("path", ["/", "/creneaux/?i=TYR-PUNCT&lieu=59650", "/collectif/comptes-ouverts/"])
def test_in_the_dark(visitor, path):
    guest = visitor(language="en", color_scheme="dark")
    guest.open(path)
    guest.look_closely()


def test_signing_in_by_a_mailed_code(visitor, demonstration):
    camille = visitor(width=360)
    camille.open("/compte/login/")
    camille.look_closely()
    camille.press("Get a code by e-mail")
    camille.look_closely()
    before = len(demonstration.letters_to(CAMILLE, count=0))
    camille.fill("email", CAMILLE)
    camille.press("Send me the code")
    camille.look_closely()
    letter = demonstration.letters_to(CAMILLE, count=before + 1)[0]
    code = re.search(r"^\s*([A-Z0-9-]{6,7})\s*$", letter.text, re.MULTILINE)
    assert code, letter.text
    camille.fill("code", code[1])
    camille.press("Confirm")
    expect(camille.named("Sign out")).to_be_visible()
    camille.look_closely()
    camille.open("/mes-rendez-vous/")
    camille.look_closely()
    camille.knows_what("TYR-PUNCT")
    camille.takes_slot("atelier-du-pave", number=1)
    assert camille.page.locator("[name=email]").input_value() == CAMILLE


def test_the_demonstrations_post_can_be_read(visitor, demonstration):
    guest = visitor(width=360)
    guest.books("atelier-du-pave", "nora@example.org", number=4)
    demonstration.letters_to("nora@example.org")
    guest.open("/demonstration/courrier/")
    guest.look_closely()
    expect(guest.page.get_by_text("nora@example.org").first).to_be_visible()
