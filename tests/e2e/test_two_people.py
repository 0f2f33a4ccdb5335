"""Two people, one slot: one has it; the other gets a sentence and three ways on."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
ONE_MECHANIC = "roue-libre-wattrelos"  # where two have one, both of these people would be served


def test_the_second_gets_one_sentence_and_three_alternatives(visitor):
    first, second = visitor(), visitor(width=360)
    for person in (first, second):
        person.knows_what("TYR-PUNCT")
        person.looks_near("59650")
    first.takes_slot(ONE_MECHANIC)

    second.press(second.slots_of(ONE_MECHANIC).first)

    second.look_closely(status=409)
    expect(second.page.get_by_role("alert")).to_have_count(1)
    others = second.page.locator(".picks button")
    expect(others).to_have_count(3)
    second.press(others.first)
    second.page.wait_for_url("**/option/*/")
    assert second.hold_token != first.hold_token


def test_ones_own_hold_does_not_hide_the_slot(visitor):
    person = visitor()
    person.knows_what("TYR-PUNCT")
    taken = person.slots_of("la-manivelle").first.get_attribute("value")
    person.takes_slot("la-manivelle")
    person.page.go_back()
    person.page.reload()
    assert person.slots_of("la-manivelle").first.get_attribute("value") == taken
