"""Lou says when she is there, on her phone: other hours from a day on, then a day away; nobody loses an appointment."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

pytestmark = pytest.mark.e2e
LOU = "lou-a-votre-porte"
CODE = "BRK-ADJ-RIM"
LILLE = ZoneInfo("Europe/Paris")


def starts_offered(cyclist) -> dict[date, list[int]]:
    """The hours at which her public page offers a start, by day."""
    cyclist.open(f"/creneaux/{LOU}/?i={CODE}&lieu=59000")  # who comes needs to know where
    starts: dict[date, list[int]] = {}
    for button in cyclist.page.locator("button.slot[name=debut]").all():
        there = datetime.fromisoformat(button.get_attribute("value")).astimezone(LILLE)
        starts.setdefault(there.date(), []).append(there.hour)
    return starts


def visits_to_come(lou) -> dict[date, set[str]]:
    """The numbers of those who come, by day."""
    lou.open(f"/atelier/{LOU}/a-venir/")
    days = {}
    for section in lou.page.locator("#coming section").all():
        day = date.fromisoformat(section.locator("h2 a").get_attribute("href")[-10:])
        days[day] = set(section.locator(".hangtag").all_inner_texts())
    return days


def numbers_in(page) -> set[str]:
    return set(re.findall(r"M\d{5}", page.locator("main").inner_text()))


def test_hours_change_and_nobody_loses_an_appointment(visitor):
    cyclist, lou = visitor(width=360), visitor(width=360)
    lou.becomes("lou")
    offered, booked = starts_offered(cyclist), visits_to_come(lou)
    begins = max(day for day in set(offered) & set(booked) if sum(len(booked[at]) for at in booked if at >= day) >= 2)
    outside = set().union(*(numbers for day, numbers in booked.items() if day >= begins))

    # An evening hour from Monday to Friday, from that day on: typed in the rows, without loading the page again
    lou.press("Hours")
    lou.look_closely()
    lou.press("Change the week")
    lou.look_closely()
    lou.fill("des", begins.isoformat())
    lou.press(lou.page.locator("#less-0-1"))
    lou.page.wait_for_selector("#less-0-1", state="detached")
    lou.fill("de-0-0", "20:00")
    lou.fill("a-0-0", "21:30")
    lou.press(lou.page.locator("#copy"))
    lou.page.wait_for_selector("#less-4-0")
    lou.look_closely()
    lou.press(lou.page.locator("#save"))
    lou.page.wait_for_selector("#confirm")
    lou.look_closely()
    assert numbers_in(lou.page) == outside
    assert starts_offered(cyclist) == offered  # nothing has changed yet

    lou.press(lou.page.locator("#confirm"))
    lou.page.wait_for_selector(".outside")
    lou.look_closely()
    assert set(lou.page.locator(".outside .hangtag").all_inner_texts()) == outside
    assert visits_to_come(lou) == booked
    lou.look_closely()
    changed = starts_offered(cyclist)
    assert {day: starts for day, starts in changed.items() if day < begins} == {
        day: starts for day, starts in offered.items() if day < begins
    }
    evening = {hour for day, hours in changed.items() if day >= begins for hour in hours}
    assert evening <= {20, 21}

    # Taken back: as before
    lou.press("Hours")
    lou.press(lou.page.locator("form[action$='/semaine/retirer/'] button"))
    lou.page.wait_for_selector(".outside", state="detached")
    assert starts_offered(cyclist) == offered

    # A day away: cyclists find nothing that day, and those who come are told about before
    lou.press(lou.page.locator("a[href*='/mecanos/'][href$='/exception/']"))
    lou.look_closely()
    lou.fill("du", begins.isoformat())
    lou.fill("motif", "Formation")
    lou.press("Save")
    lou.page.wait_for_selector("#confirm")
    assert numbers_in(lou.page) == booked[begins]
    lou.press(lou.page.locator("#confirm"))
    lou.page.wait_for_selector(".outside")
    assert begins not in starts_offered(cyclist)
    assert visits_to_come(lou) == booked

    lou.press("Hours")
    lou.press(lou.page.locator("form[action*='/mecanos/'][action$='/retirer/'] button"))
    lou.page.wait_for_selector(".outside", state="detached")
    assert starts_offered(cyclist) == offered
