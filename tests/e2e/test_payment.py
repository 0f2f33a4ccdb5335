"""A payment that does not go as hoped: nothing is taken, one sentence says so, and there is a way on."""

import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
WORKSHOP = "roue-libre-wattrelos"


@pytest.fixture
def at_the_till(visitor):
    """Return `at_the_till(email)`: somebody who stands before the payment page."""

    def come(email: str, *, number: int = 0, **how):
        cyclist = visitor(**how)
        cyclist.knows_what("TYR-PUNCT")
        cyclist.looks_near("Wattrelos")
        cyclist.held = cyclist.takes_slot(WORKSHOP, number=number)
        cyclist.says_who(email)
        cyclist.orders()
        return cyclist

    return come


def test_declined_then_unconfirmed_then_given_up_then_paid(at_the_till, demonstration):
    cyclist = at_the_till("hugo@example.org", width=360)
    cyclist.look_closely()
    cyclist.at_the_payment_page("decline")
    cyclist.look_closely()
    expect(cyclist.page.get_by_role("alert")).not_to_be_empty()
    for outcome in ("fail", "abandon"):
        cyclist.at_the_payment_page("authenticate")
        cyclist.look_closely()
        cyclist.at_the_payment_page(outcome)
        expect(cyclist.page.get_by_role("alert")).not_to_be_empty()
    cyclist.page.locator("a[href]").last.click()  # back without paying
    cyclist.page.wait_for_url("**/option/**")
    cyclist.look_closely()
    cyclist.orders()
    cyclist.pays()
    assert demonstration.money_of(cyclist.number)["captured_cents"] > 0


def test_a_hold_that_ran_out_says_so_and_leads_back_to_the_slots(visitor, demonstration):
    cyclist = visitor(width=360)
    cyclist.knows_what("TYR-PUNCT")
    token = cyclist.takes_slot(WORKSHOP, number=3)
    demonstration.let_hold_run_out(token)
    cyclist.page.reload()
    cyclist.look_closely(status=410)
    cyclist.reads("Time is up: the slot is free again")
    cyclist.press("See the slots")
    cyclist.page.wait_for_url("**/creneaux/**")
    expect(cyclist.slots_of(WORKSHOP).first).to_be_visible()


def test_paying_late_still_seats_who_pays_when_the_slot_is_free(at_the_till, demonstration):
    cyclist = at_the_till("ines.k@example.org", number=4)
    keep_away_from_the_round()
    demonstration.let_hold_run_out(cyclist.held)
    cyclist.pays()
    cyclist.look_closely()
    cyclist.reads("Card, online")
    assert demonstration.money_of(cyclist.number)["refunded_cents"] == 0


def test_paying_late_gives_the_money_back_when_somebody_else_has_the_slot(at_the_till, visitor, demonstration):
    faster = visitor()
    faster.knows_what("TYR-PUNCT")
    faster.looks_near("Wattrelos")
    late = at_the_till("jules@example.org", number=5)
    keep_away_from_the_round()
    demonstration.let_hold_run_out(late.held)
    faster.takes_slot(WORKSHOP, number=5)  # the list that they had before

    late.pays()

    late.look_closely()
    money = demonstration.money_of(late.number)
    demonstration.wait_for_money(late.number, refunded_cents=money["captured_cents"])
    demonstration.letters_to("jules@example.org")


def keep_away_from_the_round():
    """The round of each minute closes the payment pages of holds that ran out: step in well before the next."""
    while datetime.now(UTC).second > 50 or datetime.now(UTC).second < 5:
        time.sleep(0.5)
