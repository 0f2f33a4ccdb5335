"""A workshop is set up in a browser: days are sold, a tool is shared, a tour is looked at, a visit tried elsewhen."""

import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
PAVE, LOU = "atelier-du-pave", "lou-a-votre-porte"
STOCK = (
    "SELECT COUNT(*) FROM collective_freeday JOIN collective_resource r ON r.id = resource_id"
    " JOIN collective_workshop w ON w.id = r.workshop_id WHERE r.kind = 'drop_off' AND longest > 0 AND w.slug = ?"
)


def days_on_sale(demonstration, slug):
    with closing(sqlite3.connect(demonstration.folder / "demo.sqlite3", timeout=20)) as database:
        return database.execute(STOCK, (slug,)).fetchone()[0]


def test_the_owner_sells_days_from_the_settings(visitor, demonstration):
    moussa = visitor(width=360)
    moussa.becomes("moussa")
    moussa.press(moussa.page.locator(".rail-more summary"))  # what is opened less often stands under “More”
    moussa.press(moussa.page.locator(".rail-more").get_by_role("link", name=moussa.words("Settings")))
    moussa.page.wait_for_url(f"**/{PAVE}/reglages/")
    for page in ("", "equipe/", "postes/", "prestations/", "depots/"):
        moussa.open(f"/atelier/{PAVE}/reglages/{page}")
        moussa.look_closely()
    moussa.page.locator("[name=is_on]").check()
    moussa.fill("storage_places", "999999")
    moussa.page.locator("main form").evaluate("form => form.noValidate = true")
    moussa.page.locator("[name=storage_places]").press("Enter")
    fault = moussa.page.locator("main .notice.error")
    expect(fault).to_be_focused()
    moussa.look_closely(status=400)
    moussa.press(fault.get_by_role("link"))
    expect(moussa.page.locator("[name=storage_places]")).to_be_focused()
    moussa.fill("storage_places", "5")
    moussa.press("Keep")
    moussa.reads("Kept. What is booked already stays as it was promised.")
    expect(moussa.page.locator("[name=is_on]")).to_be_checked()
    assert days_on_sale(demonstration, PAVE) > 0


def test_a_mechanic_looks_and_changes_nothing(visitor):
    ines = visitor(language="en")
    ines.becomes("ines")
    ines.open(f"/atelier/{PAVE}/reglages/")
    ines.look_closely()
    ines.reads("You may look; only the owner of this workshop changes its settings.")
    assert ines.page.locator("main form button").count() == 0


def test_lou_opens_her_tour_and_tries_another_hour(visitor):
    lou = visitor()
    lou.becomes("lou")
    lou.open(f"/atelier/{LOU}/tournee/")
    for _day in range(14):
        if lou.page.locator(".stop-body").count() > 1:
            break
        lou.press("The day after")
    lou.look_closely()
    stops = lou.page.locator(".stop-body").count()
    assert stops > 1
    expect(lou.page.locator("[data-tour] .map-pin")).to_have_count(stops)
    lou.press(lou.page.locator(".stop-body").last.get_by_role("link", name=lou.words("Another time")))
    lou.look_closely()
    lou.press(lou.page.locator("#move .chips a").first)
    expect(lou.page.locator(".moved-here")).to_have_count(1)
    lou.look_closely()


def test_the_zone_is_drawn_as_it_is_typed(visitor):
    lou = visitor(width=360)
    lou.becomes("lou")
    lou.open(f"/atelier/{LOU}/reglages/zone/")
    lou.look_closely()
    communes = lou.page.locator("[name=communes]").input_value().splitlines()
    expect(lou.page.locator("[data-zone] path.zone")).to_have_count(len(communes))
    lou.page.locator("[name=way][value=area]").check()
    lou.fill("area", "50.60, 3.00\n50.60, 3.10\n50.68, 3.10\n50.68, 3.00")
    expect(lou.page.locator(".zone-corner")).to_have_count(4)
    lou.press("Keep")
    lou.reads("Kept. Whoever has booked is visited wherever they are.")
    expect(lou.page.locator(".zone-corner")).to_have_count(4)

    # As it was, for who books her after this test
    lou.page.locator("[name=way][value=communes]").check()
    lou.fill("communes", "\n".join(communes))
    lou.press("Keep")
    expect(lou.page.locator("[data-zone] path.zone")).to_have_count(len(communes))


def test_the_coordinator_looks_at_the_tools(visitor):
    ines = visitor(width=360)
    ines.becomes("ines")
    ines.open("/collectif/outils/")
    ines.look_closely()
    ines.press("Add a tool")
    ines.page.locator("[name=kind]").select_option("truing_stand")
    ines.fill("name", "Centreur de Lou")
    ines.page.locator("[name=home]").select_option(LOU)
    ines.look_closely()
    ines.press("Add")
    ines.reads("Added. Workshops can borrow it from now on.")
    ines.look_closely()
