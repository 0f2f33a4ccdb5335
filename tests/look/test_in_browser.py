"""The gallery in Chromium, at the two widths and in the two themes: nothing overflows, axe finds nothing, scripts work."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PAGES = ("/", "/?velo=electrique", "/atelier/", "/compte/login/", "/regle/")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    path = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **path, "args": ["--no-sandbox", "--disable-gpu", "--disable-quic"]}


@pytest.fixture(autouse=True)
def _playwright_runs_a_loop(monkeypatch):
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_gallery_fits_and_axe_finds_nothing(gallery, live_server, new_context, width, theme):
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="fr-FR").new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for path in PAGES:
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == [], path
    assert faults == []


def test_the_clock_runs_and_speaks_when_time_is_short(gallery, live_server, page):
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


def test_bicycle_or_e_bike_is_chosen_in_place_and_kept_in_every_link(gallery, live_server, page):
    page.goto(live_server.url)
    assert not page.locator("#ebike").is_visible()
    page.locator("[data-electric]").click()
    assert page.locator("#ebike").is_visible()
    assert page.url.endswith("?velo=electrique")
    assert "velo=electrique" in page.locator(".parts [data-part=saddle]").get_attribute("href")


def test_a_part_is_reached_by_keyboard_and_lights_its_word(gallery, live_server, page):
    page.goto(live_server.url)
    page.locator("#drivetrain").focus()
    assert "is-lit" in page.locator(".parts [data-part=drivetrain]").get_attribute("class")
    assert page.locator(".tag[data-for=drivetrain]").evaluate("tag => tag.classList.contains('is-lit')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/diagnostic/?piece=drivetrain")
