"""After booking: move, cancel, withdraw, come back by the wrong way."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e
PAVE = "atelier-du-pave"
AMOUNT = re.compile(r"(\d+)[.,](\d\d)")


def cents(text):
    euros, rest = AMOUNT.search(text).groups()
    return int(euros) * 100 + int(rest)


def test_move_then_cancel_gives_back_what_was_shown(visitor, demonstration):
    cyclist = visitor(width=360)
    number = cyclist.books("le-moulin-a-velos", "dora@example.org")
    before = cyclist.page.locator("#when").inner_text()
    link = cyclist.page.url.partition("?")[0]

    cyclist.press("Move")
    cyclist.look_closely()
    cyclist.press(cyclist.page.locator("button.slot").nth(4))
    cyclist.page.wait_for_url(link)
    cyclist.look_closely()
    assert cyclist.page.locator("#when").inner_text() != before

    cyclist.press("Cancel")
    cyclist.look_closely()
    shown = cents(cyclist.page.locator("dl .sum dd").inner_text())
    assert shown == demonstration.money_of(number)["captured_cents"] > 0
    cyclist.press("Yes, cancel")
    cyclist.page.wait_for_url(link)
    cyclist.look_closely()
    demonstration.wait_for_money(number, refunded_cents=shown)
    letters = demonstration.letters_to("dora@example.org", count=3)
    assert all([name for name in letter.files if name.endswith(".ics")] for letter in letters)


def test_withdrawing_takes_two_steps_and_gives_everything_back(visitor, demonstration):
    cyclist = visitor()
    number = cyclist.books("le-moulin-a-velos", "emile@example.org", number=2)
    paid = demonstration.money_of(number)["captured_cents"]

    cyclist.press("Withdraw from the contract here")
    cyclist.look_closely()
    cyclist.press(cyclist.page.locator("button[name=etape][value=declarer]"))
    cyclist.look_closely()
    assert demonstration.money_of(number)["refunded_cents"] == 0
    cyclist.press(cyclist.page.locator("button[name=etape][value=confirmer]"))
    cyclist.page.wait_for_url(re.compile(r"/rendez-vous/[^/]+/$"))
    cyclist.look_closely()
    demonstration.wait_for_money(number, refunded_cents=paid)
    demonstration.letters_to("emile@example.org", count=2)


def test_a_forged_link_opens_nothing_and_says_so(visitor):
    stranger = visitor(width=360)
    stranger.open("/rendez-vous/bm90IG91cnM/")
    stranger.look_closely(status=404)
    expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()


def test_back_after_paying_leads_to_the_appointment(visitor, demonstration):
    cyclist = visitor()
    cyclist.knows_what("TYR-PUNCT")
    cyclist.takes_slot(PAVE)
    hold = cyclist.page.url
    cyclist.says_who("fanny@example.org")
    cyclist.orders()
    payment_page = cyclist.page.url
    cyclist.pays()
    number = cyclist.number

    cyclist.page.goto(hold)
    assert cyclist.number == number
    cyclist.page.goto(payment_page)
    cyclist.look_closely()
    expect(cyclist.page.locator("button[name=outcome]")).to_have_count(0)
    money = demonstration.money_of(number)
    assert money["captured_cents"] > money["refunded_cents"] == 0


def test_two_tabs_pay_once(visitor, demonstration):
    cyclist = visitor()
    cyclist.knows_what("TYR-PUNCT")
    cyclist.takes_slot(PAVE, number=1)
    second = cyclist.another_tab()
    second.page.goto(cyclist.page.url)
    for tab in (cyclist, second):
        tab.says_who("gaelle@example.org")
        tab.orders()
    cyclist.pays()
    number = cyclist.number
    paid = demonstration.money_of(number)["captured_cents"]

    if second.page.locator("button[value=pay]").count():
        second.pays()

    assert second.number == number
    assert demonstration.money_of(number)["captured_cents"] == paid
