"""The gallery in Chromium, at both widths and in both themes: nothing overflows, axe finds nothing, scripts work."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGES = ("/", "/en/?velo=electrique", "/atelier/", "/compte/login/", "/regle/")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_gallery_fits_and_axe_finds_nothing(gallery, live_server, look, width, theme):
    page = look(viewport={"width": width, "height": 900}, color_scheme=theme)
    for path in PAGES:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.faults == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], path
        page.faults.clear()  # axe itself asks for style sheets at odd addresses


def test_the_clock_runs_and_speaks_when_time_is_short(gallery, live_server, look):
    page = look()
    page.clock.install()
    page.goto(live_server.url)
    clock, spoken = page.locator(".holdbar .clock"), page.locator("[data-say]")
    assert clock.inner_text() == "9:42"
    page.clock.run_for(283_000)
    assert clock.inner_text() == "4:59"
    assert spoken.inner_text() == page.locator(".holdbar").get_attribute("data-say-300")
    page.clock.run_for(300_000)
    assert clock.inner_text() == "0:00"
    assert page.locator("[data-over]").is_visible()


def test_without_scripts_the_clock_says_until_when(gallery, live_server, look):
    page = look(java_script_enabled=False)
    page.goto(live_server.url)
    assert page.locator(".holdbar .clock").inner_text() == "jusqu’à 10 h 52"


def test_bicycle_or_e_bike_is_chosen_in_place_and_kept_in_every_link(gallery, live_server, look):
    page = look()
    page.goto(live_server.url)
    assert not page.locator("#ebike").is_visible()
    page.locator("[data-electric]").click()
    assert page.locator("#ebike").is_visible()
    assert page.url.endswith("?velo=electrique")
    assert "velo=electrique" in page.locator(".parts [data-part=saddle]").get_attribute("href")


def test_a_part_is_reached_by_keyboard_and_lights_its_word(gallery, live_server, look):
    page = look()
    page.goto(live_server.url)
    page.locator("#drivetrain").focus()
    assert "is-lit" in page.locator(".parts [data-part=drivetrain]").get_attribute("class")
    assert "is-lit" in page.locator(".tag[data-for=drivetrain]").get_attribute("class")
    page.keyboard.press("Enter")
    page.wait_for_url("**/diagnostic/?piece=drivetrain")


def test_the_map_needs_no_tiles_and_its_pins_lead_to_the_list(gallery, live_server, look):
    page = look(viewport={"width": 360, "height": 800})
    page.goto(live_server.url)
    assert not page.locator(".map").is_visible()
    page.locator(".found label", has_text="Carte").click()
    assert page.locator(".map .town-name").inner_text() == "Lille"
    page.locator(".map-pin", has_text="2").focus()
    page.keyboard.press("Enter")
    assert page.locator("#workshop-2 h2 a").evaluate("link => link === document.activeElement")
    assert not page.locator(".map").is_visible()


def test_a_live_region_fetches_itself_when_told_and_after_a_cut(gallery, live_server, look):
    page = look()
    page.clock.install()
    sockets = []
    page.route_web_socket("**/ws/atelier/", lambda socket: sockets.append(socket))
    page.goto(live_server.url + "/atelier/")
    region = page.locator("#waiting")
    assert region.inner_text() == "0"
    sockets[0].send('{"type": "changed"}')
    expect(region).to_have_text("01")
    sockets[0].close(code=1011)
    page.clock.run_for(5_000)
    expect(region).to_have_text("011")
    assert len(sockets) == 2


def test_a_closed_door_is_not_knocked_at_again(gallery, live_server, look):
    page = look()
    page.clock.install()
    sockets = []
    page.route_web_socket("**/ws/atelier/", lambda socket: sockets.append(socket))
    page.goto(live_server.url + "/atelier/")
    sockets[0].close(code=4403)
    page.clock.run_for(60_000)
    assert len(sockets) == 1
