"""The sheet of a repair: what is paid for it, at once and later, by one means after the other, without any script."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from booking.appointments.links import manage_link
from booking.jobs.settle import bill_of
from booking.tenders.bill import left_cents
from booking.tenders.models import Claim, Receipt, Tender, Voucher
from collective.members.models import Membership
from collective.workshops.models import Staff
from tests.booking.web.workshop.conftest import browser
from tests.factories import MembershipFactory, StaffFactory, UserFactory


def door(name, *args):
    return reverse(f"web:{name}", args=args)


def said(answer):
    """The last thing that was said: nobody reads the pages in between, which would clear the others."""
    return ([""] + [str(message) for message in get_messages(answer.wsgi_request)])[-1]


@pytest.fixture
def owner(workshop):
    return browser(StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user)


@pytest.fixture
def unpaid(begun, inside):
    """6 € were paid online, 14 are left."""
    inside.post(door("visit_finish", begun.pk), {"means": "later"})
    begun.refresh_from_db()
    return begun


def settle(client, appointment, means, amount="", **more):
    sent = {"means": means, "amount": amount, "key": f"{means}-{amount}"} | more
    return client.post(door("visit_settle", appointment.pk), sent)


def left(appointment):
    return left_cents(bill_of(appointment))


def test_each_post_records_one_means_and_shows_what_is_left(unpaid, inside):
    assert said(settle(inside, unpaid, "cash", "5,00", given="20"))
    assert said(settle(inside, unpaid, "cheque", "4", number="0001234", bank="La Nef", note="de sa mère"))
    assert left(unpaid) == 500
    page = inside.get(door("visit", unpaid.pk))
    body = page.content.decode()
    for words in ("0001234", "La Nef", "de sa mère"):
        assert words in body
    assert page.context["visit"].left_cents == 500
    assert [row.cents for row in page.context["paid"]] == [600, 500, 400]
    settle(inside, unpaid, "terminal")  # all that is left
    assert left(unpaid) == 0
    assert 'id="amount"' not in inside.get(door("visit", unpaid.pk)).content.decode()


def test_a_double_click_on_the_form_of_the_page(unpaid, inside):
    key = re.search(r'name="key" value="(\w+)"', inside.get(door("visit", unpaid.pk)).content.decode())[1]
    for _press in range(2):
        assert settle(inside, unpaid, "cash", "5", key=key).status_code == 302
    assert left(unpaid) == 900


def test_done_twice_by_the_same_form_is_done_once(begun, inside):
    for _press in range(2):
        answer = inside.post(door("visit_finish", begun.pk), {"means": "cash", "key": "k1"})
    assert Tender.objects.get().amount == 1400
    assert said(answer)


@pytest.mark.parametrize(
    "sent",
    [
        {"means": "cash", "amount": "14,01"}, {"means": "cash", "amount": "-1"}, {"means": "cash", "amount": "NaN"},
        {"means": "cash", "amount": "1e2"}, {"means": "cash", "amount": "0"}, {"means": "gold"}, {"means": "later"},
        {"means": "cash", "amount": "5", "given": "4"}, {"means": "cheque", "amount": "5"}, {"means": "voucher"},
        {"means": "minutes", "minutes": "1.5"}, {"means": "third_party", "amount": "5"}, {"means": "fund"},
        {"means": "transfer", "receipt": "999999"}, {"means": "cash", "amount": "5", "key": ""}, {},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words_and_nothing_moves(unpaid, inside, sent):
    answer = inside.post(door("visit_settle", unpaid.pk), {"key": "k"} | sent)
    assert answer.status_code == 302
    assert said(answer)
    assert left(unpaid) == 1400
    assert not Tender.objects.exists()


def test_the_owner_takes_back_and_others_do_not(unpaid, inside, owner, stranger, coordinator):
    settle(inside, unpaid, "terminal", number="T-77")
    tender = Tender.objects.get()
    back = door("visit_take_back", unpaid.pk, tender.pk)
    assert [who.post(back, {"reason": "x"}).status_code for who in (inside, stranger, coordinator)] == [403, 404, 403]
    assert "reprendre" not in inside.get(door("visit", unpaid.pk)).content.decode()
    assert back in owner.get(door("visit", unpaid.pk)).content.decode()
    owner.post(back, {"reason": "Ticket refusé", "bounced": "1"})
    assert left(unpaid) == 1400
    assert "Ticket refusé" in inside.get(door("visit", unpaid.pk)).content.decode()
    assert said(owner.post(back, {"reason": "Encore"}))


def test_an_announced_transfer_is_received(unpaid, inside):
    settle(inside, unpaid, "transfer", "14", announced="on")
    tender = Tender.objects.get()
    assert left(unpaid) == 1400
    assert said(inside.post(door("visit_receive", unpaid.pk, tender.pk)))
    assert left(unpaid) == 0


def test_the_cyclist_reads_by_what_it_was_paid_and_no_note_of_the_workshop(unpaid, inside, client):
    settle(inside, unpaid, "cheque", "4", number="0001234", note="grincheux")
    page = client.get(door("appointment", manage_link(unpaid)))
    body = page.content.decode()
    assert "Chèque" in body
    assert page.context["left_cents"] == 1000
    assert "grincheux" not in body
    assert "visit_take_back" not in body


# ---- What is left to follow ----


def test_the_takings_page_follows_each_to_its_end(unpaid, inside, owner, workshop):
    settle(inside, unpaid, "cheque", "4", number="0001234")
    settle(inside, unpaid, "third_party", "3", payer_kind="town_hall", payer="Lille")
    page = inside.get(door("till", workshop.slug))
    assert page.context["follow"].to_bank_cents == 400
    assert page.context["follow"].claimed_cents == 300
    cheque, claim = Tender.objects.get(means="cheque"), Claim.objects.get()
    inside.post(door("till_remit", workshop.slug), {"tender": [cheque.pk]})
    inside.post(door("till_claim", workshop.slug, claim.pk), {"done": "sent", "number": "D-1"})
    owner.post(door("till_claim", workshop.slug, claim.pk), {"done": "customer", "reason": "Hors délai"})
    cheque.refresh_from_db()
    claim.refresh_from_db()
    assert (cheque.state, claim.state, claim.file_number, left(unpaid)) == ("remitted", "refused", "D-1", 1000)
    assert said(inside.post(door("till_remit", workshop.slug), {"tender": ["x", cheque.pk]}))


def test_a_transfer_that_nobody_could_place_is_matched(unpaid, inside, workshop, at):
    sent = {"amount": "10", "payer": "MARTIN C", "received_on": at.date().isoformat(), "key": "r"}
    for _press in range(2):
        inside.post(door("till_receipt", workshop.slug), sent)
    receipt = Receipt.objects.get()
    match = door("till_match", workshop.slug, receipt.pk)
    assert said(inside.post(match, {"number": "M99999", "key": "m"}))
    inside.post(match, {"number": f" {unpaid.number.lower()} ", "key": "m"})
    assert left(unpaid) == 400
    assert said(inside.post(door("till_receipt", workshop.slug), sent | {"received_on": "hier", "key": "s"}))


def test_a_voucher_is_sold_its_code_shown_once_and_spent(unpaid, inside, workshop, at):
    until = at.date().replace(year=at.year + 1, day=1).isoformat()
    sent = {"amount": "50", "means": "cash", "expires_on": until, "key": "v"}
    code = re.search(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", said(inside.post(door("till_voucher", workshop.slug), sent)))[0]
    assert code not in said(inside.post(door("till_voucher", workshop.slug), sent))
    settle(inside, unpaid, "voucher", code=code.lower())
    assert (left(unpaid), Voucher.objects.get().left_cents) == (0, 3600)


def test_codes_are_not_tried_one_after_the_other(unpaid, inside, monkeypatch):
    monkeypatch.setattr("booking.web.workshop.settle_form.VOUCHERS_TRIED", "2/h")
    words = [said(settle(inside, unpaid, "voucher", code=f"AAAABBBB{n}")) for n in range(3)]
    assert words[0] == words[1] != words[2]


def test_a_coordinator_offers_from_the_common_fund(workshop, at):
    member = MembershipFactory(collective=workshop.collective, user=UserFactory(), role=Membership.Role.COORDINATOR)
    client, until = browser(member.user), at.date().replace(year=at.year + 1, day=1).isoformat()
    sent = {"amount": "20", "reason": "Solidarité", "expires_on": until, "key": "o"}
    assert said(client.post(door("till_offer", workshop.slug), sent))
    assert Voucher.objects.get().workshop is None


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_both_languages_render(unpaid, inside, workshop, prefix):
    settle(inside, unpaid, "terminal", "5")
    for path in (f"rendez-vous/{unpaid.pk}/", f"{workshop.slug}/encaissements/"):
        assert inside.get(f"{prefix}/atelier/{path}").status_code == 200
