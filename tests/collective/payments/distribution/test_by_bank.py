"""Paid between banks: what is listed, the file, and that no due is in it twice."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import sepaxml
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from backend.lib.errors import NotAllowed
from collective.ledger.entities import books_of, fund_of, platform_of
from collective.members.models import Membership
from collective.payments.distribution.accounts import choose_account, choose_bank
from collective.payments.distribution.bank_details import LENGTHS, WrongBic, WrongIban, read_bic, read_iban
from collective.payments.distribution.by_bank import (
    BatchClosed,
    NoBankOfOurs,
    NothingToPay,
    WrongDay,
    cancel_batch,
    confirm_batch,
    make_batch,
)
from collective.payments.distribution.models import BankBatch, Receivable, Transfer
from collective.payments.distribution.pain import NAMESPACE, TAKEN, basic_latin
from collective.workshops.models import Staff
from tests.collective.money import a_workshop, books
from tests.collective.payments.distribution.check_all import check_ledger
from tests.collective.payments.distribution.scene import activate, finish, give_back, make_rounds, pay_online
from tests.factories import MembershipFactory, StaffFactory

IBAN = "FR76 3000 6000 0112 3456 7890 189"  # the example of the French banks' federation
BELGIAN = "BE68 5390 0754 7034"
# The schema that ISO 20022 publishes, as another library that writes such files carries it.
SCHEMA = etree.XMLSchema(etree.parse(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"))
database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workshop(provider, at):
    """Its seller chose the bank; the fund has an account; the platform's bank is known."""
    workshop = a_workshop()
    activate(provider, fund_of(workshop.collective))
    owner = StaffFactory(workshop=workshop, role=Staff.Role.OWNER).user
    choose_bank(entity=books_of(workshop.seller), by=owner, iban=BELGIAN, bic="", holder="Vélo & Cie", at=at)
    platform = platform_of(workshop.collective)
    choose_bank(entity=platform, by=treasurer(workshop), iban=IBAN, bic="agrifrpp", holder="Les Moyeux", at=at)
    return workshop


def treasurer(workshop):
    found = Membership.objects.filter(collective=workshop.collective, role=Membership.Role.TREASURER).first()
    return found.user if found else MembershipFactory(collective=workshop.collective, role="treasurer").user


def repair(provider, workshop, at, cents=6000):
    payment = pay_online(provider, workshop, cents, at=at)
    finish(workshop, payment=payment, labour=cents, at=at)
    make_rounds(at=at)
    return payment


def batch_of(workshop, at):
    return make_batch(collective=workshop.collective, by=treasurer(workshop), executes_on=at.date(), at=at)


@database
def test_a_batch_lists_each_due_once_and_is_booked_when_confirmed(provider, workshop, at):
    payments = [repair(provider, workshop, at), repair(provider, workshop, at, 3000)]
    due = sum(payment.captured_cents - payment.fee_cents for payment in payments) - 650 - 325
    batch = batch_of(workshop, at)
    assert (batch.total_cents, batch.payments) == (due, 1)
    with pytest.raises(NothingToPay):
        batch_of(workshop, at)
    assert check_ledger() == ""
    confirm_batch(batch=batch, by=treasurer(workshop), at=at)
    make_rounds(at=at)
    assert books(workshop)["seller"]["512"] == due
    assert "467.seller" not in books(workshop)["platform"]
    assert check_ledger() == ""
    for again in (confirm_batch, cancel_batch):
        with pytest.raises(BatchClosed):
            again(batch=batch, by=treasurer(workshop), at=at)


@database
def test_a_cancelled_batch_makes_its_dues_wait_again(provider, workshop, at):
    repair(provider, workshop, at)
    batch = batch_of(workshop, at)
    cancel_batch(batch=batch, by=treasurer(workshop), at=at)
    make_rounds(at=at)
    assert batch_of(workshop, at).total_cents == batch.total_cents
    assert check_ledger() == ""


@database
def test_a_refund_while_the_file_is_at_the_bank_is_owed_back(provider, workshop, at):
    payment = repair(provider, workshop, at)
    batch = batch_of(workshop, at)
    give_back(payment, 6000, at=at)
    make_rounds(at=at)
    assert Receivable.objects.get().left_cents == batch.total_cents
    assert check_ledger() == ""
    cancel_batch(batch=batch, by=treasurer(workshop), at=at)
    make_rounds(at=at)
    assert not Receivable.objects.open_().exists()
    assert check_ledger() == ""


@database
def test_the_file_is_one_that_the_published_schema_takes(provider, workshop, at):
    repair(provider, workshop, at)
    document = etree.fromstring(batch_of(workshop, at).xml.encode())
    SCHEMA.assertValid(document)
    texts = [document.findtext(f".//{{{NAMESPACE}}}{name}") for name in ("CtrlSum", "BICFI", "Nm")]
    assert texts == [document.findtext(f".//{{{NAMESPACE}}}InstdAmt"), "AGRIFRPP", "Les Moyeux"]
    assert [one.text for one in document.iter(f"{{{NAMESPACE}}}IBAN")] == [
        "FR7630006000011234567890189",
        "BE68539007547034",
    ]


@database
def test_who_is_paid_through_the_provider_again_leaves_the_list(provider, workshop, at):
    repair(provider, workshop, at)
    seller = books_of(workshop.seller)
    owner = Staff.objects.get(workshop=workshop).user
    activate(provider, seller)
    choose_account(entity=seller, by=owner, at=at)
    make_rounds(at=at)
    assert provider.sent_to(f"acct_e{seller.pk}") > 0
    with pytest.raises(NothingToPay):
        batch_of(workshop, at)
    assert check_ledger() == ""


@database
def test_only_a_treasurer_makes_batches_and_only_within_reason(provider, workshop, at):
    repair(provider, workshop, at)
    owner = Staff.objects.get(workshop=workshop).user
    with pytest.raises(NotAllowed):
        make_batch(collective=workshop.collective, by=owner, executes_on=at.date(), at=at)
    for day in (at.date() - timedelta(days=1), at.date() + timedelta(days=91)):
        with pytest.raises(WrongDay):
            make_batch(collective=workshop.collective, by=treasurer(workshop), executes_on=day, at=at)
    with pytest.raises(NotAllowed):
        confirm_batch(batch=batch_of(workshop, at), by=owner, at=at)


@database
def test_without_a_bank_of_its_own_the_collective_makes_no_file(provider, at):
    workshop = a_workshop()
    with pytest.raises(NoBankOfOurs):
        batch_of(workshop, at)


@database
@pytest.mark.race
def test_two_treasurers_at_once_pay_nothing_twice(provider, workshop, at):
    repair(provider, workshop, at)
    person = treasurer(workshop)

    def work():
        try:
            make_batch(collective=workshop.collective, by=person, executes_on=at.date(), at=at)
        except NothingToPay:
            pass
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BankBatch.objects.count() == 1
    assert Transfer.objects.filter(state="planned").count() == 1


@database
def test_another_bank_account_is_the_owners_to_give(provider, workshop, at):
    stranger = StaffFactory(workshop=workshop).user
    with pytest.raises(NotAllowed):
        choose_bank(entity=books_of(workshop.seller), by=stranger, iban=IBAN, holder="Moi", at=at)
    with pytest.raises(NotAllowed):
        choose_bank(entity=fund_of(workshop.collective), by=stranger, iban=IBAN, holder="Moi", at=at)


# Known good: the published examples of the SWIFT registry for these countries.
GOOD = (
    "FR1420041010050500013M02606", "BE68539007547034", "DE89370400440532013000", "NL91ABNA0417164300",
    "GB29NWBK60161331926819", "MT84MALT011000012345MTLCAST001S", "NO9386011117947", "ES9121000418450200051332",
)  # fmt: skip


@pytest.mark.parametrize("iban", GOOD)
def test_an_iban_is_read_however_it_is_spaced(iban):
    spaced = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4)).lower()
    assert read_iban(spaced) == iban


@given(st.sampled_from(GOOD), st.data())
def test_one_wrong_character_or_two_swapped_are_seen(iban, data):
    place = data.draw(st.integers(0, len(iban) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ").filter(lambda one: one != iban[place]))
    wrong = iban[:place] + other + iban[place + 1 :]
    # MOD 97-10 sees every single digit; a letter stands for two, and one exchange in 97 may pass.
    if iban[place].isdigit() and other.isdigit():
        with pytest.raises(WrongIban):
            read_iban(wrong)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_iban_or_refused(text):
    with suppress(WrongIban):
        assert LENGTHS[read_iban(text)[:2]]


@pytest.mark.parametrize("text", ["AGRIFRP", "AGRI FRPP XX", "12345678é", "=1+1AGRI"])
def test_what_is_no_bic_is_refused(text):
    with pytest.raises(WrongBic):
        read_bic(text)


@given(st.text(max_size=200))
def test_what_a_bank_reads_is_written_in_its_letters(text):
    plain = basic_latin(text, 70)
    assert 0 < len(plain) <= 70
    assert set(plain) <= TAKEN
    assert "//" not in plain
