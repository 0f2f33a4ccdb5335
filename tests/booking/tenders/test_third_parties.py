"""A third party pays a part: a receivable with its file, by dated schemes or by agreement; never a discount."""

from datetime import date, timedelta

import pytest

from backend.lib.datafile import DataFileError
from backend.lib.errors import NotAllowed
from booking.appointments.models import Appointment
from booking.jobs.settle import settle, take_back
from booking.tenders.claims import (
    ClaimMoved,
    ClaimNeedsWords,
    PayerUnknown,
    SchemeRefuses,
    claim_paid,
    claim_refused,
    send_claim,
)
from booking.tenders.means import State
from booking.tenders.mentions import Mention, mentions_of
from booking.tenders.models import Claim, RepairLabel
from booking.tenders.schemes import all_schemes, read_schemes, scheme_of, schemes_on
from booking.tenders.take_back import AlreadyTakenBack
from collective.ledger.check import what_is_wrong_in_the_books
from tests.booking.appointments.scene import book_at
from tests.booking.tenders.conftest import DONE_AT, finish_repair, given

BONUS = "bonus-reparation-asl"
LATER = DONE_AT + timedelta(days=30)


@pytest.fixture
def labelled(workshop):
    return RepairLabel.objects.create(workshop=workshop, label="qualirepar", valid_from=date(2026, 1, 1))


@pytest.fixture
def done(workshop, staff) -> Appointment:
    """130 € of labour: the bonus pays 30 of them."""
    workshop.offers.update(labour_cents=12500)
    return finish_repair(appointment=book_at(workshop), by=staff, tenders=[], at=DONE_AT)


@pytest.fixture
def bonus(pay, labelled):
    return lambda **more: pay("third_party", **{"scheme": BONUS, "is_eligible": True} | more)


def payable(seller):
    return sum(cents for account, cents in seller().items() if account.startswith("4671."))


def test_the_bonus_is_claimed_from_who_pays_it_and_the_customer_owes_the_rest(bonus, left, seller):
    tender = bonus(evidence={"number": "QR-2026-17"})
    assert (tender.amount, tender.state, left()) == (3000, State.RECORDED, 10000)
    assert payable(seller) == 3000
    assert seller()["706"] < -10000  # the sale stays whole: no discount
    claim = tender.claim
    assert (claim.state, claim.file_number, claim.payer.kind) == ("to_send", "QR-2026-17", "scheme")


def test_the_file_is_sent_then_paid(bonus, staff, seller, left):
    claim = bonus().claim
    sent = send_claim(claim=claim, file_number="17", by=staff, at=LATER)
    assert (sent.state, sent.sent_at, sent.file_number) == ("sent", LATER, "17")
    paid = claim_paid(claim=claim, by=staff, at=LATER)
    assert (paid.state, paid.paid_at, paid.tender.state) == ("paid", LATER, State.RECEIVED)
    assert (payable(seller), seller()["512"], left()) == (0, 3000, 10000)
    for again in (claim_paid, send_claim):
        with pytest.raises(ClaimMoved):
            again(claim=claim, by=staff, at=LATER)
    assert what_is_wrong_in_the_books() == []


@pytest.mark.parametrize("bears", [True, False])
def test_fault_37_a_refused_bonus_is_owed_by_the_customer_or_borne_by_the_workshop(bonus, owner, left, seller, bears):
    """Fault 37: the claim is refused after the rest was paid; who bears it is chosen and kept."""
    tender = bonus()
    claim = claim_refused(claim=tender.claim, reason="Hors délai", workshop_bears=bears, by=owner, at=LATER)
    assert (claim.state, claim.reason, claim.refused_at) == ("refused", "Hors délai", LATER)
    assert claim.tender.state == (State.BORNE if bears else State.REFUSED)
    assert (left(), payable(seller), seller().get("654", 0)) == ((10000, 0, 3000) if bears else (13000, 0, 0))
    with pytest.raises(ClaimMoved):
        claim_refused(claim=claim, reason="Encore", workshop_bears=bears, by=owner, at=LATER)
    assert what_is_wrong_in_the_books() == []


def test_refusals_are_the_owners_to_note_with_a_reason(bonus, staff, owner, stranger_staff):
    claim = bonus().claim
    with pytest.raises(NotAllowed):
        claim_refused(claim=claim, reason="Non", workshop_bears=True, by=staff, at=LATER)
    for words in ("", " ", "x" * 241):
        with pytest.raises(ClaimNeedsWords):
            claim_refused(claim=claim, reason=words, workshop_bears=True, by=owner, at=LATER)
    with pytest.raises(NotAllowed):
        send_claim(claim=claim, by=stranger_staff, at=LATER)
    with pytest.raises(ClaimNeedsWords):
        send_claim(claim=claim, file_number="x" * 61, by=staff, at=LATER)


def test_the_scheme_says_why_it_does_not_pay(pay, bonus, done, labelled, staff):
    with pytest.raises(SchemeRefuses, match="confirm|confirmez"):
        bonus(is_eligible=False)
    RepairLabel.objects.update(valid_until=date(2026, 11, 1))
    with pytest.raises(SchemeRefuses):
        bonus()
    RepairLabel.objects.update(valid_until=None)
    with pytest.raises(SchemeRefuses):
        pay("third_party", scheme="nothing", is_eligible=True)
    bonus()
    with pytest.raises(SchemeRefuses):  # once a repair
        bonus()


def test_a_small_repair_gets_none(workshop, staff, labelled):
    workshop.offers.update(labour_cents=5999)
    small = finish_repair(appointment=book_at(workshop), by=staff, tenders=[], at=DONE_AT)
    with pytest.raises(SchemeRefuses):
        settle(appointment=small, given=given("third_party", scheme=BONUS, is_eligible=True), by=staff, at=DONE_AT)


def test_taken_back_before_it_is_paid_it_may_be_claimed_again(bonus, done, owner, staff, left):
    tender = bonus()
    take_back(appointment=done, tender=tender.pk, reason="Mauvais dossier", by=owner, at=LATER)
    assert (Claim.objects.get().state, left()) == ("dropped", 13000)
    again = bonus()
    claim_paid(claim=again.claim, by=staff, at=LATER)
    with pytest.raises(AlreadyTakenBack):
        take_back(appointment=done, tender=again.pk, reason="Trop tard", by=owner, at=LATER)


def test_others_pay_by_agreement_and_are_known_by_name(pay, left, seller, workshop):
    first = pay("third_party", 4000, payer_kind="employer", payer="Ville de Lille, forfait mobilités")
    second = pay("third_party", 1000, payer_kind="employer", payer="Ville de Lille, forfait mobilités")
    pay("third_party", 2000, payer_kind="insurer", payer="Assurance du Nord")
    assert first.claim.payer == second.claim.payer
    assert workshop.collective.payers.count() == 2
    assert (left(), payable(seller)) == (6000, 7000)


@pytest.mark.parametrize(("kind", "name"), [("", "X"), ("employer", " "), ("king", "X"), ("scheme", "Ecologic")])
def test_a_payer_has_a_kind_and_a_name(pay, kind, name):
    with pytest.raises(PayerUnknown):
        pay("third_party", 100, payer_kind=kind, payer=name)


def test_an_invoice_is_told_the_words_and_the_amount(bonus, pay, done, owner):
    pay("third_party", 1000, payer_kind="town_hall", payer="Ville de Lille")
    claim = bonus().claim
    assert mentions_of(done.number) == [Mention("Ville de Lille", 1000), Mention("Bonus réparation", 3000)]
    claim_refused(claim=claim, reason="Hors délai", workshop_bears=True, by=owner, at=LATER)
    assert mentions_of(done.number) == [Mention("Ville de Lille", 1000)]


# ---- The data ----


def test_the_steps_of_the_bonus():
    scheme = scheme_of(BONUS, on=date(2026, 11, 24))
    totals = (6499, 6500, 11999, 12000, 900_000)
    assert [scheme.gives_cents(total) for total in totals] == [0, 1500, 1500, 3000, 3000]
    assert scheme.mention == "Bonus réparation"


def test_schemes_are_dated():
    assert scheme_of(BONUS, on=date(2023, 12, 31)) is None
    assert schemes_on(date(2026, 11, 24)) == list(all_schemes())
    assert all(scheme.source for scheme in all_schemes())


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("since: 2024-01-01", "since: tomorrow"),
        ("bike_types: [city", "bike_types: [rocket"),
        ("- at_least: 6500", "- at_least: 65.5"),
        ("gives: 3000", "gives: 30000"),
        ("- at_least: 12000", "- at_least: 500"),
        ("mention:", "mentoin:"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_line(tmp_path, line, broken):
    from booking.tenders.schemes import SCHEMES

    path = tmp_path / "schemes.yaml"
    path.write_text(SCHEMES.read_text().replace(line, broken, 1))
    with pytest.raises(DataFileError, match=r"schemes\.yaml, line \d+"):
        read_schemes(path)
