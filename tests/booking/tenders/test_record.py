"""Many means settle one bill: each once, never more than what is left, each with its proof, all in the books."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

from backend.lib.errors import NotAllowed
from booking.jobs.finish import finish_repair
from booking.jobs.settle import NotFinished, TenderOfAnother, bill_of, receive, settle, take_back
from booking.tenders.amounts import MoreThanLeft, WrongTakings
from booking.tenders.bill import left_cents
from booking.tenders.given import EvidenceMissing, UnknownEvidence, UnknownMeans
from booking.tenders.means import Means, State
from booking.tenders.models import Tender
from booking.tenders.record import ChangeWithoutCash, KeyOfAnother, NotAPromise, NothingLeft
from booking.tenders.remit import CannotMoveSo, remit_tender
from booking.tenders.take_back import AlreadyTakenBack, TakeBackNeedsReason
from collective.ledger.check import what_is_wrong_in_the_books
from collective.ledger.models import Entry
from tests.booking.appointments.scene import TEN, book_at, make_workshop, staff_of
from tests.booking.appointments.test_race import at_once
from tests.booking.tenders.conftest import DONE_AT, given

LATER = DONE_AT + timedelta(days=3)


def test_a_bill_is_settled_by_many_means_and_the_books_say_each(pay, left, seller):
    pay("cash", 500)
    pay("cheque", 600, evidence={"number": "0001234", "bank": "Crédit coopératif"})
    pay("terminal", 400)
    assert left() == 500
    pay("transfer")
    assert left() == 0
    stands = seller()
    assert (stands["53"], stands["5112"], stands["5115"], stands["512"]) == (500, 600, 400, 500)
    assert "411" not in stands
    assert what_is_wrong_in_the_books() == []


def test_what_is_given_is_one_entry_of_the_counters_journal(pay):
    tender = pay("cash", 500)
    [entry] = Entry.objects.filter(source=tender.source)
    assert (entry.journal, entry.reference) == (Entry.Journal.COUNTER, tender.reference)


def test_a_double_click_records_once(done, staff, left):
    twice = given("cash", 500)
    first = settle(appointment=done, given=twice, by=staff, at=DONE_AT)
    assert settle(appointment=done, given=twice, by=staff, at=LATER) == first
    assert left() == 1500
    assert done.changes.filter(kind="paid").count() == 1


def test_the_form_of_another_bill_is_refused(workshop, staff, pay):
    used = pay("cash", 500)
    other = finish_repair(appointment=book_at(workshop, TEN), by=staff, tenders=[], at=DONE_AT)
    with pytest.raises(KeyOfAnother):
        settle(appointment=other, given=given("cash", 500, key=used.key), by=staff, at=DONE_AT)


def test_a_finished_repair_is_finished_once_by_the_same_form(workshop, staff):
    appointment, tenders = book_at(workshop), [given("cash", 1500), given("terminal")]
    finish_repair(appointment=appointment, by=staff, tenders=tenders, at=DONE_AT)
    again = finish_repair(appointment=appointment, by=staff, tenders=tenders, at=LATER)
    assert again.closed_at == DONE_AT
    assert sorted(Tender.objects.values_list("means", "amount")) == [("cash", 1500), ("terminal", 500)]


def test_change_is_kept_as_evidence_and_only_the_amount_counts(pay, left, seller):
    tender = pay("cash", 1240, given_cents=5000)
    assert (tender.amount, tender.given_cents, tender.change_cents) == (1240, 5000, 3760)
    assert (seller()["53"], left()) == (1240, 760)


@pytest.mark.parametrize(("means", "handed"), [("cash", 1239), ("terminal", 5000), ("cash", -1), ("cash", 50.5)])
def test_change_that_cannot_be_is_refused(pay, means, handed):
    with pytest.raises(ChangeWithoutCash):
        pay(means, 1240, given_cents=handed)


def test_never_more_than_what_is_left(pay, left):
    with pytest.raises(MoreThanLeft):
        pay("cash", 2001)
    pay("cash", 1999)
    with pytest.raises(MoreThanLeft):
        pay("terminal", 2)
    pay("terminal", 1)
    with pytest.raises(NothingLeft):
        pay("cash", 1)
    assert left() == 0


@pytest.mark.parametrize("wrong", [0, -1, 10**12, 12.5, float("nan"), float("inf"), "1200", True])
def test_amounts_that_are_none(pay, left, wrong):
    with pytest.raises(WrongTakings):
        pay("cash", wrong)
    assert left() == 2000


@pytest.mark.parametrize("means", ["", "bitcoin", "USD", "fund", "online"])
def test_means_that_nobody_records(pay, means):
    with pytest.raises(UnknownMeans):
        pay(means, 100)


def test_a_cheque_has_its_number_and_nothing_strange_is_noted(pay):
    with pytest.raises(EvidenceMissing):
        pay("cheque", 500, evidence={"bank": "La Nef"})
    with pytest.raises(UnknownEvidence):
        pay("cash", 500, evidence={"bank": "La Nef"})
    with pytest.raises(UnknownEvidence):
        pay("cash", 500, evidence={"note": "x" * 121})
    assert pay("cash", 500, evidence={"note": " de sa mère ", "number": ""} | {}).evidence == {"note": "de sa mère"}


def test_only_the_workshops_people_and_only_once_it_is_done(workshop, done, staff):
    elsewhere = staff_of(make_workshop(name="Ailleurs"))
    with pytest.raises(NotAllowed):
        settle(appointment=done, given=given("cash", 1), by=elsewhere, at=DONE_AT)
    with pytest.raises(NotFinished):
        settle(appointment=book_at(workshop, TEN), given=given("cash", 1), by=staff, at=DONE_AT)


# ---- What becomes of it ----


def test_what_is_taken_back_is_owed_again_with_who_and_why(done, pay, owner, left, seller):
    tender = pay("cash", 500)
    taken = take_back(appointment=done, tender=tender.pk, reason="Erreur de touche", by=owner, at=LATER)
    assert (taken.state, taken.ended_by, taken.ended_reason) == (State.REVERSED, owner, "Erreur de touche")
    assert left() == 2000
    assert "53" not in seller()
    mirror = Entry.objects.get(mirrors__source=tender.source)
    assert mirror.journal == Entry.Journal.COUNTER
    with pytest.raises(AlreadyTakenBack):
        take_back(appointment=done, tender=tender.pk, reason="Encore", by=owner, at=LATER)
    assert left() == 2000


def test_only_the_owner_takes_back_and_says_why(done, pay, staff, owner):
    tender = pay("cash", 500)
    with pytest.raises(NotAllowed):
        take_back(appointment=done, tender=tender.pk, reason="Non", by=staff, at=LATER)
    for words in ("", "   ", "x" * 241):
        with pytest.raises(TakeBackNeedsReason):
            take_back(appointment=done, tender=tender.pk, reason=words, by=owner, at=LATER)


def test_another_appointments_payment_is_not_found(workshop, staff, pay, owner):
    tender = pay("cash", 500)
    other = finish_repair(appointment=book_at(workshop, TEN), by=staff, tenders=[], at=DONE_AT)
    with pytest.raises(TenderOfAnother):
        take_back(appointment=other, tender=tender.pk, reason="Non", by=owner, at=LATER)


def test_a_cheque_goes_to_the_bank_and_bounces(done, pay, staff, owner, left, seller):
    cheque = pay("cheque")
    remit_tender(tender=cheque, by=staff, at=LATER)
    assert (seller()["512"], seller().get("5112")) == (2000, None)
    with pytest.raises(CannotMoveSo):
        remit_tender(tender=cheque, by=staff, at=LATER)
    bounced = take_back(appointment=done, tender=cheque.pk, reason="Sans provision", bounced=True, by=owner, at=LATER)
    assert bounced.state == State.REFUSED
    assert left() == 2000
    assert not {"5112", "512"} & seller().keys()


def test_cash_is_not_remitted_so_and_does_not_bounce(done, pay, staff, owner):
    tender = pay("cash", 500)
    with pytest.raises(CannotMoveSo):
        remit_tender(tender=tender, by=staff, at=LATER)
    with pytest.raises(AlreadyTakenBack):
        take_back(appointment=done, tender=tender.pk, reason="Non", bounced=True, by=owner, at=LATER)


def test_an_announced_transfer_settles_when_it_has_come(done, pay, staff, left, seller):
    promised = pay("transfer", 1200, is_promise=True)
    assert (promised.state, left()) == (State.PROMISED, 2000)
    assert "512" not in seller()
    receive(appointment=done, tender=promised.pk, by=staff, at=LATER)
    assert (left(), seller()["512"]) == (800, 1200)
    with pytest.raises(CannotMoveSo):
        receive(appointment=done, tender=promised.pk, by=staff, at=LATER)


def test_an_announced_transfer_that_finds_the_bill_paid_is_refused(done, pay, staff, left):
    promised = pay("transfer", 1200, is_promise=True)
    pay("cash", 900)
    with pytest.raises(MoreThanLeft):
        receive(appointment=done, tender=promised.pk, by=staff, at=LATER)
    assert left() == 1100


def test_only_a_transfer_is_announced(pay):
    with pytest.raises(NotAPromise):
        pay("cash", 500, is_promise=True)


def test_fault_37_a_mixed_bill_whose_card_is_taken_back_keeps_the_rest(done, pay, owner, left):
    """Fault 37: the card part fails after the others were taken; they stand, and its part is owed."""
    pay("cash", 500)
    card = pay("terminal")
    take_back(appointment=done, tender=card.pk, reason="Refusée", bounced=True, by=owner, at=LATER)
    assert left() == 1500
    pay("cheque", 1500)
    assert left() == 0
    assert what_is_wrong_in_the_books() == []


# ---- What the database itself refuses ----


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0, "settles_cents": 0},
        {"settles_cents": 400},
        {"unit": "MIN"},
        {"given_cents": 499},
        {"means": "voucher"},
        {"state": "reversed"},
    ],
    ids=str,
)
def test_the_database_refuses_what_can_never_be(pay, change):
    tender = pay("cash", 500)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(**change)


# ---- Two at once ----


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_by_four_at_once_is_recorded_once(done, staff):
    """Fault 36: counter cash entered twice."""
    form = given("cash", 500)
    gave = at_once(*[lambda: settle(appointment=done, given=form, by=staff, at=DONE_AT)] * 4)
    assert len({tender.pk for tender in gave}) == Tender.objects.count() == 1
    assert left_cents(bill_of(done)) == 1500
    assert what_is_wrong_in_the_books() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_counter_never_take_more_than_is_left(done, staff):
    forms = [given(means, 1500) for means in ("cash", "terminal", "cheque")]
    tries = [lambda form=form: settle(appointment=done, given=form, by=staff, at=DONE_AT) for form in forms]
    gave = at_once(*tries)
    assert sum(isinstance(one, MoreThanLeft) for one in gave) == 2, gave
    assert left_cents(bill_of(done)) == 500


# ---- The law: what was given and what is left are the whole, whatever happens ----

STEPS = st.lists(
    st.tuples(st.sampled_from(["cash", "cheque", "terminal", "transfer", "back", "again"]), st.integers(1, 2600)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_by_hypothesis(steps=STEPS)
def test_what_was_given_and_what_is_left_make_the_whole(done, staff, owner, steps):
    with transaction.atomic():
        for means, amount in steps:
            _step(done, staff, owner, means, amount)
            counted = sum(Tender.objects.of(done.number).settling().values_list("settles_cents", flat=True))
            assert counted + left_cents(bill_of(done)) == done.total_cents
            assert left_cents(bill_of(done)) >= 0
        transaction.set_rollback(True)


def _step(done, staff, owner, means, amount):
    standing = list(Tender.objects.of(done.number))
    try:
        if means == "back" and standing:
            tender = standing[amount % len(standing)]
            take_back(appointment=done, tender=tender.pk, reason="essai", by=owner, at=LATER)
        elif means == "again" and standing:
            one = standing[amount % len(standing)]
            settle(appointment=done, given=given(one.means, one.amount, key=one.key), by=staff, at=LATER)
        elif means in Means.values:
            settle(appointment=done, given=given(means, amount), by=staff, at=LATER)
    except (MoreThanLeft, NothingLeft, AlreadyTakenBack):
        pass
